import { z } from 'zod'

const Colour = z.string().regex(/^#[0-9a-f]{6}$/, 'a colour such as #0f766e')

/** Every colour of one mode. Names say what it is for, not what it looks like. */
export const Colours = z.object({
  page: Colour,
  panel: Colour,
  raised: Colour,
  ink: Colour,
  quiet: Colour,
  line: Colour,
  line_strong: Colour,
  brand: Colour,
  on_brand: Colour,
  /** The brand as text. */
  brand_text: Colour,
  brand_tint: Colour,
  good: Colour,
  good_tint: Colour,
  warn: Colour,
  warn_tint: Colour,
  bad: Colour,
  bad_tint: Colour,
  focus: Colour,
})
export type Colours = z.infer<typeof Colours>

/** The look of a shop as one package: storefront, console, mail and apps read the same (requirement A11). Sizes in CSS pixels. */
export const DesignTokens = z.object({
  colours: z.object({ light: Colours, dark: Colours }),
  type: z.object({ family: z.enum(['plex', 'system']), base: z.number().min(14).max(20) }),
  /** One step of the grid that every distance is a multiple of. */
  spacing: z.object({ unit: z.number().min(3).max(6) }),
  radius: z.object({ control: z.number().min(0).max(999), card: z.number().min(0).max(40) }),
  border: z.object({ width: z.number().min(1).max(3) }),
  /** How far cards stand out: none, a soft shadow, a clear one. */
  elevation: z.enum(['flat', 'soft', 'raised']),
  /** Widths from which layouts change; read by mail and apps, the shop's own are fixed. */
  breakpoint: z.object({ small: z.int().min(320).max(800), large: z.int().min(700).max(1_600) }),
  /** Of transitions, in milliseconds; 0: nothing moves. */
  motion: z.object({ duration: z.int().min(0).max(500) }),
})
export type DesignTokens = z.infer<typeof DesignTokens>

const neutrals = {
  light: {
    ...{ page: '#fdfbf7', panel: '#f5f0e7', raised: '#ffffff', ink: '#1f1a15', quiet: '#645a4f', line: '#e6ddcf', line_strong: '#8d8172' },
    ...{
      good: '#17683a',
      good_tint: '#e4f3e6',
      warn: '#7a4b00',
      warn_tint: '#fdf0d3',
      bad: '#a81e1e',
      bad_tint: '#fdeae6',
      focus: '#1f1a15',
    },
  },
  dark: {
    ...{ page: '#15120f', panel: '#211d19', raised: '#1b1815', ink: '#f5efe6', quiet: '#b8ab9c', line: '#3a332c', line_strong: '#85796c' },
    ...{
      good: '#7fd49a',
      good_tint: '#16301f',
      warn: '#f0bd62',
      warn_tint: '#33260d',
      bad: '#ff9d92',
      bad_tint: '#3b1916',
      focus: '#ffffff',
    },
  },
} as const

/** A readable look around one colour: the shop's neutrals, and the brand where it can be read. */
export function tokensOfBrand(brand: string): DesignTokens {
  const coloursOf = (mode: 'light' | 'dark'): Colours => {
    const { page, panel, raised, ink } = neutrals[mode]
    const readable = [page, panel, raised].every((ground) => contrastOf(brand, ground) >= readableContrast)
    const on_brand = contrastOf(brand, '#ffffff') >= readableContrast ? '#ffffff' : '#000000'
    return { ...neutrals[mode], brand, on_brand, brand_text: readable ? brand : ink, brand_tint: panel }
  }
  return {
    colours: { light: coloursOf('light'), dark: coloursOf('dark') },
    type: { family: 'plex', base: 16 },
    spacing: { unit: 4 },
    radius: { control: 10, card: 16 },
    border: { width: 1 },
    elevation: 'soft',
    breakpoint: { small: 416, large: 1_024 },
    motion: { duration: 150 },
  }
}

/** WCAG 2.2 AA, text of ordinary size. */
export const readableContrast = 4.5

/** Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). @param one `#rrggbb` */
export function contrastOf(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

type Name = keyof Colours
/** Which text stands on which ground. */
const pairs: readonly (readonly [text: Name, grounds: readonly Name[]])[] = [
  ['ink', ['page', 'panel', 'raised', 'brand_tint']],
  ['quiet', ['page', 'panel', 'raised']],
  ['on_brand', ['brand']],
  ['brand_text', ['page', 'panel', 'raised', 'brand_tint']],
  ['good', ['page', 'raised', 'good_tint']],
  ['warn', ['page', 'raised', 'warn_tint']],
  ['bad', ['page', 'raised', 'bad_tint']],
]

export interface FaintPair {
  mode: 'light' | 'dark'
  text: string
  ground: string
  ratio: number
  needed: number
}

/** Every text that cannot be read on its ground, in both modes; empty when all can. */
export function faintPairs(tokens: DesignTokens): FaintPair[] {
  return (['light', 'dark'] as const).flatMap((mode) =>
    pairs.flatMap(([text, grounds]) =>
      grounds.flatMap((ground) => {
        const ratio = contrastOf(tokens.colours[mode][text], tokens.colours[mode][ground])
        return ratio >= readableContrast ? [] : [{ mode, text, ground, ratio: Math.round(ratio * 100) / 100, needed: readableContrast }]
      }),
    ),
  )
}
