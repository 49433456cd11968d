import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stopPlatform } from '@cityos/provisioning/local/stop'
import { type CommonOptions, dataOf } from './command.ts'
import type { DataDirectory } from './data-directory.ts'
import { Progress, printJson } from './output.ts'

/** Stops the platform of a data directory; also what a killed node left behind. */
export async function down(options: CommonOptions): Promise<void> {
  const data = dataOf(options)
  const progress = new Progress()
  progress.start('stop the platform')
  const stopped = await stop(data)
  progress.done(stopped ? 'stopped; nothing is lost' : 'nothing was running')
  if (options.json) printJson({ data: data.path, stopped })
}

/** @returns whether anything was running */
export async function stop(data: DataDirectory): Promise<boolean> {
  if (!existsSync(join(data.path, 'node'))) return false
  return (await stopPlatform(data.path)) > 0
}
