import { randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRules } from '@cityos/provisioning/archive-rules'
import { ColumnCipher, indexKinds } from '@cityos/provisioning/column-cipher'
import { expect, it } from 'vitest'
import { Pii } from './pii.ts'

const root = join(import.meta.dirname, '../..')

/** Columns of every table, from the modules' schemas. */
function columns(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of globSync('{platform,core/*,verticals/*,engines/*}/schema.prisma', { cwd: root })) {
    for (const [, table, body] of readFileSync(join(root, file), 'utf8').matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)) {
      found.set(`public.${table}`, new Set([...body!.matchAll(/^ {2}(\w+) +\w/gm)].map((match) => match[1]!)))
    }
  }
  return found
}

/** Texts that people of the shop write about things, not persons. */
const aboutThings =
  /^public\.(store|product|stock_movement|order_line|booking_offering|event_event|event_refund_batch|restaurant|restaurant_opening_exception)\./

it('is what an archive’s copy reads and writes: sealed values and their look-ups, both ways', () => {
  const tenant_key = randomBytes(32).toString('base64')
  const pii = new Pii({ secrets: { tenant_key, plane_key: '' } })
  const cipher = new ColumnCipher(tenant_key)
  const text = 'نورة Alqahtani, +966 50 123 4567'
  expect(cipher.decrypt(1, pii.encrypt(text).slice('v1.'.length))).toBe(text)
  expect(pii.decrypt(cipher.encrypt(text))).toBe(text)
  for (const kind of indexKinds) expect(cipher.index(kind, ` ${text} `)).toBe(pii.index(kind, ` ${text} `))
})

it('the rules of copies name tables and columns that exist', () => {
  const known = columns()
  expect(known.size).toBeGreaterThan(80)
  const rules = readRules(root)
  for (const table of [...rules.left_out, ...rules.left_out_masked, ...rules.verbatim]) expect(known.has(table), table).toBe(true)
  for (const named of [
    rules.free_text,
    rules.secrets,
    Object.fromEntries(Object.entries(rules.derived).map(([t, c]) => [t, Object.keys(c)])),
  ])
    for (const [table, list] of Object.entries(named))
      for (const column of list) expect(known.get(table)?.has(column), `${table}.${column}`).toBe(true)
})

it('every column of free text is emptied where persons are made up, or known to be about things', () => {
  const rules = readRules(root)
  const left = new Set([...rules.left_out, ...rules.left_out_masked])
  const open = [...columns()].flatMap(([table, list]) =>
    [...list]
      .filter((column) => /(^|_)(note|comment|text|message|reason|reply|occasion|feedback)$/.test(column))
      .filter((column) => !left.has(table) && !rules.free_text[table]?.includes(column) && !aboutThings.test(`${table}.`))
      .map((column) => `${table}.${column}`),
  )
  expect(open).toEqual([])
})
