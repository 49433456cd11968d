import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The data plane's folder. */
export const root = join(import.meta.dirname, '..')

/** One module that owns tables. */
export interface SchemaModule {
  /** `platform`, `cart`, `restaurant`: the folder's last name. */
  name: string
  /** Relative to the data plane: `core/cart`. */
  folder: string
  /** Models without datasource and generator. */
  schema: string
}

/** Every folder with a `schema.prisma`: platform first, then core, engines, verticals, by name. A vertical's lies in its folder or in its `server/`. */
export function schemaModules(): SchemaModule[] {
  const folders = ['platform']
  for (const layer of ['core', 'engines', 'verticals']) {
    if (!existsSync(join(root, layer))) continue
    for (const entry of readdirSync(join(root, layer), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue
      folders.push(`${layer}/${entry.name}`)
      if (layer === 'verticals') folders.push(`${layer}/${entry.name}/server`)
    }
  }
  return folders
    .filter((folder) => existsSync(join(root, folder, 'schema.prisma')))
    .map((folder) => ({ name: folder.split('/')[1] ?? folder, folder, schema: readFileSync(join(root, folder, 'schema.prisma'), 'utf8') }))
}

/** The tables of the vertical that `pnpm vertical:new` copies: known to the type checker only, never in a database. */
export function templateModels(): string {
  return readFileSync(join(root, 'template/sample-trade/schema.prisma'), 'utf8')
}

/** A complete Prisma schema of the given models. */
export function wholeSchema(models: string): string {
  return `datasource db {\n  provider = "postgresql"\n}\n\n${models}`
}

export function mergedModels(): string {
  return schemaModules()
    .map((module) => `// ${module.folder}\n${module.schema}`)
    .join('\n')
}

export function readJournal(): string[] {
  const path = join(root, 'migrations.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : []
}
