import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTime } from './process.ts'

interface Recorded {
  /** The first process of the namespaces, as the system outside numbers it. */
  init: number
  /** Start time of it, which tells it from a later process with that number. */
  started: string
}

/**
 * A set of Linux namespaces (processes, mounts, network, host name) that is a test cluster's machine. When its first process
 * ends, the kernel ends every other process in it and takes its mounts and interfaces away with it.
 */
export class Machine {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /**
   * Makes the namespaces. With `bound` they end when this process ends, however it ends; otherwise they stay until `end`.
   */
  async begin({ bound }: { bound: boolean }): Promise<void> {
    const log = openSync(join(this.folder, 'logs', 'machine.log'), 'a')
    const namespaces = ['--mount', '--net', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const first = ['bash', join(import.meta.dirname, 'machine.sh'), this.folder]
    const command = [...(bound ? ['setpriv', '--pdeathsig', 'KILL'] : []), 'unshare', ...namespaces, ...first]
    const child = spawn(command[0]!, command.slice(1), { detached: true, stdio: ['ignore', log, log] })
    child.unref()
    const ready = join(this.folder, 'machine.ready')
    while (!existsSync(ready)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the namespaces could not be made:\n${readFileSync(join(this.folder, 'logs', 'machine.log'), 'utf8')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const init = childrenOf(child.pid!)[0]
    if (init === undefined) throw new Error('the first process of the namespaces has ended at once')
    writeFileSync(this.#record, JSON.stringify({ init, started: startTime(init) ?? '' } satisfies Recorded))
  }

  isRunning(): boolean {
    const recorded = this.#read()
    return recorded !== null && startTime(recorded.init) === recorded.started
  }

  /** Whether it was begun and has ended without being tidied away. */
  isAbandoned(): boolean {
    return this.#read() !== null && !this.isRunning()
  }

  /** Puts a command line in front of which a command runs in these namespaces. */
  enter(command: string[]): string[] {
    const recorded = this.#read()
    if (!recorded) throw new Error(`no test cluster runs in ${this.folder}`)
    return ['nsenter', '--target', String(recorded.init), '--mount', '--net', '--pid', '--uts', `--wdns=${process.cwd()}`, '--', ...command]
  }

  /** Runs a command inside, on this terminal. @returns its exit code */
  run(command: string[], environment: NodeJS.ProcessEnv): Promise<number> {
    const [program, ...args] = this.enter(command)
    const child = spawn(program!, args, { stdio: 'inherit', env: environment })
    return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)))
  }

  /** Ends everything in it, waits until it is gone, and removes its control groups and its folder. */
  async end(): Promise<void> {
    const recorded = this.#read()
    if (recorded && this.isRunning()) {
      process.kill(recorded.init, 'SIGKILL')
      while (this.isRunning()) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await removeControlGroups(this.folder)
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #record(): string {
    return join(this.folder, 'machine.json')
  }

  #read(): Recorded | null {
    return existsSync(this.#record) ? (JSON.parse(readFileSync(this.#record, 'utf8')) as Recorded) : null
  }
}

/** Name of a cluster's own part of the control group tree. */
export const controlGroup = (folder: string): string => folder.split('/').at(-1)!

/** Control groups of a cluster whose processes have ended. The kernel lets one go only when its last process is collected. */
async function removeControlGroups(folder: string): Promise<void> {
  const mounted = '/sys/fs/cgroup'
  const hierarchies = readdirSync(mounted).map((name) => join(mounted, name))
  for (const hierarchy of [mounted, ...hierarchies]) {
    const group = join(hierarchy, controlGroup(folder))
    for (let tries = 0; existsSync(group); tries++) {
      try {
        removeTree(group)
      } catch (error) {
        if (tries === 100) throw error
        await new Promise((resolve) => setTimeout(resolve, 50)) // its processes are still being collected
      }
    }
  }
}

function removeTree(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(group, entry.name))
  rmdirSync(group)
}

function childrenOf(parent: number): number[] {
  const found = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' })
  return found.stdout.trim().split(/\s+/).filter(Boolean).map(Number)
}
