import { randomBytes } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Account, firstUnreachable } from './account.ts'
import type { Binaries } from './binaries.ts'

/** Where the server's account can get to when our own folders are closed to it (a checkout under `/root`, say). */
const defaultShared = '/var/lib/cityos'

const Pointer = z.object({ dir: z.string() })
const Owner = z.object({ data_dir: z.string() })

/**
 * The server's folder for a data directory: `<data>/postgres`, or, where its account cannot enter that, one under
 * `/var/lib/cityos` that `<data>/postgres.json` points to. Folders there whose data directory was deleted are removed,
 * so that deleting a data directory stays a clean slate.
 */
export function serverFolder(account: Account, dataDir: string, shared = defaultShared): string {
  const pointer = join(dataDir, 'postgres.json')
  const inside = join(dataDir, 'postgres')
  if (existsSync(pointer)) return Pointer.parse(JSON.parse(readFileSync(pointer, 'utf8'))).dir
  if (existsSync(join(inside, 'data', 'PG_VERSION')) || account.uid === null) return inside
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  // What lies in our own folder is protected file by file; passing through it gives nothing away.
  if (firstUnreachable(account, inside) === dataDir) chmodSync(dataDir, statSync(dataDir).mode | 0o011)
  if (firstUnreachable(account, inside) === null) return inside
  makeShared(shared)
  removeOrphans(shared)
  const home = join(shared, `data-${randomBytes(6).toString('hex')}`)
  mkdirSync(home, { mode: 0o711 })
  writeFileSync(join(home, 'owner.json'), JSON.stringify({ data_dir: dataDir }), { mode: 0o600 })
  const dir = join(home, 'postgres')
  writeFileSync(pointer, JSON.stringify({ dir }), { mode: 0o600 })
  return dir
}

/** The server's folder if there is one already; makes nothing. */
export function knownServerFolder(dataDir: string): string {
  const pointer = join(dataDir, 'postgres.json')
  return existsSync(pointer) ? Pointer.parse(JSON.parse(readFileSync(pointer, 'utf8'))).dir : join(dataDir, 'postgres')
}

/** The server's programs where its account can run them: as installed, or a copy of them under `/var/lib/cityos`. */
export function reachableBinaries(account: Account, binaries: Binaries, shared = defaultShared): Binaries {
  if (firstUnreachable(account, binaries.postgres) === null) return binaries
  makeShared(shared)
  const home = join(shared, `postgres-${binaries.version}`)
  if (!existsSync(home)) {
    const draft = `${home}.${randomBytes(4).toString('hex')}`
    cpSync(binaries.home, draft, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(draft, home)
    } catch (error) {
      rmSync(draft, { recursive: true, force: true })
      // Another start was faster with the same copy.
      if (!existsSync(home)) throw error
    }
  }
  return { ...binaries, home, initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') }
}

function makeShared(shared: string): void {
  mkdirSync(shared, { recursive: true, mode: 0o755 })
  chmodSync(shared, 0o755)
}

function removeOrphans(shared: string): void {
  for (const name of readdirSync(shared).filter((candidate) => candidate.startsWith('data-'))) {
    const home = join(shared, name)
    const file = join(home, 'owner.json')
    if (!existsSync(file)) continue
    const { data_dir } = Owner.parse(JSON.parse(readFileSync(file, 'utf8')))
    const pointer = join(data_dir, 'postgres.json')
    const claimed = existsSync(pointer) && Pointer.parse(JSON.parse(readFileSync(pointer, 'utf8'))).dir === join(home, 'postgres')
    const running = existsSync(join(home, 'postgres', 'data', 'postmaster.pid'))
    if (!claimed && !running) rmSync(home, { recursive: true, force: true })
  }
}
