import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

// Entry of the node process. Compiled code is kept in the data directory: the next start takes half the CPU and memory.
const position = process.argv.indexOf('--data')
const dataDir = (position < 0 ? null : process.argv[position + 1]) ?? process.env['CITYOS_DATA']
if (dataDir && existsSync(dataDir)) enableCompileCache(join(resolve(dataDir), 'cache', 'compile'))

const { runNode } = await import('./run.ts')
try {
  await runNode(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof Error && error.name === 'UsageError' ? 2 : 1)
}
