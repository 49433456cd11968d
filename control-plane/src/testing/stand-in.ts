import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Programs that stand in for services of others in tests: installed once, into the user's cache folder. */
export const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cityos')

export const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))

/** Makes a folder once: half-made ones are thrown away, and of two makers the first wins. */
export function install(folder: string, make: (at: string) => void): void {
  if (existsSync(folder)) return
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  make(draft)
  if (existsSync(folder)) rmSync(draft, { recursive: true, force: true })
  else renameSync(draft, folder)
}

export function run(program: string, args: string[], environment: Record<string, string> = {}): void {
  const result = spawnSync(program, args, { env: { ...process.env, ...environment }, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr || result.error?.message}`)
}

export async function freePort(): Promise<number> {
  const probe = createSocket()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
