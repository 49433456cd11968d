import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { LocalNode } from './node.ts'
import { type NodeOptions, parseNodeOptions } from './options.ts'
import { stopPlatform } from './stop.ts'
import { writeAtomically } from './storage.ts'

/**
 * The node process: `--data DIR [--release DIR] [--port N] …`, or `--data DIR --stop`.
 * @param args command line without program and script
 */
export async function runNode(args: string[]): Promise<void> {
  const options = parseNodeOptions(args, process.env)
  if (options.stop) {
    const ended = await stopPlatform(options.dataDir)
    process.stdout.write(ended === 0 ? 'nothing was running\n' : 'stopped\n')
    return
  }
  const failureFile = join(options.dataDir, 'node', 'failure.json')
  try {
    rmSync(failureFile, { force: true })
    await run(options)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (!(error instanceof Error && error.name === 'Locked')) writeFailure(failureFile, message)
    throw error
  }
}

async function run(options: NodeOptions): Promise<void> {
  const node = new LocalNode(options, { now: () => new Date() }, (line) => process.stdout.write(line))
  const stop = (): void => {
    node.stop().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`${error.message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // A closed terminal is no reason to stop selling.
  process.on('SIGHUP', () => undefined)
  process.on('unhandledRejection', (error) =>
    node.journal.note(`unexpected: ${error instanceof Error ? error.stack : String(error)}`, { level: 'ERROR' }),
  )
  try {
    await node.start()
  } catch (error) {
    if (node.hasSurvivors) node.abandon()
    else await node.stop()
    throw error
  }
}

function writeFailure(file: string, message: string): void {
  try {
    writeAtomically(file, JSON.stringify({ message }))
  } catch (error) {
    process.stderr.write(`${file} could not be written: ${String(error)}\n`)
  }
}
