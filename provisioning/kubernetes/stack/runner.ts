import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError } from '@cityos/contract'
import { StartLimit } from '../../local/node/start-limit.ts'
import { endLeftovers, stackVariable } from './leftovers.ts'
import { type StackDone, StackMessage, type StackTask } from './protocol.ts'

export interface StackRunnerOptions {
  /** File of the task (`stack/main.ts` in a checkout, `stack.mjs` in a release). */
  task: string
  /** Folder for Pulumi's workspaces and home; may be emptied at any time. */
  dir: string
  /** Folders with `pulumi` and `pulumi-resource-kubernetes`, before what PATH has. */
  toolDirs: string[]
  backend: { url: string }
  /** How many stacks are worked on at once: each needs about 400 MB and half a core. */
  atOnce: number
  note(stack: string, message: string): void
}

/** What a caller knows of a run. */
export type StackRun = Pick<StackTask, 'action' | 'stack' | 'recover' | 'refresh' | 'content' | 'kubeconfig'> & { passphrase: string }

/** Pulumi's project; all tenants are stacks of it. */
const project = 'cityos-tenants'

/** Runs Pulumi in processes of its own, a few at once: a run that is killed takes nothing else with it. */
export class StackRunner {
  private readonly options: StackRunnerOptions
  private readonly limit: StartLimit

  constructor(options: StackRunnerOptions) {
    this.options = options
    this.limit = new StartLimit(options.atOnce, () => undefined)
  }

  /**
   * One run to its end. A lock that is left of a run that was cut off is taken away: who calls this has the tenant to itself.
   * @throws DomainError stack_locked, or dependency_unavailable with what Pulumi said
   */
  run(run: StackRun): Promise<StackDone> {
    return this.limit.run(async () => {
      const ended = endLeftovers(run.stack)
      if (ended.length > 0) this.options.note(run.stack, `ended what an earlier run had left: ${ended.length} processes`)
      const first = await this.once(run)
      if (first.kind === 'done') return first
      if (first.reason !== 'locked') throw failure(run, first.message)
      this.options.note(run.stack, 'an earlier run was cut off and left its lock: taken away')
      const second = await this.once({ ...run, recover: true })
      if (second.kind === 'done') return second
      if (second.reason === 'locked')
        throw new DomainError('stack_locked', {
          message: `stack ${run.stack} stays locked: ${second.message}`,
          details: { stack: run.stack },
        })
      throw failure(run, second.message)
    })
  }

  private once(run: StackRun): Promise<StackDone | Extract<StackMessage, { kind: 'failed' }>> {
    const { options } = this
    const folders = { workDir: join(options.dir, 'work', run.stack), home: join(options.dir, 'home') }
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { passphrase, ...rest } = run
    const task: StackTask = { ...rest, project, backend: { url: options.backend.url, passphrase }, pulumi: folders }
    const child = fork(options.task, [], {
      // The flags of whoever runs this (a test runner's loaders) are not for Pulumi's process.
      execArgv: [],
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        PATH: [...options.toolDirs, process.env['PATH']].join(':'),
        HOME: folders.home,
        [stackVariable]: run.stack,
        ...(process.env['KUBERNETES_SERVICE_HOST']
          ? {
              KUBERNETES_SERVICE_HOST: process.env['KUBERNETES_SERVICE_HOST'],
              KUBERNETES_SERVICE_PORT: process.env['KUBERNETES_SERVICE_PORT'],
            }
          : {}),
      },
    })
    return new Promise((resolve, reject) => {
      let errors = ''
      const said: string[] = []
      child.stderr?.setEncoding('utf8').on('data', (part: string) => {
        errors = (errors + part).slice(-4_000)
      })
      child.on('message', (raw) => {
        const message = StackMessage.parse(raw)
        if (message.kind === 'done') resolve(message)
        else if (message.kind === 'failed') resolve({ ...message, message: reasons(said) ?? shortened(message.message) })
        else if (message.kind === 'note' && message.severity === 'error') said.push(message.message)
        else if (message.kind === 'step') options.note(run.stack, `${message.op} ${message.type} ${message.name}`)
      })
      child.once('error', reject)
      // What it said last may arrive after its end is known: only then is it known that it said nothing.
      const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
      ended.then(([[code, signal]]) => {
        const last = errors.trim().split('\n').at(-1) ?? ''
        resolve({ kind: 'failed', reason: 'other', message: `the run ended with ${signal ?? code}${last ? `: ${last}` : ''}` })
      }, reject)
      child.send(task)
    })
  }
}

/** What Pulumi complained about, the cause before what followed from it; null when it said nothing. */
function reasons(said: readonly string[]): string | null {
  const lines = said.map((message) => message.split('\n', 1)[0] ?? '').filter(Boolean)
  return lines.length > 0 ? [...new Set(lines)].join('; ').slice(0, 1_000) : null
}

/** The lines of a command's output that say what went wrong. */
function shortened(text: string): string {
  const errors = text.split('\n').filter((line) => /^\s*error:/.test(line))
  return (errors.length > 0 ? [...new Set(errors)].join(' ') : text).trim().slice(0, 1_000)
}

const done = { up: 'brought up', destroy: 'brought down', forget: 'forgotten' } as const

function failure(run: StackRun, message: string): DomainError {
  return new DomainError('dependency_unavailable', {
    message: `the stack of ${run.stack} could not be ${done[run.action]}: ${message}`,
    details: { dependency: 'pulumi', stack: run.stack },
  })
}
