import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { Platform } from './platform.ts'

declare module 'vitest' {
  interface ProvidedContext {
    platforms: { port: number; data: string }[]
  }
}

/**
 * Builds the release once, for every platform of the run, and starts those that suites share, with the demo tenant: one for
 * each worker, so that on a shared platform, too, one file runs at a time. Suites that break things start their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = await mkdtemp(join(tmpdir(), 'cityos-e2e-release-'))
  await buildInto(release)
  process.env['CITYOS_RELEASE'] = release
  const workers = Number(project.config.maxWorkers)
  const platforms = await Promise.all(Array.from({ length: workers }, () => Platform.start({ demo: true })))
  project.provide(
    'platforms',
    platforms.map((platform) => ({ port: platform.port, data: platform.data.path })),
  )
  return async () => {
    await Promise.all(platforms.map((platform) => platform.end()))
    await rm(release, { recursive: true, force: true })
  }
}

async function buildInto(folder: string): Promise<void> {
  const checkout = join(import.meta.dirname, '..')
  const args = [join(checkout, 'scripts/build.ts'), '--json']
  const built = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  if (built.status !== 0) throw new Error('the release could not be built')
  await cp((JSON.parse(built.stdout) as { dir: string }).dir, folder, { recursive: true })
}
