import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ComponentCommand {
  program: string
  arguments: string[]
  environment: NodeJS.ProcessEnv
}

interface Recorded extends ComponentCommand {
  pid: number
  /** Start time of the process in clock ticks since boot: tells it from a later one with the same number. */
  started: string
}

/** A process of the cluster, known by what was recorded when it was started: `<folder>/processes/<name>.json`. */
export class Component {
  readonly #folder: string
  readonly name: string

  private constructor(folder: string, name: string) {
    this.#folder = folder
    this.name = name
  }

  /** Starts it for the first time; its output goes to `<folder>/logs/<name>.log`. */
  static start(folder: string, name: string, command: ComponentCommand): Component {
    const component = new Component(folder, name)
    component.#launch(command)
    return component
  }

  /** @throws when no process of that name was ever started in this cluster */
  static open(folder: string, name: string): Component {
    const component = new Component(folder, name)
    if (!existsSync(component.#record)) throw new Error(`this cluster has no ${name}`)
    return component
  }

  get log(): string {
    return join(this.#folder, 'logs', `${this.name}.log`)
  }

  /** The end of what it has printed. */
  lastLines(): string {
    return readFileSync(this.log, 'utf8').split('\n').slice(-15).join('\n')
  }

  get pid(): number {
    return this.#read().pid
  }

  isRunning(): boolean {
    const { pid, started } = this.#read()
    return startTime(pid) === started
  }

  /** Sends a signal, SIGKILL unless another is named, and waits until the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isRunning()) return
    process.kill(this.pid, signal)
    while (this.isRunning()) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  /** Starts it again as it was started before. Does nothing when it runs. */
  start(): void {
    if (!this.isRunning()) this.#launch(this.#read())
  }

  get #record(): string {
    return join(this.#folder, 'processes', `${this.name}.json`)
  }

  #launch({ program, arguments: args, environment }: ComponentCommand): void {
    const log = openSync(this.log, 'a')
    const child = spawn(program, args, { env: environment, cwd: this.#folder, detached: true, stdio: ['ignore', log, log] })
    if (child.pid === undefined) throw new Error(`${program} could not be started`)
    child.unref()
    const recorded: Recorded = { program, arguments: args, environment, pid: child.pid, started: startTime(child.pid) ?? '' }
    writeFileSync(this.#record, JSON.stringify(recorded))
  }

  #read(): Recorded {
    return JSON.parse(readFileSync(this.#record, 'utf8')) as Recorded
  }
}

/** Field 22 of /proc/PID/stat; null when there is no such process or it has ended and only waits to be collected. */
export function startTime(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null // it has ended
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}
