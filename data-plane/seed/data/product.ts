import type { Text } from './text.ts'

/** An option with its values; `more` is added to the base price, in riyals. */
export interface SeedOption {
  code: string
  name: Text
  values: { code: string; name: Text; swatch?: string; more?: number }[]
}

export interface SeedProduct {
  handle: string
  vendor: string
  category: string
  title: Text
  text: Text
  /** Riyals, VAT included, of the variant with nothing added. */
  price: number
  /** What it cost until two weeks before the seed; makes a true struck price. */
  before?: number
  /** Two pictures: the thing, and what it belongs to. */
  glyphs: readonly [string, string]
  options?: SeedOption[]
  /** Units per variant; the last unit of something makes the shop honest to look at. */
  stock: number
  kind?: 'physical' | 'digital' | 'service'
  brand?: string
  attributes?: Record<string, string | number | boolean>
  weight?: number
  origin?: string
  exempt?: 'perishable' | 'custom_made' | 'opened_digital' | 'dated_service' | 'hygiene'
}

const same = (word: string): Text => [word, word, word]

const sizes = (...codes: string[]): SeedOption => ({
  code: 'size',
  name: ['Size', 'Taille', 'المقاس'],
  values: codes.map((code) => ({ code, name: same(code.toUpperCase()) })),
})

const palette: Record<string, { name: Text; swatch: string }> = {
  white: { name: ['White', 'Blanc', 'أبيض'], swatch: '#f5f5f0' },
  black: { name: ['Black', 'Noir', 'أسود'], swatch: '#1c1c1e' },
  beige: { name: ['Beige', 'Beige', 'بيج'], swatch: '#d9c7a3' },
  navy: { name: ['Navy', 'Bleu marine', 'كحلي'], swatch: '#1f2d4d' },
  grey: { name: ['Grey', 'Gris', 'رمادي'], swatch: '#8a8d91' },
  brown: { name: ['Brown', 'Marron', 'بني'], swatch: '#6b4a2f' },
  red: { name: ['Red', 'Rouge', 'أحمر'], swatch: '#b3261e' },
  green: { name: ['Green', 'Vert', 'أخضر'], swatch: '#3f6b4f' },
  olive: { name: ['Olive', 'Olive', 'زيتي'], swatch: '#6b6b3a' },
  blue: { name: ['Blue', 'Bleu', 'أزرق'], swatch: '#2c5fa8' },
  gold: { name: ['Gold', 'Doré', 'ذهبي'], swatch: '#c9a24b' },
  silver: { name: ['Silver', 'Argent', 'فضي'], swatch: '#c4c7cc' },
}

const colors = (...codes: string[]): SeedOption => ({
  code: 'color',
  name: ['Colour', 'Couleur', 'اللون'],
  values: codes.map((code) => ({ code, ...palette[code]! })),
})

const weights = (...steps: [grams: number, more: number][]): SeedOption => ({
  code: 'weight',
  name: ['Weight', 'Poids', 'الوزن'],
  values: steps.map(([grams, more]) => {
    const kilo = grams >= 1000
    const amount = kilo ? grams / 1000 : grams
    return {
      code: `${grams}g`,
      name: [`${amount} ${kilo ? 'kg' : 'g'}`, `${amount} ${kilo ? 'kg' : 'g'}`, `${amount} ${kilo ? 'كجم' : 'جم'}`],
      more,
    }
  }),
})

const volumes = (...steps: [millilitres: number, more: number][]): SeedOption => ({
  code: 'volume',
  name: ['Volume', 'Contenance', 'الحجم'],
  values: steps.map(([ml, more]) => ({ code: `${ml}ml`, name: [`${ml} ml`, `${ml} ml`, `${ml} مل`], more })),
})

const storage = (...steps: [gigabytes: number, more: number][]): SeedOption => ({
  code: 'storage',
  name: ['Storage', 'Stockage', 'سعة التخزين'],
  values: steps.map(([gb, more]) => ({ code: `${gb}gb`, name: [`${gb} GB`, `${gb} Go`, `${gb} جيجابايت`], more })),
})

const choice = (code: string, name: Text, ...values: [code: string, name: Text, more: number][]): SeedOption => ({
  code,
  name,
  values: values.map(([value, label, more]) => ({ code: value, name: label, more })),
})

export const option = { sizes, colors, weights, volumes, storage, choice }
