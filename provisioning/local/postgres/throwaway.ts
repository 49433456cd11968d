import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** In memory where there is `/dev/shm`. */
export const memoryFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

/**
 * Removes a folder, and kills a process that works in it, when this process ends, however it ends: a shell waits for
 * the end of our pipe, which the kernel closes even when we are killed.
 * @returns ends this watch
 */
export function removeWhenThisProcessEnds(folder: string, pid?: number): () => boolean {
  const kill = pid === undefined ? '' : `kill -QUIT ${pid} 2> /dev/null; sleep 0.5; `
  const guard = spawn('/bin/sh', ['-c', `cat > /dev/null; ${kill}rm -rf "$0"`, folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  ;(guard.stdin as unknown as { unref?(): void }).unref?.()
  return () => guard.kill()
}
