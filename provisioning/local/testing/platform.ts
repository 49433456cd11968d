import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TenantDocument } from '@cityos/contract'
import type { Fence } from '../../driver.ts'
import { LocalDriver, nodeStatus } from '../driver.ts'
import { type NodeStatus, nodeAddress } from '../node/api.ts'
import { freePort } from '../postgres/port.ts'
import { writeTestRelease } from './release.ts'

const entry = fileURLToPath(new URL('../node/main.ts', import.meta.url))

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever JSON came
  json: any
}

/** A node process with the test release, for one test file. */
export class TestPlatform {
  readonly dataDir: string
  readonly port: number
  readonly release: { version: string; dir: string; schema: string }
  private readonly environment: Record<string, string | undefined>
  private readonly extra: string[]
  node: ChildProcess | null = null
  output = ''

  private constructor(dataDir: string, port: number, environment: Record<string, string | undefined>, extra: string[]) {
    this.dataDir = dataDir
    this.port = port
    this.environment = environment
    this.extra = extra
    this.release = writeTestRelease(join(dataDir, 'releases', 'test'))
  }

  /** @param options.databaseUrl left out: the node's own embedded server */
  static async create(options: { databaseUrl?: string; args?: string[] } = {}): Promise<TestPlatform> {
    const dataDir = mkdtempSync(join(tmpdir(), 'cityos-node-'))
    // The server's own account has to pass through it.
    chmodSync(dataDir, 0o711)
    return new TestPlatform(dataDir, await freePort(), { ...process.env, DATABASE_URL: options.databaseUrl ?? '' }, options.args ?? [])
  }

  get driver(): LocalDriver {
    return new LocalDriver({ socket: nodeAddress(this.dataDir)!.socket })
  }

  /** Starts the node without waiting; resolves with its exit code when it ends. */
  spawn(args: string[] = []): Promise<number | null> {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        entry,
        '--data',
        this.dataDir,
        '--release',
        this.release.dir,
        '--port',
        String(this.port),
        ...this.extra,
        ...args,
      ],
      { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const collect = (chunk: Buffer) => {
      this.output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    this.node = child
    return new Promise((resolve) => child.once('exit', resolve))
  }

  async up(args: string[] = []): Promise<NodeStatus> {
    let code: number | null | undefined
    this.spawn(args).then((value) => {
      code = value
    })
    const status = await until('the node is ready', async () => {
      if (code !== undefined) throw new Error(`the node ended with ${code}: ${this.output}`)
      const found = await nodeStatus(this.dataDir)
      return found?.phase === 'ready' && found.pid === this.node!.pid ? found : null
    })
    return status
  }

  async status(): Promise<NodeStatus> {
    const status = await nodeStatus(this.dataDir)
    if (!status) throw new Error('no node answers')
    return status
  }

  /** Ends everything and removes the folder. */
  async down(): Promise<void> {
    await this.stopAll()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  /** `main.ts --stop`: through the node, or cleaning up after a killed one. */
  async stopAll(): Promise<string> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, '--data', this.dataDir, '--stop'], {
      env: this.environment,
    })
    let text = ''
    const collect = (chunk: Buffer) => {
      text += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const code = await new Promise((resolve) => child.once('exit', resolve))
    if (code !== 0) throw new Error(`--stop ended with ${code}: ${text}`)
    return text.trim()
  }

  /** A running tenant with a route, made as the control plane makes it. */
  async tenant(slug: string, options: { plan?: string; fence?: Fence } = {}): Promise<{ id: string; host: string }> {
    const { driver } = this
    const id = `tnt_${slug.padEnd(26, '0')}`
    const fence = options.fence ?? { operationId: 'op_test', number: 1 }
    const host = `${slug}.localhost`
    await driver.ensureDatabase(id, this.release.version, fence)
    await driver.configure(
      document(id, slug, this.release.version, options.plan),
      { tenantKey: 'a'.repeat(44), planeKey: 'b'.repeat(44) },
      fence,
    )
    await driver.route(id, [host], fence)
    await driver.start(id, fence)
    return { id, host }
  }

  request(host: string, path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port: this.port, path, method: options.method ?? 'GET', headers: { host, ...options.headers }, agent: false },
        (incoming) => {
          let text = ''
          incoming.setEncoding('utf8')
          incoming.on('data', (chunk: string) => {
            text += chunk
          })
          incoming.on('error', reject)
          incoming.on('end', () => {
            const isJson = incoming.headers['content-type']?.includes('json')
            resolve({
              status: incoming.statusCode!,
              headers: incoming.headers,
              text,
              json: isJson && text !== '' ? JSON.parse(text) : null,
            })
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(options.body)
    })
  }
}

export function document(id: string, slug: string, release: string, plan = 'free'): TenantDocument {
  return {
    id,
    version: 1,
    slug,
    name: { en: `Shop ${slug}`, ar: `متجر ${slug}` },
    status: 'active',
    plan,
    verticals: [],
    locales: ['en', 'ar'],
    default_locale: 'en',
    currencies: ['SAR'],
    default_currency: 'SAR',
    timezone: 'Asia/Riyadh',
    country: 'SA',
    theme: { brand: '#0f766e', radius: 'medium', logo_url: null },
    release,
    domains: [`${slug}.localhost`],
    test: true,
    quarantined: false,
    read_only: false,
    limits: {},
  }
}

/** Asks again until the answer is there. @throws after `seconds`, naming what was waited for */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, seconds = 60): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await delay(20)
  }
}

/** Processes whose command line names this folder. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return command.includes(folder) ? [`${pid} ${command}`] : []
      } catch {
        return []
      }
    })
}
