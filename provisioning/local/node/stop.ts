import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PostgresCluster } from '../postgres/cluster.ts'
import { knownServerFolder } from '../postgres/location.ts'
import { end, identify, isAlive, type ProcessIdentity, waitForExit } from '../process.ts'
import { socketRequest } from '../socket-request.ts'
import { nodeAddress } from './api.ts'
import { acquireLock } from './lock.ts'
import { StateStore } from './state.ts'

const longestShutdownMs = 120_000

/**
 * Ends everything of a data directory, in order: through its node, or (when that was killed) what it left behind.
 * @returns how many processes were ended; 0 when nothing ran
 * @throws Locked when a node holds the directory and does not end
 */
export async function stopPlatform(dataDir: string): Promise<number> {
  if (!existsSync(join(dataDir, 'node'))) return 0
  const ended = await stopThroughNode(dataDir)
  return ended + (await stopOrphans(dataDir))
}

/** Ends the processes that a killed node left behind: gateway, data planes, control plane, Postgres. */
export async function stopOrphans(dataDir: string): Promise<number> {
  const lock = acquireLock(join(dataDir, 'node', 'lock'))
  let ended = 0
  const stop = async (identity: ProcessIdentity | null | undefined) => {
    if (!identity || !isAlive(identity)) return
    await end(identity, [{ signal: 'SIGTERM', waitMs: 12_000 }])
    ended += 1
  }
  try {
    const store = new StateStore(join(dataDir, 'node'), { host: '127.0.0.1', port: 0, base_domain: 'localhost' })
    await stop(store.state.services['gateway'])
    await Promise.all(store.tenants.flatMap((record) => [record.process, record.beside, record.retiring]).map(stop))
    await Promise.all(store.state.rehearsals.map(stop))
    await stop(store.state.services['control-plane'])
    const cluster = new PostgresCluster({
      dir: knownServerFolder(dataDir),
      logFile: join(dataDir, 'logs', 'postgres.log'),
      passwords: { superuser: '', platform: '' },
    })
    if (await cluster.stop()) ended += 1
    return ended
  } finally {
    lock.release()
  }
}

async function stopThroughNode(dataDir: string): Promise<number> {
  const address = nodeAddress(dataDir)
  const identity = address ? identify(address.pid) : null
  if (!address || !identity || identity.started !== address.started) return 0
  await socketRequest(address.socket, 'POST', '/shutdown')
  if (!(await waitForExit(identity, longestShutdownMs)))
    throw new Error(`the node (pid ${address.pid}) did not end within ${longestShutdownMs / 1000} s`)
  return 1
}
