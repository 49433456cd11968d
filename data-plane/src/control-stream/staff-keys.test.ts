import { type Binding, tenantAudience } from '@cityos/contract'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/db/index.ts'
import { StaffKeys } from './staff-keys.ts'

const issuer = 'http://cityos.localhost:8080'
const tenant = { id: 'tnt_01' }

class MachineClock extends Clock {
  time = 1_800_000_000_000
  override machineTime(): number {
    return this.time
  }
}

async function signer() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const kid = `key-${Math.trunc(performance.now() * 1000)}`
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  const sign = (seconds: number) =>
    new SignJWT({ sub: 'stf_1', sid: 'ses_1', jti: 'jti_1', email: 'a@b.test', name: 'A', grants: [] })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setIssuer(issuer)
      .setAudience(tenantAudience(tenant.id))
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 900)
      .sign(privateKey)
  return { jwk, sign }
}

function keysWith(jwks: object[], clock: Clock): StaffKeys {
  const binding = { issuer, tenant, jwks: { keys: jwks } } as unknown as Binding
  return new StaffKeys(binding, {} as Database, clock)
}

test('a token that has run out does not come to life when the clock is set back an hour', async () => {
  const clock = new MachineClock()
  const { jwk, sign } = await signer()
  const keys = keysWith([jwk], clock)
  const token = await sign(clock.time / 1000)
  expect((await keys.claims(token)).sid).toBe('ses_1')
  clock.time += 901_000
  await expect(keys.claims(token)).rejects.toMatchObject({ details: { reason: 'expired' } })
  clock.time -= 3_600_000
  await expect(keys.claims(token)).rejects.toMatchObject({ details: { reason: 'expired' } })
})

test('a withdrawn key verifies nothing from the message on, and the key published beside it goes on', async () => {
  const clock = new MachineClock()
  const [first, next] = [await signer(), await signer()]
  const keys = keysWith([first.jwk, next.jwk], clock)
  const [old, fresh] = [await first.sign(clock.time / 1000), await next.sign(clock.time / 1000)]
  await keys.claims(old)
  await keys.claims(fresh)
  keys.replaceKeys({ keys: [next.jwk] })
  await expect(keys.claims(old)).rejects.toMatchObject({ details: { reason: 'invalid_token' } })
  await keys.claims(fresh)
})
