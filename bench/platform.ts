import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { locateData } from '@cityos/cli/data-directory'
import { openSession, type Session } from '@cityos/cli/session'
import { fetchAt } from '@cityos/cli/transport'
import { type Client, createClient } from '@cityos/contract'
import { type NodeStatus, nodeStatus } from '@cityos/provisioning/local'

const run = promisify(execFile)
const launcher = fileURLToPath(new URL('../cityos', import.meta.url))

/** A running platform as the benchmark sees it: the public interface, and the processes behind it. */
export interface Platform {
  dataDir: string
  port: number
  /** Whether it keeps warm processes and clones. */
  pool: boolean
  operator: Session
  /** A shopper's client of a host. */
  shop(host: string): Client
  /** `fetch` that reaches `host` through the gateway. */
  fetch: typeof fetch
  /** What the node says it runs. */
  status(): Promise<NodeStatus>
  pids(host: string): Promise<{ dataPlane: number; postgres: number; gateway: number }>
  stop(): Promise<void>
}

/** Starts a platform in `dataDir`; its tenants do not fall asleep by themselves, so that figures are not of waking. */
export async function startPlatform(dataDir: string, port: number, pool: boolean): Promise<Platform> {
  const warm = pool ? {} : { CITYOS_WARM_PROCESSES: '0', CITYOS_WARM_DATABASES: '0' }
  const env = { ...process.env, CITYOS_IDLE_AFTER: '3600', ...warm }
  const cityos = async (...args: string[]) => (await run(launcher, [...args, '--data', dataDir], { env, maxBuffer: 1 << 26 })).stdout
  await cityos('up', '--detach', '--port', String(port))
  const operator = await openSession(locateData(dataDir))
  const send = fetchAt({ port })
  const read = async () => {
    const status = await nodeStatus(dataDir)
    if (!status) throw new Error('the platform has stopped')
    return status
  }
  return {
    dataDir,
    port,
    pool,
    operator,
    fetch: send,
    shop: (host) => createClient({ origin: `http://${host}:${port}`, fetch: send }),
    status: read,
    async pids(host) {
      const status = await read()
      const part = (name: string) => status.parts.find((each) => each.name === name)?.pid
      const dataPlane = status.tenants.find((each) => `${each.slug}.localhost` === host)?.pid
      const postgres = part('postgres')
      const gateway = part('gateway')
      if (!dataPlane || !postgres || !gateway) throw new Error(`not everything is running: ${JSON.stringify(status)}`)
      return { dataPlane, postgres, gateway }
    },
    stop: async () => void (await cityos('down')),
  }
}
