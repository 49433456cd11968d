import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What git says inside a checkout; null when `dir` is not the top of one, git is missing, or it refuses. */
export async function git(dir: string, ...args: string[]): Promise<string | null> {
  try {
    const top = (await run('git', ['rev-parse', '--show-toplevel'], { cwd: dir })).stdout.trim()
    if (top !== (await realpath(dir))) return null
    return (await run('git', args, { cwd: dir, maxBuffer: 16 * 1024 * 1024 })).stdout.trimEnd()
  } catch (error) {
    // A checkout without git (an unpacked archive) has no commit; that is no reason not to build it.
    if (typeof (error as { code?: unknown }).code === 'number' || (error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}

/** The commit a checkout is at, 40 hex digits, with `+` after it when files differ from it; null outside of git. */
export async function commitOf(dir: string): Promise<string | null> {
  const [commit, changes] = [await git(dir, 'rev-parse', 'HEAD'), await git(dir, 'status', '--porcelain')]
  return commit === null ? null : `${commit}${changes ? '+' : ''}`
}
