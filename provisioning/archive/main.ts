import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ArchiveError } from './archive-error.ts'
import { loadArchive } from './load.ts'
import { readArchive } from './read.ts'
import { ArchiveTask } from './task.ts'
import { writeArchive } from './write.ts'

/**
 * The archive's process: one task from standard input, progress and outcome on file descriptor 3. It lives no longer than
 * whoever started it: the end of standard input ends it, and what it had half written counts for nothing.
 */
const report = createWriteStream('', { fd: 3 })
const say = (line: object) => new Promise<void>((resolve) => report.write(`${JSON.stringify(line)}\n`, () => resolve()))

const input = createInterface({ input: process.stdin })
input.once('line', (line) => {
  perform(ArchiveTask.parse(JSON.parse(line)))
    .then((done) => say({ done }))
    .catch((error: unknown) => {
      const code = error instanceof ArchiveError ? error.code : 'failed'
      return say({ error: { code, message: error instanceof Error ? error.message : String(error) } })
    })
    .finally(() => process.exit(0))
})
input.once('close', () => process.exit(1))

function perform(task: ArchiveTask): Promise<unknown> {
  const progress = (message: string) => void say({ progress: message })
  switch (task.task) {
    case 'write':
      return writeArchive({ ...task, progress })
    case 'check':
      return readArchive(task.path, task.identity)
    case 'load':
      return loadArchive({ ...task, progress })
  }
}
