/**
 * Writes the next migration of the registry: the difference between `snapshot.prisma` and `schema.prisma` as SQL, by
 * Prisma's schema engine compiled to WebAssembly (no download; it only wants some Postgres to greet).
 * Usage: node prisma/migration.ts <name>. Constraints Prisma cannot say are added to the file by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { startTestPostgres } from '@cityos/provisioning/testing'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg'

/** The part of the WebAssembly interface used here; the project's type libraries are for Node without DOM. */
interface WebAssemblyApi {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi }

const here = import.meta.dirname
const require = createRequire(import.meta.url)
const wasm = join(dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm')

async function diff(from: string | null, to: string, databaseUrl: string): Promise<string> {
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': engineBindings })
  engineBindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports['__wbindgen_start'] as () => void)()
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }))
  const engine = await engineBindings.SchemaEngine.new({ datamodels: [['schema.prisma', to]] }, () => undefined, adapter)
  const result = await engine.diff({
    from: from === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: 'snapshot.prisma', content: from }] },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: to }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  return result.stdout ?? ''
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) throw new Error('usage: node prisma/migration.ts <name_in_snake_case>')
const snapshot = join(here, 'migrations', 'snapshot.prisma')
const journal = join(here, 'migrations.json')
const schema = readFileSync(join(here, 'schema.prisma'), 'utf8')
const postgres = await startTestPostgres()
const sql = await diff(readOrNull(snapshot), schema, postgres.url).finally(() => postgres.stop())
const applied = JSON.parse(readOrNull(journal) ?? '[]') as string[]
if (sql.trim() === '' || sql.includes('This is an empty migration')) {
  console.log('the schema has not changed')
} else {
  const file = `migrations/${String(applied.length + 1).padStart(4, '0')}_${name}.sql`
  writeFileSync(join(here, file), sql)
  writeFileSync(journal, `${JSON.stringify([...applied, file], null, 2)}\n`)
  writeFileSync(snapshot, schema)
  console.log(file)
}
