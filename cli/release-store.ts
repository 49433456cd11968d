import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ReleaseMigration } from '@cityos/contract'
import { checkout, type DataDirectory } from './data-directory.ts'
import { Failure } from './failure.ts'

/** A release in the platform's store, where it never changes. */
export interface StoredRelease {
  version: string
  schema: string
  dir: string
  /** Whether it was put there just now. */
  fresh: boolean
  built_at: string
  commit: string | null
  protocol: number
  upgrade_from: string | null
  migrations: ReleaseMigration[]
}

/** The build of CITYOS_RELEASE where that is set (a folder), else this checkout's, built now; in the store either way. */
export function storeOwnRelease(data: DataDirectory, onLine: (line: string) => void): Promise<StoredRelease> {
  const given = process.env['CITYOS_RELEASE']
  if (given && !existsSync(join(given, 'release.json')))
    throw new Failure(`CITYOS_RELEASE names ${given}, which holds no release.`, 'Build one (node scripts/build.ts), or unset the variable.')
  return storeRelease(data, given ? ['--built', given] : [], onLine)
}

/**
 * Builds a checkout, runs the migration gate and stores the result; takes a moment when nothing changed.
 * @param source a checkout's folder; left out: this one
 * @param inUse releases that tenants are on: a build whose migrations are another line is refused
 * @param onLine gets what the build says
 * @throws Failure with what the build or the gate says
 */
export function storeCheckout(
  data: DataDirectory,
  source: string | undefined,
  inUse: readonly string[],
  onLine: (line: string) => void,
): Promise<StoredRelease> {
  const from = source === undefined ? [] : ['--from', source]
  return storeRelease(data, [...from, ...inUse.flatMap((version) => ['--in-use', version])], onLine)
}

async function storeRelease(data: DataDirectory, args: string[], onLine: (line: string) => void): Promise<StoredRelease> {
  const script = join(checkout, 'scripts/release/main.ts')
  const command = ['--disable-warning=ExperimentalWarning', script, '--store', join(data.path, 'releases'), ...args]
  const child = spawn(process.execPath, command, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] })
  let result = ''
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const line of chunk.toString().split('\n').filter(Boolean)) onLine(line)
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code === 0) return JSON.parse(result) as StoredRelease
  if (!result) throw new Failure('The release could not be built.', ...said.trim().split('\n').slice(-15))
  const { refused, advice } = JSON.parse(result) as { refused: string; advice: string[] }
  throw new Failure(refused, ...advice)
}
