import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** A process that can be recognised again after this one was restarted: a pid alone may have been given to another. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the system's own notation; only ever compared. */
  started: string
}

/** The identity of a running process; null when there is none with this pid (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | null {
  if (process.platform === 'linux') {
    const fields = statFields(pid)
    // state, …, start time: fields 3 and 22 of proc(5), counted after the name, which may hold blanks.
    if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null
    return { pid, started: `${bootId()}:${fields[19]}` }
  }
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    if (line === '' || line.startsWith('Z')) return null
    return { pid, started: line.replace(/^\S+\s+/, '') }
  } catch {
    return null
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started
}

/** Sends a signal if the process is still the same one. @returns whether it was sent */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Waits until the process is gone. @returns false when it still runs after `timeoutMs` */
export async function waitForExit(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs
  for (let pause = 5; isAlive(identity); pause = Math.min(pause * 2, 100)) {
    if (performance.now() > until) return false
    await delay(pause)
  }
  return true
}

/** Ends a process: each signal gets its time, then SIGKILL. */
export async function end(identity: ProcessIdentity, steps: { signal: NodeJS.Signals; waitMs: number }[]): Promise<void> {
  for (const step of steps) {
    if (!signal(identity, step.signal)) return
    if (await waitForExit(identity, step.waitMs)) return
  }
  if (signal(identity, 'SIGKILL') && !(await waitForExit(identity, 10_000))) throw new Error(`process ${identity.pid} does not end`)
}

/** Resident bytes and CPU seconds (user and system) of a process; nulls where the system does not tell. */
export function usage(pid: number): { memoryBytes: number | null; cpuSeconds: number | null } {
  if (process.platform !== 'linux') return { memoryBytes: null, cpuSeconds: null }
  const fields = statFields(pid)
  if (!fields) return { memoryBytes: null, cpuSeconds: null }
  // utime and stime count in hundredths of a second on every Linux; rss counts pages of 4 KiB.
  return { memoryBytes: Number(fields[21]) * 4096, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 }
}

/** The working directory of a process; null when it is gone or not ours to see. */
export function workingDirectory(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return null
  }
}

function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

let boot: string | undefined
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}
