import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestPostgres } from '@cityos/provisioning/testing'
import { diffSchemas } from './engine.ts'
import { readJournal, root, schemaModules, wholeSchema } from './modules.ts'

// usage: pnpm --filter @cityos/data-plane db:migration <module> <name>, e.g. db:migration verticals/booking init
// Writes <module>/migrations/NNNN_<name>.sql (what changed since the module's snapshot), renews the snapshot and
// appends the file to migrations.json. Constraints, partial indexes, grants and triggers are added by hand below the
// marker. Giving the name of the module's last migration again rewrites its generated part and keeps the rest.

const marker = '-- Written by hand below this line.'

async function main(moduleName: string | undefined, name: string | undefined): Promise<void> {
  const module = schemaModules().find((entry) => entry.name === moduleName || entry.folder === moduleName)
  if (!module || !name || !/^[a-z][a-z0-9_]*$/.test(name)) {
    const names = schemaModules().map((entry) => entry.name)
    throw new Error(`usage: db:migration <module> <name_in_snake_case>; modules: ${names.join(', ')}`)
  }
  const folder = join(root, module.folder, 'migrations')
  mkdirSync(folder, { recursive: true })
  const existing = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  const again = existing.at(-1)?.slice(5) === `${name}.sql` ? existing.at(-1) : undefined
  const before = snapshotBefore(folder, existing, again)
  const postgres = await startTestPostgres()
  try {
    const sql = await diffSchemas(before === null ? null : wholeSchema(before), wholeSchema(module.schema), postgres.url)
    if (sql === '' && !again) {
      console.log(`${module.folder}: schema.prisma and its snapshot are the same; nothing to write`)
      return
    }
    const file = again ?? `${String(existing.length + 1).padStart(4, '0')}_${name}.sql`
    const path = join(folder, file)
    const byHand = again ? (readFileSync(path, 'utf8').split(`${marker}\n`)[1] ?? '') : ''
    writeFileSync(path, `${withoutSchemas(sql)}\n${marker}\n${byHand}`)
    if (before !== null && !again) writeFileSync(join(folder, 'snapshot.previous.prisma'), before)
    writeFileSync(join(folder, 'snapshot.prisma'), module.schema)
    const journal = readJournal()
    const entry = `${module.folder}/migrations/${file}`
    if (!journal.includes(entry)) writeFileSync(join(root, 'migrations.json'), `${JSON.stringify([...journal, entry], null, 2)}\n`)
    console.log(`wrote ${entry}`)
  } finally {
    await postgres.stop()
  }
}

/** The schema before the migration that is about to be written; null for a module's first. */
function snapshotBefore(folder: string, existing: string[], again: string | undefined): string | null {
  if (existing.length === 0 || (again && existing.length === 1)) return null
  const path = join(folder, again ? 'snapshot.previous.prisma' : 'snapshot.prisma')
  if (!existsSync(path)) throw new Error(`${path} is missing: it must hold the schema as of the migration before`)
  return readFileSync(path, 'utf8')
}

/** The engine declares the schema `public`, which every database has. */
function withoutSchemas(sql: string): string {
  return sql.replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '').trim()
}

await main(process.argv[2], process.argv[3])
process.exit(0)
