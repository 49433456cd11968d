import { stopOrphans } from '@cityos/provisioning/local'
import { type CommonOptions, dataOf } from './command.ts'
import type { DataDirectory } from './data-directory.ts'
import { Failure } from './failure.ts'
import { askToStop, readNode } from './node.ts'
import { Progress, printJson, say } from './output.ts'

const stoppedWithin = 60_000

/** Stops the platform of a data directory; also what a killed node left behind. */
export async function down(options: CommonOptions): Promise<void> {
  const data = dataOf(options)
  const progress = new Progress()
  if (!options.json) progress.start('stop the platform')
  const stopped = await stop(data)
  if (options.json) return printJson({ data: data.path, stopped })
  if (stopped > 0) progress.done(`stopped ${stopped} ${stopped === 1 ? 'process' : 'processes'}`)
  else progress.done('nothing was running')
}

/** @returns how many processes were stopped */
export async function stop(data: DataDirectory): Promise<number> {
  const node = await readNode(data)
  if (!node) return stopOrphans(data.path)
  const pids = [node.pid, ...node.processes.flatMap((each) => (each.pid === null ? [] : [each.pid]))]
  await askToStop(data)
  const deadline = performance.now() + stoppedWithin
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) {
      const left = pids.filter(isAlive)
      throw new Failure(
        `${left.length} processes did not stop within ${stoppedWithin / 1000} s (${left.join(', ')}).`,
        `The log says why: ${data.nodeLog}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const orphans = await stopOrphans(data.path)
  if (orphans > 0) say(`stopped ${orphans} left-over processes`)
  return pids.length + orphans
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
