import { afterEach, expect, it, vi } from 'vitest'
import { childEnvironment, dataPlaneEnvironment } from './child.ts'

afterEach(() => vi.unstubAllEnvs())

it('a data plane sees settings, but no account of the platform: mail comes in its binding', () => {
  vi.stubEnv('SMTP_URL', 'smtp://user:password@mail.city.sa')
  vi.stubEnv('STRIPE_SECRET_KEY', 'sk_test')
  vi.stubEnv('CITYOS_PASSWORD', 'secret')
  vi.stubEnv('REDIS_URL', 'redis://cache')
  expect(childEnvironment()['SMTP_URL']).toBe('smtp://user:password@mail.city.sa')
  const seen = dataPlaneEnvironment({ MALLOC_ARENA_MAX: '1' })
  expect(seen).toMatchObject({ REDIS_URL: 'redis://cache', MALLOC_ARENA_MAX: '1', NODE_ENV: 'production' })
  for (const name of ['SMTP_URL', 'STRIPE_SECRET_KEY', 'CITYOS_PASSWORD']) expect(seen[name], name).toBeUndefined()
})
