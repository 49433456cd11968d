/**
 * Writes pictures/glyphs.json: the bodies of the glyphs the seed uses, and no other. Run it after naming a new glyph:
 * `node data-plane/seed/extract-glyphs.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { glyphs as restaurantGlyphs } from '../verticals/restaurant/seed-data.ts'
import { categories } from './data/categories.ts'
import { products } from './data/products.ts'
import { vendors } from './data/vendors.ts'
import { ownGlyphs } from './own-glyphs.ts'

const source = new URL('../node_modules/@iconify-json/fluent-emoji-flat/icons.json', import.meta.url)
const target = new URL('./pictures/glyphs.json', import.meta.url)
const { icons } = JSON.parse(readFileSync(source, 'utf8')) as { icons: Record<string, { body: string }> }

const names = new Set([
  ...products.flatMap((product) => product.glyphs),
  ...categories.map((category) => category.glyph),
  ...vendors.map((vendor) => vendor.glyph),
  ...restaurantGlyphs,
])
const bodies: Record<string, string> = {}
for (const name of [...names].sort()) {
  if (name in ownGlyphs) continue
  const icon = icons[name]
  if (!icon) throw new Error(`the icon set has no ${name}`)
  bodies[name] = icon.body
}
writeFileSync(target, `${JSON.stringify(bodies, null, 1)}\n`)
console.log(`${Object.keys(bodies).length} glyphs`)
