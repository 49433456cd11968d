import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { locateData } from '@cityos/cli/data-directory'
import { openSession, type Session } from '@cityos/cli/session'
import { fetchAt } from '@cityos/cli/transport'
import { type Client, createClient } from '@cityos/contract'
import { nodeStatus } from '@cityos/provisioning/local'

const run = promisify(execFile)
const launcher = fileURLToPath(new URL('../cityos', import.meta.url))

/** A running platform as the benchmark sees it: the public interface, and the processes behind it. */
export interface Platform {
  dataDir: string
  port: number
  operator: Session
  /** A shopper's client of a host. */
  shop(host: string): Client
  /** `fetch` that reaches `host` through the gateway. */
  fetch: typeof fetch
  pids(host: string): Promise<{ dataPlane: number; postgres: number; gateway: number }>
  /** Runs `./cityos …` on this platform and returns its JSON document. */
  cityos<T>(...args: string[]): Promise<T>
  stop(): Promise<void>
}

/** Starts a platform of its own in `dataDir`; `environment` reaches every process (idle time, pool sizes). */
export async function startPlatform(dataDir: string, port: number, environment: Record<string, string> = {}): Promise<Platform> {
  const env = { ...process.env, ...environment }
  const cityos = async (...args: string[]) => (await run(launcher, [...args, '--data', dataDir], { env, maxBuffer: 1 << 26 })).stdout
  await cityos('up', '--detach', '--port', String(port))
  const operator = await openSession(locateData(dataDir))
  const send = fetchAt({ port })
  return {
    dataDir,
    port,
    operator,
    fetch: send,
    shop: (host) => createClient({ origin: `http://${host}:${port}`, fetch: send }),
    async pids(host) {
      const status = await nodeStatus(dataDir)
      const part = (name: string) => status.parts.find((each) => each.name === name)?.pid
      const dataPlane = status.tenants.find((each) => `${each.slug}.localhost` === host)?.pid
      const postgres = part('postgres')
      const gateway = part('gateway')
      if (!dataPlane || !postgres || !gateway) throw new Error(`not everything is running: ${JSON.stringify(status)}`)
      return { dataPlane, postgres, gateway }
    },
    cityos: async (...args) => JSON.parse(await cityos(...args, '--json')),
    stop: async () => void (await cityos('down')),
  }
}
