import { inject } from 'vitest'
import { Platform } from './platform.ts'

/** The platform that was started for the files of this worker. */
export function sharedPlatform(): Platform {
  const started = inject('platforms')[Number(process.env['VITEST_POOL_ID']) - 1]
  if (!started) throw new Error(`worker ${process.env['VITEST_POOL_ID']} has no platform`)
  return new Platform(started.port, started.data)
}
