import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readJournal, root } from './modules.ts'

// usage: node schema/workflow-engine-migration.ts <from-version> <file-name>
// Writes the tables of the installed workflow engine (schema `dbos`) as a migration of our own journal: the application
// login may not run DDL, so the engine is launched with `runMigrations: false` and only checks the version.

interface EngineMigration {
  name: string
  pg?: string[]
}

const [from = '0', file = '0002_workflow_engine.sql'] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const path = require.resolve('@dbos-inc/dbos-sdk').replace(/dist\/.*$/, 'dist/src/sysdb_migrations/internal/migrations.js')
const { allMigrations } = require(path) as { allMigrations(schema: string, options: object): EngineMigration[] }
const migrations = allMigrations('dbos', { useListenNotify: false, isCockroach: false })

const statements = migrations
  .slice(Number(from))
  .flatMap((migration) => (migration.pg ?? []).map((sql) => `-- ${migration.name}\n${inTransaction(sql)};`))
const text = `-- Tables of the workflow engine, versions ${Number(from) + 1} to ${migrations.length}; written by schema/workflow-engine-migration.ts.
${statements.join('\n')}

DELETE FROM dbos.dbos_migrations;
INSERT INTO dbos.dbos_migrations (version) VALUES (${migrations.length});
GRANT USAGE ON SCHEMA dbos TO cityos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dbos TO cityos_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA dbos TO cityos_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos TO cityos_app;
REVOKE INSERT, UPDATE, DELETE ON dbos.dbos_migrations FROM cityos_app;
`
const entry = `platform/migrations/${file}`
writeFileSync(join(root, entry), text)
const journal = readJournal()
if (!journal.includes(entry)) writeFileSync(join(root, 'migrations.json'), `${JSON.stringify([...journal, entry], null, 2)}\n`)
console.log(`wrote ${entry}`)

/** A migration file runs in one transaction; the tables are empty, so nothing is lost by building indexes plainly. */
function inTransaction(sql: string): string {
  return sql
    .replace(/\bconcurrently\b/gi, '')
    .trim()
    .replace(/;$/, '')
}
