import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knownTitles, namesOf, scaffold } from './scaffold.ts'

const checkout = resolve(import.meta.dirname, '../..')
const registrations = [
  'data-plane/src/verticals.ts',
  'data-plane/src/contract.ts',
  'data-plane/src/vertical-pages.ts',
  'console/i18n/en/tenant.json',
  'console/i18n/fr/tenant.json',
  'console/i18n/ar/tenant.json',
  'contract/src/vertical.ts',
]
const titles = { en: 'Laundry', fr: 'Blanchisserie', ar: 'مغسلة' }

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cityos-scaffold-'))
  for (const path of [...registrations, 'data-plane/template/sample-trade']) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    cpSync(join(checkout, path), join(root, path), { recursive: true })
  }
  mkdirSync(join(root, 'data-plane/verticals/booking'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const read = (path: string) => readFileSync(join(root, path), 'utf8')

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .sort()
}

describe('pnpm vertical:new', () => {
  it('copies every file of the template under the new name; none of the old ones is left', () => {
    scaffold(root, 'laundry', titles)
    const made = files('data-plane/verticals/laundry')
    expect(made).toEqual(
      files('data-plane/template/sample-trade')
        .map((file) => file.replaceAll('sample-trade', 'laundry'))
        .sort(),
    )
    for (const file of made) {
      const text = read(join('data-plane/verticals/laundry', file))
      expect(text, file).not.toMatch(/sample|smp[op]|échantillon|عينات/i)
    }
    expect(read('data-plane/verticals/laundry/manifest.ts')).toContain("title: { en: 'Laundry', fr: 'Blanchisserie', ar: 'مغسلة' }")
  })

  it('registers it once in each place, and in the list of the platform only when it is new there', () => {
    expect(scaffold(root, 'laundry', titles)).toEqual(['data-plane/verticals/laundry', ...registrations])
    expect(read('data-plane/src/verticals.ts')).toMatch(/= \[[^\]]+, laundry\]\n$/)
    expect(read('data-plane/src/verticals.ts')).toContain("import { laundry } from '../verticals/laundry/server/laundry.module.ts'")
    expect(read('data-plane/src/vertical-pages.ts')).toMatch(/= \[[^\]]+, laundryPages\]\n$/)
    expect(read('data-plane/src/contract.ts').match(/laundry/g)).toHaveLength(1)
    expect(read('contract/src/vertical.ts')).toContain('  vertical(\'laundry\', "Laundry", "Blanchisserie", "مغسلة"),\n]')
    expect(JSON.parse(read('console/i18n/fr/tenant.json')).vertical.laundry).toBe('Blanchisserie')
    const before = read('contract/src/vertical.ts')
    expect(scaffold(root, 'pet-service', titles)).not.toContain('contract/src/vertical.ts')
    expect(read('contract/src/vertical.ts')).toBe(before)
    expect(read('data-plane/src/verticals.ts')).toMatch(/, laundry, petService\]\n$/)
  })

  it('refuses a name that is malformed, taken, or shares its tables with another; nothing is written then', () => {
    for (const name of ['Laundry', 'la', 'two--hyphens', '../laundry', 'laundry2'])
      expect(() => scaffold(root, name, titles), name).toThrow('is no name')
    expect(() => scaffold(root, 'booking', titles)).toThrow('is there already')
    expect(() => scaffold(root, 'booking-plus', titles)).toThrow('tables and events of booking')
    expect(readdirSync(join(root, 'data-plane/verticals'))).toEqual(['booking'])
    expect(existsSync(join(root, 'laundry'))).toBe(false)
  })

  it('takes the titles the platform knows', () => {
    expect(knownTitles(root, 'parking')).toEqual({ en: 'Parking', fr: 'Stationnement', ar: 'مواقف' })
    expect(knownTitles(root, 'laundry')).toBeNull()
  })

  it('derives all names from the code', () => {
    expect(namesOf('pet-service')).toEqual({ code: 'pet-service', prefix: 'pet', camel: 'petService', pascal: 'Pet', ids: 'pet' })
  })
})
