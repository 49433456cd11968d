import type { TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRegistryServer, TestPlatform } from '../testing/platform.ts'

let postgres: TestPostgres
let platform: TestPlatform

beforeAll(async () => {
  postgres = await startRegistryServer()
  platform = await TestPlatform.start(postgres)
})
afterAll(async () => {
  await platform.stop()
  await postgres.stop()
})

it('says so when the registry is gone: 503 with Retry-After, a health page that names it, and no driver’s words', async () => {
  const { access_token } = await platform.signIn()
  await postgres.stop()
  const health = await platform.request('GET', '/health')
  expect(health.body.data).toMatchObject({
    status: 'failed',
    dependencies: { database: { status: 'failed', message: 'the registry does not answer' } },
  })
  const answers = [
    await platform.request('GET', '/api/v1/tenants', { token: access_token }),
    await platform.createTenant(access_token, 'souq'),
    await platform.request('GET', '/oauth/jwks.json'),
  ]
  for (const answer of answers) {
    expect(answer.status).toBe(503)
    expect(answer.body.errors[0].code).toBe('dependency_unavailable')
    expect(answer.headers['retry-after']).toBeTruthy()
    expect(answer.text).not.toMatch(/prisma|127\.0\.0\.1|P1001|ECONN/i)
  }
})
