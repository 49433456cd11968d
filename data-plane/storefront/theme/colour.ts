/** 8-bit sRGB channels. */
export type Rgb = readonly [red: number, green: number, blue: number]
/** OKLCH: lightness 0–1, chroma, hue in radians. */
export type Lch = readonly [lightness: number, chroma: number, hue: number]

const toLinear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
const toGamma = (channel: number): number => (channel <= 0.0031308 ? 12.92 * channel : 1.055 * channel ** (1 / 2.4) - 0.055)

/** @param hex `#rrggbb` */
export function parseHex(hex: string): Rgb {
  return [Number.parseInt(hex.slice(1, 3), 16), Number.parseInt(hex.slice(3, 5), 16), Number.parseInt(hex.slice(5, 7), 16)]
}

export function toHex(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

function luminance(colour: Rgb): number {
  return 0.2126 * toLinear(colour[0] / 255) + 0.7152 * toLinear(colour[1] / 255) + 0.0722 * toLinear(colour[2] / 255)
}

/** Contrast ratio of WCAG 2 (1.4.3): 1 to 21. */
export function contrast(first: Rgb, second: Rgb): number {
  const a = luminance(first)
  const b = luminance(second)
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** sRGB → OKLCH (Ottosson, bottosson.github.io/posts/oklab). */
export function toLch(colour: Rgb): Lch {
  const r = toLinear(colour[0] / 255)
  const g = toLinear(colour[1] / 255)
  const b = toLinear(colour[2] / 255)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const alpha = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const beta = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(alpha, beta), Math.atan2(beta, alpha)]
}

function linearOf(lightness: number, chroma: number, hue: number): [number, number, number] {
  const alpha = chroma * Math.cos(hue)
  const beta = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * alpha + 0.2158037573 * beta) ** 3
  const m = (lightness - 0.1055613458 * alpha - 0.0638541728 * beta) ** 3
  const s = (lightness - 0.0894841775 * alpha - 1.291485548 * beta) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

/** OKLCH → sRGB; chroma is lowered until the colour lies inside sRGB, lightness and hue are kept. */
export function toRgb([lightness, chroma, hue]: Lch): Rgb {
  let tried = chroma
  for (;;) {
    const linear = linearOf(lightness, tried, hue)
    if (tried === 0 || linear.every((channel) => channel >= -0.001 && channel <= 1.001)) {
      const [r, g, b] = linear.map((channel) => Math.round(255 * toGamma(Math.min(1, Math.max(0, channel)))))
      return [r ?? 0, g ?? 0, b ?? 0]
    }
    tried = tried > 0.002 ? tried * 0.92 : 0
  }
}
