import { PlaneMessage } from '@cityos/contract'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlaneStreams } from '../plane/plane.streams.ts'
import { TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { KeyRotation } from './key-rotation.ts'
import { SigningKeys } from './signing-keys.ts'

const clock = new TestClock()
let platform: TestPlatform
let tenantId: string

beforeAll(async () => {
  platform = await TestPlatform.start(undefined, { clock })
  const token = (await platform.signIn()).access_token
  const created = await platform.createTenant(token, 'keys')
  tenantId = created.body.data.tenant.id
  await platform.ended(token, created.body.data.operation.id)
})
afterAll(() => platform.stop())

const published = async () => (await platform.request('GET', '/oauth/jwks.json')).body as JSONWebKeySet
const kids = async () => (await published()).keys.map((key) => key.kid)
const kidOf = (token: string) => decodeProtectedHeader(token).kid
const me = async (token: string) => (await platform.request('GET', '/api/v1/staff/me', { token })).status

/** The keys a connected data plane is told next, after those it begins with. */
async function nextKeys(change: () => Promise<unknown>): Promise<JSONWebKeySet> {
  const stop = new AbortController()
  let begun = false
  for await (const raw of platform.app.get(PlaneStreams).messages(tenantId, 0, stop.signal)) {
    const message = PlaneMessage.parse(raw)
    if (message.kind === 'tenant' && !begun) {
      begun = true
      await change()
    } else if (message.kind === 'keys' && begun) {
      stop.abort()
      return message.jwks as unknown as JSONWebKeySet
    }
  }
  throw new Error('the stream ended')
}

describe('the key that signs', () => {
  it('changes after 30 days for one that was published all along; tokens of the old one hold until they run out', async () => {
    const before = (await platform.signIn()).access_token
    const rotation = platform.app.get(KeyRotation)
    expect(await rotation.rotateIfDue()).toBe(false)
    clock.move(30 * 86_400 - 60)
    const known = await kids()
    const old = (await platform.signIn()).access_token
    clock.move(60)
    expect(await Promise.all([rotation.rotateIfDue(), rotation.rotateIfDue()])).toContain(true)
    const fresh = (await platform.signIn()).access_token
    expect(kidOf(old)).toBe(kidOf(before))
    expect(kidOf(fresh)).not.toBe(kidOf(old))
    expect(known).toContain(kidOf(fresh))
    expect([await me(old), await me(fresh), await me(before)]).toEqual([200, 200, 401])
    const jwks = await published()
    expect(jwks.keys).toHaveLength(3)
    for (const token of [old, fresh]) await jwtVerify(token, createLocalJWKSet(jwks), { currentDate: clock.now() })
    clock.move(86_400 + 60)
    expect(await kids()).not.toContain(kidOf(old))
    expect(await platform.app.get(SigningKeys).publicKey(kidOf(old) ?? '')).not.toBeNull() // what it signed for good is still verified
  })

  it('changes on demand, which connected data planes and the driver are told', async () => {
    const token = (await platform.signIn()).access_token
    const rotate = (body: object) => platform.request('POST', '/api/v1/signing-keys/rotate', { token, body })
    expect((await rotate({})).status).toBe(400)
    const jwks = await nextKeys(async () => {
      const { body } = await rotate({ reason: 'a person left' })
      expect(body.data.map((key: { status: string }) => key.status).sort()).toEqual(['active', 'next', 'retired', 'retired'])
    })
    expect(jwks.keys.map((key) => key.kid)).toEqual(await kids())
    await expect.poll(() => platform.driver.keys.keys.length).toBe(jwks.keys.length)
    expect(await me(token)).toBe(200)
  })

  it('is withdrawn when it leaked: its tokens stop at once, sessions go on with the next key', async () => {
    const { access_token, refresh_token } = await platform.signIn()
    const jwks = await nextKeys(() =>
      platform.request('POST', '/api/v1/signing-keys/rotate', { token: access_token, body: { withdraw: true, reason: 'leaked' } }),
    )
    expect(jwks.keys.map((key) => key.kid)).not.toContain(kidOf(access_token))
    expect(await me(access_token)).toBe(401)
    const renewed = await platform.request('POST', '/oauth/token', {
      body: { grant_type: 'refresh_token', refresh_token, client_id: 'cli' },
    })
    expect(await me(renewed.body.access_token)).toBe(200)
  })
})
