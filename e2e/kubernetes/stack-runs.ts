import { readdirSync, readFileSync } from 'node:fs'
import { stackOf } from '@cityos/provisioning/kubernetes'
import { expect, vi } from 'vitest'

/** Processes that work on the tenant's stack, the provider among them. */
export function runsOf(tenantId: string): { pid: number; command: string }[] {
  const mark = `CITYOS_STACK=${stackOf(tenantId, null)}`
  return readdirSync('/proc').flatMap((entry) => {
    try {
      if (!/^\d+$/.test(entry) || !readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(mark)) return []
      return [{ pid: Number(entry), command: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ') }]
    } catch {
      return [] // it has just ended
    }
  })
}

export const commandsOf = (tenantId: string): string =>
  runsOf(tenantId)
    .map(({ command }) => command)
    .join()

/** Kills the run with all its processes as soon as its provider is at work. */
export async function killRunOf(tenantId: string): Promise<void> {
  await vi.waitFor(() => expect(commandsOf(tenantId)).toContain('pulumi-resource-kubernetes'), { timeout: 30_000, interval: 5 })
  for (const { pid } of runsOf(tenantId)) process.kill(pid, 'SIGKILL')
}
