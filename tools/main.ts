import { writeArchive } from './archive.ts'
import { ToolFailure } from './command.ts'
import { goTools } from './go-tools.ts'
import { provideTools } from './provide.ts'

/**
 * `node tools/main.ts [NAME…]` brings the tools (all without a name) and prints their folders;
 * `node tools/main.ts --archive FILE [NAME…]` writes their programs into one archive for CITYOS_TOOLS_ARCHIVE.
 */
const args = process.argv.slice(2)
const archive = args[0] === '--archive' ? args.splice(0, 2)[1] : null
try {
  const names = args.length > 0 ? args : goTools.map((tool) => tool.name)
  const folders = await provideTools(names, (line) => process.stderr.write(`${line}\n`))
  if (archive) await writeArchive(archive, folders)
  process.stdout.write(`${folders.join('\n')}\n`)
} catch (error) {
  if (!(error instanceof ToolFailure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
