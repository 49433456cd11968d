import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { OperatorCredential } from '@cityos/contract'
import { Failure } from './failure.ts'
import { say } from './output.ts'

export const checkout = process.env['CITYOS_ROOT'] ?? join(import.meta.dirname, '..')

/** A platform's folder: everything it knows lies here, and deleting it is a clean slate. */
export interface DataDirectory {
  path: string
  operatorPath: string
  nodeLog: string
  tenantLog: (tenantId: string) => string
}

/** `--data`, else CITYOS_DATA, else `.cityos` in the checkout (or a reachable twin of it when root runs from a closed folder). */
export function locateData(option: string | undefined): DataDirectory {
  const asked = option ?? process.env['CITYOS_DATA']
  return describe(asked ? resolve(asked) : defaultPath())
}

function describe(path: string): DataDirectory {
  return {
    path,
    operatorPath: join(path, 'operator.json'),
    nodeLog: join(path, 'logs/node.log'),
    tenantLog: (tenantId) => join(path, 'logs', `${tenantId}.log`),
  }
}

function defaultPath(): string {
  const usual = join(checkout, '.cityos')
  if (process.getuid?.() !== 0 || closedFolder(usual) === null) return usual
  const twin = join('/var/lib/cityos', `${basename(checkout)}-${createHash('sha256').update(checkout).digest('hex').slice(0, 8)}`)
  if (!existsSync(twin)) say(`Postgres does not run as root and another user cannot reach ${usual}; the data goes to ${twin}`)
  return twin
}

/** The first folder on the way to `path` that users other than its owner cannot pass through; null when there is none. */
export function closedFolder(path: string): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return folder
    if (folder === dirname(folder)) return null
  }
}

const leastFreeBytes = 500 * 1024 * 1024

/** Refuses, before anything is started, a place where a platform cannot live. @throws Failure with what to do */
export function checkData(data: DataDirectory): void {
  if (existsSync(data.path) && !statSync(data.path).isDirectory())
    throw new Failure(`${data.path} is not a folder.`, 'Give another place with --data DIR.')
  try {
    mkdirSync(data.path, { recursive: true, mode: 0o755 })
    accessSync(data.path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Failure(
      `The data directory ${data.path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      'Give another place with --data DIR, or change its rights.',
    )
  }
  const closed = process.getuid?.() === 0 ? closedFolder(data.path) : null
  if (closed) {
    throw new Failure(
      `Postgres does not run as root, and another user cannot reach ${data.path}: ${closed} is closed to others.`,
      `Give a reachable place (--data /var/lib/cityos/main), open the folder (chmod o+x ${closed}), or run as an ordinary user.`,
    )
  }
  const disk = statfsSync(data.path)
  const free = disk.bavail * disk.bsize
  if (free < leastFreeBytes) {
    throw new Failure(
      `Only ${Math.round(free / 1048576)} MB are free where ${data.path} lies; a platform needs 500 MB to start.`,
      'Free some space, or give another place with --data DIR.',
    )
  }
  const postgres = join(data.path, 'postgres')
  const started = existsSync(postgres) && statSync(postgres).isDirectory() && existsSync(data.operatorPath)
  if (
    started &&
    !existsSync(join(postgres, 'PG_VERSION')) &&
    !existsSync(join(postgres, 'data/PG_VERSION')) &&
    !process.env['DATABASE_URL']
  ) {
    throw new Failure(
      `The data directory ${data.path} is damaged: ${postgres} is not a Postgres data folder any more.`,
      `Restore it from a copy, or start over: ./cityos down --data ${data.path}; rm -rf ${data.path}`,
    )
  }
}

/** The operator's credential that the first start wrote. @throws Failure when there is none or it cannot be read */
export function readOperator(data: DataDirectory): OperatorCredential {
  let text: string
  try {
    text = readFileSync(data.operatorPath, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new Failure(`${data.operatorPath} belongs to another user.`, 'Run this as the user who started the platform.')
    throw new Failure(
      `There is no platform in ${data.path}.`,
      `Start one (./cityos up --data ${data.path}), or name the right folder with --data DIR.`,
    )
  }
  const parsed = OperatorCredential.safeParse(parseJson(text))
  if (!parsed.success)
    throw new Failure(
      `${data.operatorPath} is damaged.`,
      'Restore it from a copy, or ask another operator for an invitation and use ./cityos login.',
    )
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
