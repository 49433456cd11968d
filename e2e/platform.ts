import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataDirectory, locateData, readOperator } from '@cityos/cli/data-directory'
import { type NodeStatus, readNode } from '@cityos/cli/node'
import { openSession, type Platform as Reached, type Session, signIn, type Tokens } from '@cityos/cli/session'
import { fetchAt } from '@cityos/cli/transport'
import { type Client, createClient, tenantAudience } from '@cityos/contract'
import { eventually } from './eventually.ts'

const checkout = join(import.meta.dirname, '..')

export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

/** A platform under test: started by `./cityos up`, reached through its gateway, as a user would. */
export class Platform {
  readonly #tokens = new Map<string, Tokens>()
  readonly port: number
  readonly data: DataDirectory

  constructor(port: number, dataPath: string) {
    this.port = port
    this.data = locateData(dataPath)
  }

  /** A platform of its own on a free port, in a new folder. `environment` reaches the node process. */
  static async start(options: { demo?: boolean; environment?: Record<string, string>; port?: number } = {}): Promise<Platform> {
    const platform = new Platform(options.port ?? (await freePort()), await mkdtemp(join(roomiest(), 'cityos-e2e-')))
    await makeReachable(platform.data.path)
    await platform.up(options).catch(async (error: Error) => {
      await platform.end()
      throw error
    })
    return platform
  }

  async up(options: { demo?: boolean; environment?: Record<string, string> } = {}): Promise<CommandResult> {
    const args = ['up', '--detach', '--port', String(this.port), ...(options.demo ? [] : ['--no-demo'])]
    const result = await this.cityos(args, options.environment)
    if (result.code !== 0) throw new Error(`up failed:\n${result.stderr}`)
    return result
  }

  /** Stops it and deletes its folder. */
  async end(): Promise<void> {
    await this.cityos(['down'])
    await rm(this.data.path, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Runs a command of the launcher on this platform. */
  cityos(args: string[], environment: Record<string, string> = {}): Promise<CommandResult> {
    return runCityos([...args, '--data', this.data.path], environment)
  }

  /** The same with `--json`, parsed. @throws when the exit code is not 0 */
  async json<T>(args: string[]): Promise<T> {
    const result = await this.cityos([...args, '--json'])
    if (result.code !== 0) throw new Error(`cityos ${args.join(' ')} ended with ${result.code}:\n${result.stderr}`)
    return JSON.parse(result.stdout) as T
  }

  origin(host: string): string {
    return `http://${host}:${this.port}`
  }

  /** A raw request to a host of this platform. */
  request(host: string, path: string, init?: RequestInit): Promise<Response> {
    return fetchAt({ port: this.port })(this.origin(host) + path, init)
  }

  /** The typed client on a host of this platform. */
  client(host: string, headers: Record<string, string> = {}): Client {
    return createClient({ origin: this.origin(host), fetch: fetchAt({ port: this.port }), headers: () => headers })
  }

  get operatorHost(): string {
    return new URL(readOperator(this.data).origin).hostname
  }

  get reached(): Reached {
    return { origin: readOperator(this.data).origin, address: { port: this.port } }
  }

  /** Signed in as the local operator. */
  operator(): Promise<Session> {
    return openSession(this.data)
  }

  /** A bearer token of the operator for one tenant's data plane; the same one for a while, since nobody has more than five sessions. */
  async staffToken(tenantId: string): Promise<string> {
    const known = this.#tokens.get(tenantId)
    if (known && known.expires_at > Date.now() + 300_000) return known.access_token
    const { email, password } = readOperator(this.data)
    const tokens = await signIn(this.reached, { email, password }, tenantAudience(tenantId))
    this.#tokens.set(tenantId, tokens)
    return tokens.access_token
  }

  async node(): Promise<NodeStatus> {
    const status = await readNode(this.data)
    if (!status) throw new Error('the node does not run')
    return status
  }

  async pid(name: 'postgres' | 'gateway' | 'control-plane'): Promise<number> {
    const pid = (await this.node()).parts.find((part) => part.name === name)?.pid
    if (!pid) throw new Error(`${name} has no process`)
    return pid
  }

  async planePid(slug: string): Promise<number | null> {
    return (await this.node()).tenants.find((tenant) => tenant.slug === slug)?.pid ?? null
  }

  /** Kills without mercy and waits until the process is gone. */
  async kill(pid: number): Promise<void> {
    process.kill(pid, 'SIGKILL')
    await eventually(() => !isAlive(pid), `process ${pid} is gone`)
  }

  /** Processes whose command line or environment names this platform's data directory. */
  processes(): number[] {
    return processesNaming(this.data.path)
  }
}

export function runCityos(args: string[], environment: Record<string, string> = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(checkout, 'cityos'), args, { cwd: tmpdir(), env: { ...process.env, NO_COLOR: '1', ...environment } })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z'
  } catch {
    return false // no such process
  }
}

export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter(
      (pid) =>
        (['cmdline', 'environ'].some((file) => readProc(pid, file).includes(text)) || workingFolder(pid).startsWith(text)) && isAlive(pid),
    )
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // another user's process, or one that has just ended
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Memory where there is plenty of it: what a platform writes here is gone when its tests are, and waiting for a disk proves nothing. */
function roomiest(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 6 * 2 ** 30 ? memory : tmpdir()
}

/** Postgres runs as another user when the tests run as root: it has to get through this folder. */
async function makeReachable(path: string): Promise<void> {
  await chmod(path, 0o755)
}
