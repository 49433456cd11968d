import type { TestProject } from 'vitest/node'
import { Platform } from './platform.ts'

declare module 'vitest' {
  interface ProvidedContext {
    platform: { port: number; data: string }
  }
}

/** The platform that the suites share, with the demo tenant: started once per run. Suites that break things start their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const platform = await Platform.start({ demo: true })
  project.provide('platform', { port: platform.port, data: platform.data.path })
  return () => platform.end()
}
