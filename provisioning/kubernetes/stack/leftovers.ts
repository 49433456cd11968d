import { readdirSync, readFileSync } from 'node:fs'

/** Set in the environment of everything a run starts: says which stack it works on. */
export const stackVariable = 'CITYOS_STACK'

/**
 * Ends what an earlier run of this stack left behind on this machine: whoever kills Pulumi cuts its providers loose, and
 * those would go on for ever.
 * @returns the ids of the processes that were ended
 */
export function endLeftovers(stack: string): number[] {
  const wanted = `${stackVariable}=${stack}`
  const ended: number[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid || !environmentOf(pid).includes(wanted)) continue
    try {
      process.kill(pid, 'SIGKILL')
      ended.push(pid)
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return ended
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch (error) {
    // Gone meanwhile, or another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
