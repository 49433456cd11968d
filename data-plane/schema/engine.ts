import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'

/** One schema file for the engine; null is an empty database. */
export type SchemaText = string | null

interface SchemaEngine {
  diff(input: object): Promise<{ exitCode: number; stdout: string }>
}

interface EngineModule {
  __wbg_set_wasm(exports: WebAssembly.Exports): void
  SchemaEngine: { new: (options: object, log: () => void, adapter: unknown) => Promise<SchemaEngine> }
}

const require = createRequire(import.meta.url)

/**
 * The SQL that leads from one Prisma schema to another, by Prisma's schema engine in WebAssembly: no download, but the
 * engine insists on a reachable Postgres (it only connects, it changes nothing).
 * @param databaseUrl any reachable database
 * @returns empty text when the two are the same
 */
export async function diffSchemas(from: SchemaText, to: string, databaseUrl: string): Promise<string> {
  const instance = await load(to, databaseUrl)
  const target = (text: SchemaText, path: string) =>
    text === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path, content: text }] }
  const answer = await instance.diff({
    from: target(from, 'from.prisma'),
    to: target(to, 'to.prisma'),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  })
  return answer.exitCode === 0 ? '' : answer.stdout
}

let loaded: EngineModule | undefined

async function load(schema: string, databaseUrl: string): Promise<SchemaEngine> {
  if (!loaded) {
    const module = engine as unknown as EngineModule
    const path = join(dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm')
    const { instance } = await WebAssembly.instantiate(readFileSync(path), {
      './schema_engine_bg.js': module as unknown as WebAssembly.ModuleImports,
    })
    module.__wbg_set_wasm(instance.exports)
    ;(instance.exports['__wbindgen_start'] as () => void)()
    loaded = module
  }
  const adapterUtils = createRequire(realpathSync(require.resolve('@prisma/adapter-pg')))('@prisma/driver-adapter-utils') as {
    bindMigrationAwareSqlAdapterFactory(factory: PrismaPg): unknown
  }
  const adapter = adapterUtils.bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }))
  return loaded.SchemaEngine.new({ datamodels: [['to.prisma', schema]] }, () => {}, adapter)
}
