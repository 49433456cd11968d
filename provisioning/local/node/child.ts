import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { end, identify, isAlive, type ProcessIdentity } from '../process.ts'

/** What a child prints on file descriptor 3, one JSON line each. */
export type ChildMessage = { ready: 'unbound' } | { ready: 'bound'; port?: number } | { error: string }

export interface LaunchOptions {
  args: string[]
  logFile: string
  environment: Record<string, string>
}

/**
 * A process of ours, launched or found again. It runs in a session of its own and writes its log to a file, so that it
 * outlives the node; what is left of the connection are two pipes that close after it was bound.
 */
export class Child {
  readonly identity: ProcessIdentity
  /** Resolves when the process is gone, with a line that says how. */
  readonly exited: Promise<string>
  private readonly process: ChildProcess | null
  private log: { file: string; from: number }
  private readonly messages: ChildMessage[] = []
  private waiting: (() => void) | null = null
  private gone: string | null = null

  private constructor(
    identity: ProcessIdentity,
    process: ChildProcess | null,
    log: { file: string; from: number },
    exited: Promise<string>,
  ) {
    this.identity = identity
    this.process = process
    this.log = log
    this.exited = exited.then((reason) => {
      this.gone = reason + lastLine(this.log)
      this.waiting?.()
      return this.gone
    })
  }

  /** @throws when the system cannot start the process */
  static async launch(options: LaunchOptions): Promise<Child> {
    mkdirSync(dirname(options.logFile), { recursive: true, mode: 0o700 })
    const log = openSync(options.logFile, 'a', 0o600)
    const logFrom = sizeOf(options.logFile)
    const process_ = spawn(process.execPath, options.args, {
      stdio: ['pipe', log, log, 'pipe'],
      env: options.environment,
      detached: true,
      cwd: '/',
    })
    closeSync(log)
    await new Promise<void>((resolve, reject) => {
      process_.once('spawn', resolve)
      process_.once('error', reject)
    })
    const exited = new Promise<string>((resolve) => {
      process_.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    })
    const identity = identify(process_.pid!) ?? { pid: process_.pid!, started: 'gone' }
    const child = new Child(identity, process_, { file: options.logFile, from: logFrom }, exited)
    child.listen(process_.stdio[3] as Readable)
    // The child may be gone before it has read its line: its exit tells, the broken pipe adds nothing.
    process_.stdin!.on('error', () => undefined)
    process_.unref()
    return child
  }

  /** Takes a process of an earlier node up again; null when it is gone. */
  static adopt(identity: ProcessIdentity, logFile: string): Child | null {
    if (!isAlive(identity)) return null
    const exited = new Promise<string>((resolve) => {
      const timer = setInterval(() => {
        if (isAlive(identity)) return
        clearInterval(timer)
        resolve('ended')
      }, 250)
      timer.unref()
    })
    return new Child(identity, null, { file: logFile, from: sizeOf(logFile) }, exited)
  }

  /**
   * Makes `file` the log of this process, which so far wrote to another one. What `file` held (its last part, when it is
   * long) is kept; the process goes on writing without knowing.
   */
  moveLog(file: string): void {
    const former = this.log.file
    if (existsSync(file)) appendFileSync(former, readFileSync(file).subarray(-longestKeptLog))
    this.log = { file, from: sizeOf(former) }
    renameSync(former, file)
  }

  /** Hands over one JSON line and closes the child's input. */
  bind(binding: object): void {
    ;(this.process!.stdin as Writable).end(`${JSON.stringify(binding)}\n`)
  }

  /**
   * The next message of the child.
   * @throws when it says `error`, ends first, or stays silent for `timeoutMs`
   */
  async next(timeoutMs: number): Promise<Exclude<ChildMessage, { error: string }>> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const message = this.messages.shift()
      if (message && 'error' in message) throw new Error(message.error)
      if (message) return message
      if (this.gone !== null) throw new Error(`ended with ${this.gone}`)
      const left = until - performance.now()
      if (left <= 0) throw new Error(`not ready after ${Math.round(timeoutMs / 1000)} s`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  isAlive(): boolean {
    return this.gone === null && isAlive(this.identity)
  }

  /** SIGTERM, and SIGKILL to one that has not ended `graceMs` later. */
  async stop(graceMs = 12_000): Promise<void> {
    await end(this.identity, [{ signal: 'SIGTERM', waitMs: graceMs }])
  }

  private listen(stream: Readable): void {
    stream.on('error', () => undefined)
    createInterface({ input: stream }).on('line', (line) => {
      try {
        this.messages.push(JSON.parse(line) as ChildMessage)
      } catch {
        this.messages.push({ error: `not JSON on file descriptor 3: ${line.slice(0, 200)}` })
      }
      this.waiting?.()
    })
    ;(stream as unknown as { unref?(): void }).unref?.()
  }
}

/** What of our environment a child may see: settings and integrations, but no key or address of the platform itself. */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const hidden =
    /^(DATABASE_URL|CITYOS_ROOT_KEY|CITYOS_DATA|CITYOS_TEST_.*|PG[A-Z]+|NODE_OPTIONS|NODE_V8_COVERAGE|npm_.*|VITEST.*|TEST|JEST.*)$/
  const visible = Object.entries(process.env).filter(([name, value]) => value !== undefined && !hidden.test(name)) as [string, string][]
  return { ...Object.fromEntries(visible), NODE_ENV: 'production', ...extra }
}

/**
 * A data plane serves one tenant: the accounts by which the platform bills all of them, proves its domains and signs in are
 * none of its affair. What it needs of them comes in its binding (mail).
 */
export function dataPlaneEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const foreign = /^(STRIPE_.*|SMTP_.*|COOKIE_SECRET|JWT_SECRET|CITYOS_(EMAIL|PASSWORD|CODE|ACME_.*|DNS_.*))$/
  const visible = Object.entries(childEnvironment(extra)).filter(([name]) => !foreign.test(name))
  return Object.fromEntries(visible)
}

/** Bytes of an older log that a process takes over. */
const longestKeptLog = 1024 * 1024

/** What a process said last about its end; empty when it said nothing. */
function lastLine(log: { file: string; from: number }): string {
  // A tenant that is being removed loses its log, too.
  if (!existsSync(log.file)) return ''
  const text = readFileSync(log.file).subarray(log.from).toString('utf8').trim()
  // An uncaught error ends with a stack: the line with its message says more than the last one.
  const lines = text.split('\n')
  const line = lines.findLast((candidate) => /Error: |"level":"(ERROR|FATAL)"/i.test(candidate)) ?? lines.at(-1)
  return line ? `: ${line.trim().slice(0, 500)}` : ''
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}
