import { spawn } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { end, identify, isAlive, type ProcessIdentity, workingDirectory } from '../process.ts'
import { type Account, firstUnreachable, give, postgresAccount } from './account.ts'
import { type Binaries, embeddedBinaries } from './binaries.ts'
import { platformRole } from './databases.ts'
import { reachableBinaries } from './location.ts'
import { freePort, isFree } from './port.ts'
import { type Durability, hostRules, postgresSettings } from './settings.ts'

export interface ClusterOptions {
  /** Folder of the server; `data/` (PGDATA) and `run/` (socket) are made in it. */
  dir: string
  logFile: string
  passwords: { superuser: string; platform: string }
  durability?: Durability
  maxConnections?: number
  binaries?: Binaries
}

const superuser = 'cityos_superuser'

/** One embedded Postgres server. It outlives this process: `start` adopts a server that still runs on its data. */
export class PostgresCluster {
  readonly account: Account
  private readonly options: ClusterOptions
  private readonly binaries: Binaries
  private running: { identity: ProcessIdentity; port: number } | null = null

  constructor(options: ClusterOptions) {
    this.options = options
    this.account = postgresAccount()
    this.binaries = options.binaries ?? reachableBinaries(this.account, embeddedBinaries())
  }

  get dataDir(): string {
    return join(this.options.dir, 'data')
  }

  get identity(): ProcessIdentity | null {
    return this.running?.identity ?? null
  }

  get port(): number {
    if (!this.running) throw new Error('Postgres is not running')
    return this.running.port
  }

  /** The port of the server that runs on this data; null when none does. */
  runningPort(): number | null {
    return this.isAlive() || this.adopt() ? this.port : null
  }

  /**
   * Address of a database as the platform's role: by the socket, which costs both sides a quarter less than loopback,
   * where its path is short enough to have one.
   */
  url(database = 'postgres'): string {
    const address = `postgresql://${platformRole}:${encodeURIComponent(this.options.passwords.platform)}@127.0.0.1:${this.port}/${database}`
    const folder = this.socketFolder(this.port)
    return folder ? `${address}?host=${encodeURIComponent(folder)}` : address
  }

  /** Folder of the server's socket; null when its path would be too long (107 bytes): the server listens on loopback only. */
  private socketFolder(port: number): string | null {
    const folder = join(this.options.dir, 'run')
    return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) < 104 ? folder : null
  }

  isAlive(): boolean {
    return this.running !== null && isAlive(this.running.identity)
  }

  /**
   * Makes the data directory if there is none, starts the server or adopts the one that still runs, and makes sure of
   * the platform's role.
   * @throws with what to do, when folders cannot be reached by the server's account or the server does not come up
   */
  async start(): Promise<{ adopted: boolean; port: number }> {
    const adopted = this.adopt()
    if (!adopted) {
      this.checkReach()
      if (!existsSync(join(this.dataDir, 'PG_VERSION'))) await this.initialise()
      this.checkVersion()
      await this.launchPatiently()
    }
    await this.ensurePlatformRole()
    return { adopted, port: this.port }
  }

  /**
   * Fast shutdown: open transactions are rolled back, everything committed is on disk.
   * @returns whether a server was running
   */
  async stop(): Promise<boolean> {
    if (!this.isAlive() && !this.adopt()) return false
    const { identity } = this.running!
    await end(identity, [
      { signal: 'SIGINT', waitMs: 30_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
    ])
    this.running = null
    return true
  }

  private adopt(): boolean {
    const file = readPidFile(this.dataDir)
    if (file?.status !== 'ready') return false
    const identity = identify(file.pid)
    if (!identity) return false
    // A server's working directory is its data directory: that tells it from a stranger who got its pid.
    const folder = workingDirectory(file.pid)
    if (folder !== null && folder !== this.dataDir) return false
    this.running = { identity, port: file.port }
    return true
  }

  private checkReach(): void {
    for (const path of [this.options.dir, this.binaries.postgres]) {
      const folder = firstUnreachable(this.account, path)
      if (folder === null) continue
      throw new Error(
        `Postgres runs under the account "${this.account.name}", which may not enter ${folder}: ` +
          `open it with "chmod o+x ${folder}", choose another data directory, or run CityOS as an ordinary user`,
      )
    }
  }

  private checkVersion(): void {
    const found = readFileSync(join(this.dataDir, 'PG_VERSION'), 'utf8').trim()
    const wanted = this.binaries.version.split('.')[0]
    if (found !== wanted)
      throw new Error(
        `${this.dataDir} was made by Postgres ${found}, this release ships Postgres ${wanted}: restore a backup into a new data directory`,
      )
  }

  /** The server's folder, of its account; its data directory may be put there before the first start. */
  makeHome(): void {
    this.makeFolder(this.options.dir)
  }

  private async initialise(): Promise<void> {
    this.makeHome()
    rmSync(this.dataDir, { recursive: true, force: true })
    const passwordFile = join(this.options.dir, 'initial-password')
    writeFileSync(passwordFile, this.options.passwords.superuser, { mode: 0o600 })
    give(this.account, passwordFile)
    const throwaway = this.options.durability === 'throwaway'
    try {
      await this.run(this.binaries.initdb, [
        `--pgdata=${this.dataDir}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The built-in provider sorts by code point everywhere alike; LC_CTYPE tells pg_trgm which letters are letters.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--lc-collate=C',
        `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
        '--no-instructions',
        ...(throwaway ? ['--no-sync', '--no-data-checksums'] : []),
      ])
    } catch (error) {
      rmSync(this.dataDir, { recursive: true, force: true })
      throw error
    } finally {
      rmSync(passwordFile, { force: true })
    }
  }

  /** The sessions of a killed server hold on to its memory for a moment; a new one refuses to start until they are gone. */
  private async launchPatiently(): Promise<void> {
    for (const until = performance.now() + 30_000; ; ) {
      try {
        return await this.launch()
      } catch (error) {
        const held = error instanceof Error && /shared memory block|lock file .* already exists/.test(error.message)
        if (!held || performance.now() > until) throw error
        await delay(100)
      }
    }
  }

  private async launch(): Promise<void> {
    const socketDir = join(this.options.dir, 'run')
    this.makeFolder(socketDir)
    const port = await this.choosePort()
    const conf = join(this.dataDir, 'postgresql.conf')
    const hba = join(this.dataDir, 'pg_hba.conf')
    const socket = this.socketFolder(port) ?? ''
    const durability = this.options.durability ?? 'durable'
    writeFileSync(conf, postgresSettings({ port, socketDir: socket, durability, maxConnections: this.options.maxConnections ?? 500 }))
    writeFileSync(hba, hostRules)
    for (const file of [conf, hba]) {
      chmodSync(file, 0o600)
      give(this.account, file)
    }
    mkdirSync(dirname(this.options.logFile), { recursive: true, mode: 0o700 })
    const log = openSync(this.options.logFile, 'a', 0o600)
    const logFrom = statSync(this.options.logFile).size
    const child = spawn(this.binaries.postgres, ['-D', this.dataDir], {
      ...this.spawnOptions(),
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    const failed = new Promise<Error>((resolve) => {
      child.once('error', resolve)
      child.once('exit', (code) => resolve(new Error(`Postgres ended with code ${code}: ${tail(this.options.logFile, logFrom)}`)))
    })
    child.unref()
    const until = performance.now() + 120_000
    for (;;) {
      const error = await Promise.race([failed, delay(10)])
      if (error instanceof Error) throw error
      const file = readPidFile(this.dataDir)
      if (file?.pid === child.pid && file?.status === 'ready') {
        this.running = { identity: identify(file!.pid)!, port }
        return
      }
      // Recovery after a crash may take a while; it is not a failure, so the limit is generous.
      if (performance.now() > until) throw new Error(`Postgres is not ready after 120 s: see ${this.options.logFile}`)
    }
  }

  /** The port of the last start if nobody took it meanwhile: addresses in sealed bindings stay true. */
  private async choosePort(): Promise<number> {
    const conf = join(this.dataDir, 'postgresql.conf')
    const last = existsSync(conf) ? Number(/^port = (\d+)$/m.exec(readFileSync(conf, 'utf8'))?.[1]) : 0
    return last && (await isFree(last)) ? last : freePort()
  }

  private async ensurePlatformRole(): Promise<void> {
    const { passwords } = this.options
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: superuser,
      password: passwords.superuser,
      database: 'postgres',
    })
    await client.connect()
    try {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [platformRole])
      if (rowCount) return
      const password = client.escapeLiteral(passwords.platform)
      await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC')
      await client.query(`CREATE ROLE ${platformRole} LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD ${password}`)
      await client.query(`GRANT CONNECT ON DATABASE postgres TO ${platformRole}`)
      // Lets the platform's role see what every session does (status page) without being a superuser.
      await client.query(`GRANT pg_monitor TO ${platformRole}`)
    } finally {
      await client.end()
    }
  }

  private makeFolder(path: string): void {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    give(this.account, path)
  }

  private spawnOptions() {
    const { uid, gid } = this.account
    // Nothing of our environment is passed on: it may hold credentials, and PG* variables would change the server.
    return { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, ...(uid !== null && gid !== null ? { uid, gid } : {}) }
  }

  private run(command: string, args: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { ...this.spawnOptions(), stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk
      })
      child.stderr.on('data', (chunk: Buffer) => {
        output += chunk
      })
      child.once('error', reject)
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${command} ended with code ${code}: ${output.trim().slice(-2000)}`)),
      )
    })
  }
}

function readPidFile(dataDir: string): { pid: number; port: number; status: string } | null {
  let text: string
  try {
    text = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8')
  } catch {
    return null
  }
  const lines = text.split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() }
}

/** What the server said about its end: its errors, else its last lines. */
function tail(file: string, from: number): string {
  // Stopped and deleted meanwhile, as tests do.
  if (!existsSync(file)) return 'its log is gone'
  const lines = readFileSync(file).subarray(from).toString('utf8').trim().split('\n')
  const errors = lines.filter((line) => /\b(FATAL|PANIC|ERROR|HINT):/.test(line))
  return (errors.length > 0 ? errors : lines.slice(-5)).join(' ').slice(0, 2000)
}
