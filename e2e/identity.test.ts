import { signIn, type Tokens } from '@cityos/cli/session'
import { newId, tenantAudience } from '@cityos/contract'
import { endOtherSessions, inviteStaff, listSigningKeys, rotateSigningKey, type Tenant } from '@cityos/control-plane/contract'
import { adminListVendors } from '@cityos/data-plane/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { sharedPlatform } from './shared.ts'
import { ensureTenant, hostOf } from './tenants.ts'

// Staff sign in at the control plane; every data plane verifies their tokens by itself and hears at once what was taken back.

const platform = sharedPlatform()
let tenant: Tenant
const password = 'Wadi-Hanifa-7'
const email = `${newId('who')}@staff.test`

beforeAll(async () => {
  tenant = await ensureTenant(platform, 'identity', { seed: false })
  const { call } = await platform.operator()
  const { url } = await call(inviteStaff, { body: { email, role: 'tenant-admin', tenant_id: tenant.id } })
  const token = new URL(url).searchParams.get('token')
  const accepted = await platform.request(platform.operatorHost, '/oauth/invitation', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ token, name: 'Owner', password }),
  })
  expect(accepted.status).toBe(200)
})

const atTenant = () => signIn(platform.reached, { email, password }, tenantAudience(tenant.id))
const ask = ({ access_token }: Tokens) =>
  platform.request(`api.${hostOf(tenant)}`, adminListVendors.path, { headers: { authorization: `Bearer ${access_token}` } })

describe('what is taken back reaches an awake data plane within a second', { retry: 0 }, () => {
  test('ended sessions', async () => {
    const stolen = await atTenant()
    const here = await signIn(platform.reached, { email, password })
    await eventually(async () => (await ask(stolen)).status === 200, 'the data plane is awake and takes the token')
    const own = platform.client(platform.operatorHost, { authorization: `Bearer ${here.access_token}` })
    expect((await own(endOtherSessions)).ended).toBeGreaterThanOrEqual(1)
    await eventually(async () => (await ask(stolen)).status === 401, 'the token is refused')
  })

  test('a withdrawn key; the next one signs tokens that hold everywhere at once', async () => {
    const { call } = await platform.operator()
    const old = await atTenant()
    await eventually(async () => (await ask(old)).status === 200, 'the token is taken')
    await call(rotateSigningKey, { body: { withdraw: true, reason: 'test of a leak' } })
    const fresh = await atTenant()
    expect((await ask(fresh)).status).toBe(200)
    await eventually(async () => (await ask(old)).status === 401, 'tokens of the old key are refused')
    const again = await platform.operator() // its own token was of the old key: it signs in again by itself
    expect((await again.call(listSigningKeys)).map(({ status }) => status)).toContain('withdrawn')
  })
})
