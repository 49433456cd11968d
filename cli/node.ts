import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeSocketPath } from '@cityos/provisioning/local'
import { z } from 'zod'
import { checkout, type DataDirectory } from './data-directory.ts'
import { fetchAt, Unreachable } from './transport.ts'

/** One process the node looks after. */
export const NodeProcess = z.object({
  name: z.enum(['postgres', 'gateway', 'control-plane', 'data-plane']),
  tenant_id: z.string().nullable(),
  slug: z.string().nullable(),
  pid: z.int().nullable(),
  state: z.string(),
  restarts: z.int(),
  error: z.string().nullable(),
})
export type NodeProcess = z.infer<typeof NodeProcess>

/** What the node process says about itself and what it supervises. */
export const NodeStatus = z.object({
  pid: z.int(),
  ready: z.boolean(),
  port: z.int(),
  release: z.string(),
  started_at: z.string(),
  error: z.string().nullable(),
  processes: z.array(NodeProcess),
})
export type NodeStatus = z.infer<typeof NodeStatus>

/** The node's answer; null when no node runs for this data directory. */
export async function readNode(data: DataDirectory): Promise<NodeStatus | null> {
  try {
    const response = await fetchAt({ socket: nodeSocketPath(data.path) })('http://node/status', { signal: AbortSignal.timeout(5_000) })
    return NodeStatus.parse(await response.json())
  } catch (error) {
    if (error instanceof Unreachable) return null
    throw error
  }
}

/** Asks the node to stop everything and itself. */
export async function askToStop(data: DataDirectory): Promise<void> {
  await fetchAt({ socket: nodeSocketPath(data.path) })('http://node/shutdown', { method: 'POST' })
}

export interface StartedNode {
  /** Rejects when the process ends; its message is the last thing it wrote. */
  ended: Promise<never>
}

/** Starts the node on its own, so that it outlives this command. */
export function startNode(data: DataDirectory, port: number, releaseDir: string): StartedNode {
  mkdirSync(dirname(data.nodeLog), { recursive: true })
  const before = existsSync(data.nodeLog) ? statSync(data.nodeLog).size : 0
  const log = openSync(data.nodeLog, 'a', 0o640)
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(checkout, 'provisioning/local/node/main.ts'),
      '--data',
      data.path,
      '--port',
      String(port),
      '--release',
      releaseDir,
    ],
    { cwd: '/', detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  child.unref()
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(lastWords(data.nodeLog, before) ?? `the node process ended with ${signal ?? code}`)),
    )
  })
  ended.catch(() => undefined) // read by whoever waits for readiness; afterwards the end is not this command's business
  return { ended }
}

/** The last message in the log since `from`. */
function lastWords(path: string, from: number): string | null {
  const lines = readFileSync(path, 'utf8').slice(from).trim().split('\n')
  for (const line of lines.reverse()) {
    try {
      const entry = JSON.parse(line) as { message?: string; level?: string; error?: { message?: string } }
      if (entry.message) return [entry.message, entry.error?.message].filter(Boolean).join(': ')
    } catch {
      if (line.trim() && !/^\s+at |^Node\.js v/.test(line)) return line.trim()
    }
  }
  return null
}
