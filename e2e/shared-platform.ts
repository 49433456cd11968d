import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { Platform } from './platform.ts'

declare module 'vitest' {
  interface ProvidedContext {
    platform: { port: number; data: string }
  }
}

/**
 * Builds the release once, for every platform of the run, and starts the one that the suites share, with the demo tenant.
 * Suites that break things start their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = await mkdtemp(join(tmpdir(), 'cityos-e2e-release-'))
  await buildInto(release)
  process.env['CITYOS_RELEASE'] = release
  const platform = await Platform.start({ demo: true })
  project.provide('platform', { port: platform.port, data: platform.data.path })
  return async () => {
    await platform.end()
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
