import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is wrong with a release. */
export interface TestBehaviour {
  /** It ends before it listens. */
  crashOnBoot?: boolean
  /** Every answer of its API is 500. */
  failing?: boolean
  /** Its own probe finds a fault. */
  failingHold?: boolean
  /** Its own probe never ends. */
  hangingProbe?: boolean
}

const initialSql = 'CREATE TABLE thing (id text PRIMARY KEY, amount bigint NOT NULL DEFAULT 0);\n'

/** Writes a release whose programs only speak the node's protocols, so that node and gateway are tested by themselves. */
export function writeTestRelease(
  dir: string,
  version = '0.0.1+test',
  options: { migrations?: Record<string, string>; behaviour?: TestBehaviour } = {},
): { version: string; dir: string; schema: string } {
  const migrations = { 'core/0001_init.sql': initialSql, ...options.migrations }
  const schema = Object.keys(migrations)
    .at(-1)!
    .replace(/\.sql$/, '')
  mkdirSync(join(dir, 'migrations', 'core'), { recursive: true })
  for (const program of ['data-plane.mjs', 'control-plane.mjs']) cpSync(new URL(program, import.meta.url), join(dir, program))
  writeFileSync(join(dir, 'migrations', 'migrations.json'), JSON.stringify(Object.keys(migrations)))
  for (const [name, sql] of Object.entries(migrations)) writeFileSync(join(dir, 'migrations', name), sql)
  if (options.behaviour) writeFileSync(join(dir, 'behaviour.json'), JSON.stringify(options.behaviour))
  writeFileSync(join(dir, 'release.json'), JSON.stringify({ version, schema, built_at: '2026-01-01T00:00:00Z', checksums: {} }))
  return { version, dir, schema }
}
