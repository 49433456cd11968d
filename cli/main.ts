import { enableCompileCache } from 'node:module'

// Node runs these files as they are; the compile cache makes the second start fast. Each command loads its own module.
enableCompileCache()
const { program } = await import('./program.ts')
const { explain, red, say } = await import('./output.ts')

try {
  await program.parseAsync(process.argv)
} catch (error) {
  const [what, ...advice] = explain(error)
  say(`${red('cityos:')} ${what}`)
  for (const line of advice) say(`        ${line}`)
  process.exitCode = 1
}
