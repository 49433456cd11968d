import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DomainError } from '@cityos/contract'
import { ArchiveLine, type ArchiveTask } from '../../archive/task.ts'
import { childEnvironment } from './child.ts'
import { DiskFull } from './storage.ts'

const entry = fileURLToPath(new URL('../../archive/main.ts', import.meta.url))

/** Archives are made and loaded in processes of their own: encrypting a large tenant must not hold up the supervisor. */
export class ArchiveProcesses {
  private readonly running = new Set<ChildProcess>()
  private readonly dataDir: string

  /** @param dataDir stands in the processes' arguments, for whoever looks at the list of processes */
  constructor(dataDir: string) {
    this.dataDir = dataDir
  }
  /**
   * Performs one task in a process that lives no longer than this one.
   * @returns what it reports
   * @throws DomainError with the archive's own code, DiskFull, or an error with how it ended
   */
  async perform(task: ArchiveTask): Promise<unknown> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256', entry, this.dataDir], {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: childEnvironment(),
      cwd: '/',
    })
    this.running.add(child)
    let outcome: { done: unknown } | { error: { code: string; message: string } } | null = null
    let complaint = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk}`.slice(-2_000)
    })
    createInterface({ input: child.stdio[3] as Readable }).on('line', (text) => {
      const line = ArchiveLine.parse(JSON.parse(text))
      if (!('progress' in line)) outcome = line
    })
    // It may be gone before it has read its line: its exit tells.
    child.stdin!.on('error', () => undefined)
    // Its input stays open: should this process die, the end of input ends the child.
    child.stdin!.write(`${JSON.stringify(task)}\n`)
    const code = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (status, signal) => resolve(signal ?? `code ${status}`))
    })
    this.running.delete(child)
    const end = outcome as { done: unknown } | { error: { code: string; message: string } } | null
    if (end === null) throw new Error(`the archive's process ended with ${code} ${complaint.trim()}`.trim())
    if ('done' in end) return end.done
    throw failure(end.error)
  }

  /** Ends whatever is under way; nothing half-made counts. */
  close(): void {
    for (const child of this.running) child.kill('SIGKILL')
  }
}

function failure(error: { code: string; message: string }): Error {
  switch (error.code) {
    case 'archive_damaged':
    case 'archive_wrong_key':
    case 'archive_newer_schema':
    case 'not_found':
      return new DomainError(error.code, { message: error.message })
    case 'disk_full':
      return new DiskFull('the archive')
    default:
      return new Error(error.message)
  }
}
