import { inject } from 'vitest'
import { Platform } from './platform.ts'

/** The platform that was started for this run. */
export function sharedPlatform(): Platform {
  const { port, data } = inject('platform')
  return new Platform(port, data)
}
