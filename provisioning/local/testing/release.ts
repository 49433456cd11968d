import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes a release whose programs only speak the node's protocols, so that node and gateway are tested by themselves. */
export function writeTestRelease(dir: string, version = '0.0.1+test'): { version: string; dir: string; schema: string } {
  mkdirSync(join(dir, 'migrations', 'core'), { recursive: true })
  for (const program of ['data-plane.mjs', 'control-plane.mjs']) cpSync(new URL(program, import.meta.url), join(dir, program))
  writeFileSync(join(dir, 'migrations', 'migrations.json'), '["core/0001_init.sql"]')
  writeFileSync(
    join(dir, 'migrations', 'core', '0001_init.sql'),
    'CREATE TABLE thing (id text PRIMARY KEY, amount bigint NOT NULL DEFAULT 0);\n',
  )
  writeFileSync(
    join(dir, 'release.json'),
    JSON.stringify({ version, schema: 'core/0001_init', built_at: '2026-01-01T00:00:00Z', checksums: {} }),
  )
  return { version, dir, schema: 'core/0001_init' }
}
