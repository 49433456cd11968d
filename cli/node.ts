import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type NodeStatus, nodeStatus, startFailure } from '@cityos/provisioning/local'
import { checkout, type DataDirectory } from './data-directory.ts'

export type { NodeStatus } from '@cityos/provisioning/local'

/** The node's answer; null when no node runs for this data directory. */
export function readNode(data: DataDirectory): Promise<NodeStatus | null> {
  return nodeStatus(data.path)
}

export interface StartedNode {
  /** Rejects when the process ends; its message says why. */
  ended: Promise<never>
}

/** Starts the node on its own, so that it outlives this command. */
export function startNode(data: DataDirectory, port: number, releaseDir: string): StartedNode {
  mkdirSync(dirname(data.nodeLog), { recursive: true })
  const before = existsSync(data.nodeLog) ? statSync(data.nodeLog).size : 0
  const log = openSync(data.nodeLog, 'a', 0o640)
  const script = join(checkout, 'provisioning/local/node/main.ts')
  const args = ['--data', data.path, '--port', String(port), '--release', releaseDir, ...tuning()]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(startFailure(data.path) ?? lastWords(data.nodeLog, before) ?? `the node process ended with ${signal ?? code}`)),
    )
  })
  ended.catch(() => undefined) // read by whoever waits for readiness; afterwards the end is not this command's business
  return { ended }
}

/** Settings of the node that are seldom changed come from the environment (docs/start-and-stop.md). */
function tuning(): string[] {
  const names = {
    CITYOS_IDLE_AFTER: 'idle-after',
    CITYOS_WARM_PROCESSES: 'warm-processes',
    CITYOS_WARM_DATABASES: 'warm-clones',
    CITYOS_PLANE_MEMORY: 'plane-memory',
  }
  return Object.entries(names).flatMap(([name, option]) => (process.env[name] ? [`--${option}`, process.env[name]] : []))
}

/** The last message in the log since `from`. */
function lastWords(path: string, from: number): string | null {
  const lines = readFileSync(path).subarray(from).toString().trim().split('\n')
  for (const line of lines.reverse()) {
    try {
      const entry = JSON.parse(line) as { message?: string; error?: { message?: string } }
      if (entry.message) return [entry.message, entry.error?.message].filter(Boolean).join(': ')
    } catch {
      if (line.trim() && !/^\s+at |^Node\.js v/.test(line)) return line.trim()
    }
  }
  return null
}
