import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isEndpoint, verticalCodes } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { IntlMessageFormat } from 'intl-messageformat'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Purchasables } from '../core/vertical/purchasable.ts'
import { Database } from '../platform/db/index.ts'
import type { Lifecycle } from '../platform/lifecycle/lifecycle.ts'
import { SeedSource } from '../platform/seed/seed-source.ts'
import { startTestPlane, type TestPlane } from '../testing/plane.ts'
import { verticalPages } from './vertical-pages.ts'
import { verticalModules } from './verticals.ts'

// What `pnpm vertical:check [name]` proves of each folder in data-plane/verticals.
const root = join(import.meta.dirname, '../verticals')
const asked = process.env['VERTICAL']
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (!asked || entry.name === asked))
  .map((entry) => entry.name)
const authorisation = readFileSync(join(import.meta.dirname, 'access/authorisation.txt'), 'utf8')

const manifestKeys = ['name', 'prefix', 'title', 'dependsOn', 'kinds', 'resources', 'permissions', 'navigation']

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Texts by path, each with the names it fills in: `{a:{b:'{n} x'}}` → `a.b n`. */
function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? keysOf(value, `${path}${key}.`) : [`${path}${key} ${argumentsOf(String(value))}`],
  )
}

/** A piece of a parsed ICU message, as far as it matters here. */
interface Element {
  type: number
  value?: string
  options?: Record<string, { value: Element[] }>
}
const literal = 0

function argumentsOf(text: string): string {
  const found = new Set<string>()
  const look = (elements: readonly Element[]): void => {
    for (const { type, value, options } of elements) {
      if (type !== literal && value) found.add(value)
      for (const option of Object.values(options ?? {})) look(option.value)
    }
  }
  look(new IntlMessageFormat(text, 'en').getAst() as readonly Element[])
  return [...found].sort().join(',')
}

function reachable({ states, transitions }: Pick<Lifecycle, 'states' | 'transitions'>): Set<string> {
  const found = new Set([states[0]!])
  for (let before = 0; before !== found.size; ) {
    before = found.size
    for (const step of transitions) if (step.from.some((state) => found.has(state))) found.add(step.to)
  }
  return found
}

it('there is a vertical to check', () => {
  expect(folders).not.toEqual([])
})

describe.each(folders)('vertical %s', (name) => {
  const folder = join(root, name)
  const installed = verticalModules.find(({ manifest }) => manifest.name === name)
  const prefix = installed?.manifest.prefix ?? name

  it('is registered under the name of its folder: server, pages of the shop, screens of the console', () => {
    expect(verticalCodes).toContain(name)
    expect(installed, 'a line in data-plane/src/verticals.ts').toBeDefined()
    expect(
      verticalPages.map((pages) => pages.name),
      'a line in data-plane/src/vertical-pages.ts',
    ).toContain(name)
    for (const file of [
      'README.md',
      'manifest.ts',
      'contract.ts',
      'lifecycle.ts',
      'schema.prisma',
      'seed.ts',
      'console/admin.tsx',
      'console/vendor.tsx',
    ])
      expect(existsSync(join(folder, file)), file).toBe(true)
  })

  it('states facts only in its manifest, and sells what it says', () => {
    const manifest = installed!.manifest
    expect(Object.keys(manifest).filter((key) => !manifestKeys.includes(key))).toEqual([])
    expect(structuredClone(manifest)).toEqual(manifest)
    expect(verticalCodes).toEqual(expect.arrayContaining([...manifest.dependsOn]))
    for (const kind of manifest.kinds) expect(kind.startsWith(`${prefix}.`), kind).toBe(true)
  })

  it('reaches every state of its lifecycles, and its events carry its name', async () => {
    const module: Record<string, unknown> = await import(join(folder, 'lifecycle.ts'))
    const lifecycles = Object.values(module).filter(
      (value): value is Lifecycle => typeof value === 'object' && value !== null && 'transitions' in value,
    )
    expect(lifecycles).not.toEqual([])
    for (const lifecycle of lifecycles) {
      const reached = reachable(lifecycle)
      expect(
        lifecycle.states.filter((state) => !reached.has(state)),
        `${lifecycle.entity}: states nothing leads to`,
      ).toEqual([])
      for (const { event, guard, name: verb } of lifecycle.transitions) {
        expect(event, `${lifecycle.entity}.${verb}`).toMatch(new RegExp(`^${prefix}\\.[a-z_]+\\.[a-z_]+$`))
        expect(['function', 'undefined'], `${lifecycle.entity}.${verb}`).toContain(typeof guard)
      }
    }
  })

  it.each(['i18n', 'storefront/i18n', 'console/i18n'])('says the same in all languages: %s', (texts) => {
    const [english, ...others] = ['en', 'fr', 'ar'].map((locale) => {
      const file = join(folder, texts, `${locale}.json`)
      return keysOf(JSON.parse(readFileSync(file, 'utf8')) as object).sort()
    })
    expect(english).not.toEqual([])
    for (const other of others) expect(other).toEqual(english)
  })

  it('owns the tables that carry its name, and no others', () => {
    const models = [...readFileSync(join(folder, 'schema.prisma'), 'utf8').matchAll(/^model (\w+)/gm)].map((match) => match[1]!)
    expect(models).not.toEqual([])
    expect(models.filter((model) => model !== prefix && !model.startsWith(`${prefix}_`))).toEqual([])
  })

  it('imports no other vertical it does not name', () => {
    const strangers = sources(folder).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)]
        .map((match) => /(?:^|\/)verticals\/([a-z-]+)\//.exec(join(file, '..', match[1]!))?.[1])
        .filter((other) => other && other !== name && !installed!.manifest.dependsOn.includes(other))
        .map((other) => `${file.slice(root.length + 1)} → ${other}`),
    )
    expect(strangers).toEqual([])
  })

  it('has every operation in the table of who may call what', async () => {
    const module: Record<string, unknown> = await import(join(folder, 'contract.ts'))
    const operations = Object.values(module).filter(isEndpoint)
    expect(operations).not.toEqual([])
    for (const operation of operations) {
      expect(operation.vertical, `${operation.id} answers 404 while the vertical is off`).toBe(name)
      expect(authorisation, operation.id).toMatch(new RegExp(`^${operation.id.replaceAll('.', '\\.')} `, 'm'))
    }
  })

  describe('in a tenant', () => {
    let plane: TestPlane
    beforeAll(async () => {
      plane = await startTestPlane({}, { verticals: ['catalogue', ...installed!.manifest.dependsOn, name], test: true })
    })
    afterAll(() => plane.stop())

    it('puts its kinds into the one checkout', () => {
      expect(plane.app.get(Purchasables).kinds()).toEqual(expect.arrayContaining([...installed!.manifest.kinds]))
    })

    it('loads its demo data twice and has it once', async () => {
      const rows = async () => {
        const { rows: tables } = await sql<{
          name: string
        }>`SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND (relname = ${prefix} OR relname LIKE ${`${prefix}\\_%`}) ORDER BY relname`.execute(plane.app.get(Database).read)
        const counts: Record<string, number> = {}
        for (const { name: table } of tables) {
          const { rows: counted } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM ${sql.table(table)}`.execute(
            plane.app.get(Database).read,
          )
          counts[table] = counted[0]!.count
        }
        return counts
      }
      const seed = () => plane.app.get(SeedSource).run(RequestContext.system('seed'))
      await seed()
      const first = await rows()
      expect(Object.values(first).some((count) => count > 0)).toBe(true)
      expect(await seed()).toMatchObject({ changed: false })
      expect(await rows()).toEqual(first)
    })
  })
})
