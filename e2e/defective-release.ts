import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { registerRelease } from '@cityos/control-plane/contract'
import { releaseLike } from '@cityos/provisioning/testing/release'
import type { Platform } from './platform.ts'

/** What a release may have wrong with it; nothing (`none`) makes just another version. */
export type Defect = 'none' | 'crashes' | 'answers 500' | 'fails for browsers alone' | 'leaks' | 'is slow' | 'migration fails half-way'

/** What happens to a request of a shopper; health checks and the platform's own calls are left alone. */
const onRequest: Partial<Record<Defect, string>> = {
  'answers 500': 'if (++seen % 5 === 0) { response.statusCode = 500; response.end(); return true }',
  'fails for browsers alone':
    'if (/Mozilla/.test(request.headers["user-agent"] ?? "") && ++seen % 3 === 0) { response.statusCode = 500; response.end(); return true }',
  leaks: 'kept.push(Buffer.alloc(8_000_000, 1))',
  'is slow': 'setTimeout(() => emit.call(server, name, request, response), 500); return true',
}

/** Code that wraps every HTTP server of the process it stands at the beginning of. */
export function serverDefect(defect: Defect): string {
  if (defect === 'crashes') return 'throw new Error("this release cannot start");'
  const body = onRequest[defect]
  if (!body) return '/* nothing is wrong with this one */'
  return [
    "import defectiveHttp from 'node:http';",
    "import { syncBuiltinESMExports as defectiveSync } from 'node:module';",
    '{ const create = defectiveHttp.createServer; let seen = 0; const kept = [];',
    'defectiveHttp.createServer = (...given) => { const server = create(...given); const emit = server.emit;',
    'server.emit = (name, ...rest) => { const [request, response] = rest;',
    "if (name !== 'request' || /^\\/(internal|health)/.test(request.url)) return emit.call(server, name, ...rest);",
    `${body}; return emit.call(server, name, ...rest) }; return server };`,
    'defectiveSync() }',
  ].join(' ')
}

/**
 * A release like `version`, which the platform has, but with a defect; registered like any other.
 * @returns its version
 */
export async function releaseWith(platform: Platform, version: string, defect: Defect): Promise<string> {
  const made = await storeReleaseWith(platform, version, defect)
  await (await platform.operator()).call(registerRelease, { body: { dir: made.dir } })
  return made.version
}

/** The same, known to nobody yet. */
export function storeReleaseWith(platform: Platform, version: string, defect: Defect): Promise<{ version: string; dir: string }> {
  const change = defect === 'migration fails half-way' ? addFailingMigration : (folder: string) => changeServer(folder, defect)
  return releaseLike(join(platform.data.path, 'releases'), version, change)
}

function changeServer(folder: string, defect: Defect): string[] {
  const path = join(folder, 'data-plane.mjs')
  writeFileSync(path, `${serverDefect(defect)}\n${readFileSync(path, 'utf8')}`)
  return ['data-plane.mjs']
}

const failing = 'core/cart/migrations/9999_half_way.sql'

/** A file whose first statement works and whose second does not. */
function addFailingMigration(folder: string): string[] {
  const journal = join(folder, 'migrations/migrations.json')
  const files = JSON.parse(readFileSync(journal, 'utf8')) as string[]
  writeFileSync(journal, JSON.stringify([...files, failing]))
  writeFileSync(
    join(folder, 'migrations', failing),
    'CREATE TABLE core_half_way (id text PRIMARY KEY);\nSELECT 1 / (SELECT count(*) FROM core_half_way);\n',
  )
  return ['migrations/migrations.json', `migrations/${failing}`]
}
