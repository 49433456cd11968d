import type { Client } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { hasRedis, startTestRedis, type TestRedis } from '../../testing/redis.ts'
import { addVendor, codeOf, database, until } from '../../testing/shop.ts'
import { adminCreateVendorUser, adminUpdateVendorUser } from '../vendor/contract.ts'
import {
  endMySession,
  getMe,
  getVendorMe,
  listMySessions,
  lockCustomer,
  requestReset,
  reset,
  signIn,
  signOut,
  signUp,
  vendorSignIn,
  vendorSignOut,
  verify,
} from './contract.ts'

const password = 'a long enough password'
let people = 0

/**
 * Two processes of one tenant. Ends are seen by the process that ended the session at once in both cases; by the other
 * one at once through Redis, and with the next notification without it.
 */
describe.each([
  { where: 'in process', redis: false },
  { where: 'in Redis', redis: true },
])('sessions kept $where', ({ redis }) => {
  let server: TestRedis | undefined
  let plane: TestPlane
  let other: Awaited<ReturnType<TestPlane['beside']>>
  beforeAll(async () => {
    if (redis && !hasRedis) return
    if (redis) {
      server = await startTestRedis()
      process.env['REDIS_URL'] = server.url
    }
    plane = await startTestPlane()
    other = await plane.beside()
  })
  afterAll(async () => {
    delete process.env['REDIS_URL']
    await other?.stop()
    await plane?.stop()
    await server?.stop()
  })
  const runs = it.skipIf(redis && !hasRedis)

  const bearer = (token: string) => ({
    here: plane.client({ authorization: `Bearer ${token}` }),
    there: other.client({ authorization: `Bearer ${token}` }),
  })

  /** A customer whom both processes have seen. */
  async function customer() {
    people += 1
    const email = `kept${people}@example.test`
    const { code } = await plane.client()(signUp, { body: { email, password, name: 'Sara' } })
    const session = await plane.client()(verify, { body: { email, code: code! } })
    const calls = bearer(session.token)
    await calls.here(getMe)
    await calls.there(getMe)
    return { email, id: session.customer.id, ...calls }
  }

  const isOut = async (call: Client) => (await codeOf(call(getMe))) === 'unauthenticated'

  /** Here at once; there at once through Redis. */
  async function expectOut({ here, there }: { here: Client; there: Client }): Promise<void> {
    expect(await isOut(here)).toBe(true)
    if (redis) expect(await isOut(there)).toBe(true)
    else await until(() => isOut(there))
  }

  runs('a request of somebody who is signed in asks the database once, then not again', async () => {
    const { email, id, here, there } = await customer()
    const session = await plane.client()(signIn, { body: { email, password } })
    const { here: second } = bearer(session.token)
    await second(getMe)
    // behind everybody's back: whoever has to ask the database now learns that there is no session
    await database(plane).read.deleteFrom('account_session').where('account_id', '=', id).execute()
    expect([await isOut(here), await isOut(there), await isOut(second)]).toEqual([false, false, false])
    const shared = other.client({ authorization: `Bearer ${session.token}` })
    expect(await isOut(shared), 'a process that never saw it knows it only where sessions are shared').toBe(!redis)
  })

  runs('signing out ends it at once', async () => {
    const one = await customer()
    await one.here(signOut)
    await expectOut(one)
  })

  runs('ending another of one’s sessions ends that one at once', async () => {
    const one = await customer()
    const { token } = await plane.client()(signIn, { body: { email: one.email, password } })
    const second = bearer(token)
    await second.here(getMe)
    const sessions = await one.here(listMySessions)
    await one.here(endMySession, { params: { id: sessions.items.find((session) => !session.current)!.id } })
    await expectOut(second)
    expect(await isOut(one.here)).toBe(false)
  })

  runs('a new password ends all of them at once', async () => {
    const one = await customer()
    const { code } = await plane.client()(requestReset, { body: { email: one.email } })
    await plane.client()(reset, { body: { email: one.email, code: code!, password: 'another long password' } })
    await expectOut(one)
  })

  runs('a sixth session ends the first at once', async () => {
    const one = await customer()
    for (let index = 0; index < 5; index += 1) await plane.client()(signIn, { body: { email: one.email, password } })
    await expectOut(one)
  })

  runs('a locked account is out at once', async () => {
    const one = await customer()
    await plane.call(lockCustomer, { params: { id: one.id }, body: { reason: 'stolen card' } }, { actor: admin })
    await expectOut(one)
  })

  runs('vendor staff: a new role counts at once, a disabled person and one who signs out are out at once', async () => {
    const vendorId = await addVendor(plane)
    people += 1
    const members = await Promise.all(
      ['owner', 'staff'].map(async (role, index) => {
        const email = `staff${people}-${index}@example.test`
        const member = await plane.call(
          adminCreateVendorUser,
          { params: { id: vendorId }, body: { email, name: 'Nora', role: role as 'owner', password } },
          { actor: admin },
        )
        const { token } = await plane.client()(vendorSignIn, { body: { email, password } })
        const calls = bearer(token)
        await calls.here(getVendorMe)
        await calls.there(getVendorMe)
        return { member, ...calls }
      }),
    )
    const [owner, worker] = members
    const roleSeen = async (call: Client) => (await call(getVendorMe)).role
    const change = (id: string, body: object) =>
      plane.call(adminUpdateVendorUser, { params: { id: vendorId, user_id: id }, body: body as never }, { actor: admin })
    await change(worker!.member.id, { role: 'manager' })
    expect(await roleSeen(worker!.here)).toBe('manager')
    if (redis) expect(await roleSeen(worker!.there)).toBe('manager')
    await change(worker!.member.id, { status: 'disabled' })
    expect(await codeOf(worker!.here(getVendorMe))).toBe('unauthenticated')
    await owner!.here(vendorSignOut)
    expect(await codeOf(owner!.here(getVendorMe))).toBe('unauthenticated')
    if (redis) expect(await codeOf(owner!.there(getVendorMe))).toBe('unauthenticated')
  })
})
