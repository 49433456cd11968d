import { createHash } from 'node:crypto'
import type { Colours, DesignTokens, ThemeTokens } from '@cityos/contract'
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
  /** Address of the published logo; null: the tenant document's, if any. */
  logo: string | null
}

/** A look somebody published, or previews. */
export interface ShownLook {
  id: string | null
  tokens: DesignTokens
  logo_light_url: string | null
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
  return styleOf(css, { light: '#fdfbf7', dark: '#15120f' }, null)
}

const shades: Record<DesignTokens['elevation'], string> = {
  flat: 'transparent',
  soft: 'rgb(0 0 0 / 0.08)',
  raised: 'rgb(0 0 0 / 0.22)',
}

/** A published look as custom properties; it was checked for contrast when it was published. */
export function lookStyle({ tokens, logo_light_url }: ShownLook): ThemeStyle {
  const { colours, type, spacing, radius, elevation, motion } = tokens
  const sizes = [
    `--radius-control:${radius.control}px`,
    `--radius-card:${radius.card}px`,
    `--spacing:${spacing.unit / 16}rem`,
    `--shade:${shades[elevation]}`,
    `--default-transition-duration:${motion.duration}ms`,
    `font-size:${type.base}px`,
    ...(type.family === 'system' ? ['--font-sans:system-ui,sans-serif'] : []),
  ]
  const css =
    `:root{${coloursCss(colours.light)};${sizes.join(';')}}` + `@media (prefers-color-scheme:dark){:root{${coloursCss(colours.dark)}}}`
  return styleOf(css, { light: colours.light.page, dark: colours.dark.page }, logo_light_url)
}

function coloursCss(colours: Colours): string {
  const own = Object.entries(colours).map(([name, value]) => `--${name.replaceAll('_', '-')}:${value}`)
  return [...own, `--brand-hover:${colours.brand}`, `--brand-border:${colours.line_strong}`, `--on-brand-tint:${colours.brand_text}`].join(
    ';',
  )
}

function styleOf(css: string, bar: Record<Mode, string>, logo: string | null): ThemeStyle {
  const digest = createHash('sha256').update(css).digest('base64')
  return { css, source: `'sha256-${digest}'`, bar, logo }
}
