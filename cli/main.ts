import { enableCompileCache } from 'node:module'

// Node runs these files as they are; the compile cache makes the second start fast. Each command loads its own module.
enableCompileCache()
const { program } = await import('./program.ts')
const { explain, red, say } = await import('./output.ts')

// Whoever reads the output may stop reading (`… | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  const [what, ...advice] = explain(error)
  say(`${red('cityos:')} ${what}`)
  for (const line of advice) say(`        ${line}`)
  process.exitCode = 1
}
