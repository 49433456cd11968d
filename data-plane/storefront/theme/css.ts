import { createHash } from 'node:crypto'
import type { ThemeTokens } from '@cityos/contract'
import { type Mode, type Theme, themeOf } from './theme.ts'

const radii: Record<ThemeTokens['radius'], [control: string, card: string]> = {
  none: ['0px', '0px'],
  small: ['4px', '6px'],
  medium: ['10px', '16px'],
  large: ['999px', '24px'],
}

export interface ThemeStyle {
  css: string
  /** `'sha256-…'`, for `style-src`: a hash stays true when a cached page is revalidated, a nonce would not. */
  source: string
  /** The browser's bar colour, light and dark. */
  bar: Record<Mode, string>
}

function declarations(theme: Theme): string {
  return [
    `--brand:${theme.fill}`,
    `--on-brand:${theme.onFill}`,
    `--brand-hover:${theme.fillHover}`,
    `--brand-border:${theme.fillBorder}`,
    `--brand-text:${theme.link}`,
    `--brand-tint:${theme.tint}`,
    `--on-brand-tint:${theme.onTint}`,
    `--focus:${theme.focus}`,
  ].join(';')
}

/** The tenant's theme as custom properties, light by default and dark when the visitor's system asks for it. */
export function themeStyle(tokens: ThemeTokens): ThemeStyle {
  const light = themeOf(tokens.brand, 'light')
  const dark = themeOf(tokens.brand, 'dark')
  const [control, card] = radii[tokens.radius]
  const css =
    `:root{${declarations(light)};--radius-control:${control};--radius-card:${card}}` +
    `@media (prefers-color-scheme:dark){:root{${declarations(dark)}}}`
  const digest = createHash('sha256').update(css).digest('base64')
  return { css, source: `'sha256-${digest}'`, bar: { light: '#fdfbf7', dark: '#15120f' } }
}
