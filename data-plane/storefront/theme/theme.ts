import { contrast, type Lch, parseHex, type Rgb, toHex, toLch, toRgb } from './colour.ts'

export type Mode = 'light' | 'dark'

/** The colours that follow from a tenant's brand colour; every pair the storefront uses meets WCAG 2.2 AA. */
export interface Theme {
  /** The tenant's exact colour: buttons, selected states, badges. */
  fill: string
  onFill: string
  fillHover: string
  /** Border of a filled control: ≥ 3:1 on every surface even when the fill melts into the page (1.4.11). */
  fillBorder: string
  /** The brand as text: ≥ 4.5:1 on page, panel and tint. */
  link: string
  tint: string
  onTint: string
  focus: string
}

/** Warm neutrals of the shell, the same for every tenant. `styles.css` holds the same values as custom properties. */
export const surfaces: Record<Mode, { page: string; panel: string; raised: string; ink: string; quiet: string }> = {
  light: { page: '#fdfbf7', panel: '#f5f0e7', raised: '#ffffff', ink: '#1f1a15', quiet: '#645a4f' },
  dark: { page: '#15120f', panel: '#211d19', raised: '#1b1815', ink: '#f5efe6', quiet: '#b8ab9c' },
}

const white: Rgb = [255, 255, 255]
const black: Rgb = [0, 0, 0]

/** White where it is readable, else pure black: one of the two always reaches 4.5:1 (a near-black ink does not). */
function labelOn(fill: Rgb): Rgb {
  return contrast(fill, white) >= 4.5 ? white : black
}

/** The nearest lightness at which the colour reaches `minimum` on every surface; ink or white when it never does. */
function fit(brand: Rgb, grounds: readonly Rgb[], minimum: number, mode: Mode): Rgb {
  const [start, chroma, hue] = toLch(brand)
  const step = mode === 'dark' ? 0.0025 : -0.0025
  for (let lightness = start, i = 0; i <= 400; lightness += step, i++) {
    const colour = toRgb([Math.min(1, Math.max(0, lightness)), chroma, hue])
    if (grounds.every((ground) => contrast(colour, ground) >= minimum)) return colour
  }
  return mode === 'dark' ? white : parseHex(surfaces.light.ink)
}

function hoverOf(brand: Rgb, label: Rgb): Rgb {
  const [lightness, chroma, hue]: Lch = toLch(brand)
  const moved = toRgb([Math.min(1, Math.max(0, lightness + (label === white ? -0.06 : 0.06))), chroma, hue])
  return contrast(moved, label) >= 4.5 ? moved : brand
}

/**
 * Any brand colour → an accessible set of tokens (docs/spec, storefront theme). The fill keeps the exact brand;
 * only shades used as text or border move, in OKLCH lightness, until they are readable.
 * @param brandHex `#rrggbb`
 */
export function themeOf(brandHex: string, mode: Mode): Theme {
  const brand = parseHex(brandHex)
  const [, chroma, hue] = toLch(brand)
  const tint = toRgb(mode === 'dark' ? [0.28, Math.min(chroma, 0.04), hue] : [0.955, Math.min(chroma, 0.025), hue])
  const shell = surfaces[mode]
  const grounds = [parseHex(shell.page), parseHex(shell.panel), parseHex(shell.raised), tint]
  const label = labelOn(brand)
  const link = fit(brand, grounds, 4.5, mode)
  return {
    fill: toHex(brand),
    onFill: toHex(label),
    fillHover: toHex(hoverOf(brand, label)),
    fillBorder: toHex(fit(brand, grounds, 3, mode)),
    link: toHex(link),
    tint: toHex(tint),
    onTint: toHex(link),
    focus: mode === 'dark' ? '#ffffff' : shell.ink,
  }
}
