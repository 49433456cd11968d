import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../build/sources.ts'
import { StoreRefusal } from './store.ts'

/**
 * Builds a checkout with its own build script.
 * @param say gets what the build says, line by line
 * @returns folder of the build
 */
export async function buildCheckout(checkout: string, say: (line: string) => void): Promise<string> {
  const script = join(checkout, 'scripts/build.ts')
  if (!existsSync(script) || !existsSync(join(checkout, 'pnpm-lock.yaml')))
    throw new StoreRefusal(`${checkout} is not a checkout of CityOS.`, 'Give the folder that has scripts/build.ts and pnpm-lock.yaml.')
  if (checkout !== root) {
    await installDependencies(checkout, say)
    await lendParts(checkout)
  }
  const result = await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, '--json'], checkout, say)
  return (JSON.parse(result) as { dir: string }).dir
}

/** As the launcher does it: when the lockfile is not the one of the last install (its own note of it, or pnpm's). */
async function installDependencies(checkout: string, say: (line: string) => void): Promise<void> {
  const stamp = join(checkout, 'node_modules/.cityos-lock')
  const lock = join(checkout, 'pnpm-lock.yaml')
  const wanted = await readFile(lock)
  for (const installed of [stamp, join(checkout, 'node_modules/.pnpm/lock.yaml')])
    if (existsSync(installed) && (await readFile(installed)).equals(wanted)) return
  say(`installing the dependencies of ${checkout}`)
  await run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], checkout, () => undefined)
  await cp(lock, stamp)
}

/** A checkout that was never built starts from this one's parts: each carries the checksum of its sources and is used only when that fits. */
async function lendParts(checkout: string): Promise<void> {
  const [own, theirs] = [join(root, 'dist/parts'), join(checkout, 'dist/parts')]
  if (!existsSync(own) || existsSync(theirs)) return
  await cp(own, theirs, { recursive: true, filter: (path) => !path.endsWith('.generated') })
}

/** Runs a program; what it says goes to `say`. @returns what it wrote to standard output */
async function run(command: string, args: string[], cwd: string, say: (line: string) => void): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: 'true' } })
  let result = ''
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const line of chunk.toString().split('\n').filter(Boolean)) say(line)
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0)
    throw new StoreRefusal(
      `The release could not be built (${command} ended with ${code}).`,
      ...`${result}${said}`.trim().split('\n').slice(-15),
    )
  return result
}
