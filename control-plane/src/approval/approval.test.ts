import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import { TestClock } from '../testing/test-clock.ts'
import { Approvals } from './approvals.ts'

let platform: TestPlatform
let clock: TestClock
let first: string
let second: string
let slug: string
let count = 0

beforeAll(async () => {
  clock = new TestClock()
  platform = await TestPlatform.start(undefined, { clock })
  first = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const post = (path: string, token: string, body: object = {}) => platform.request('POST', `/api/v1${path}`, { token, body })
const get = (path: string, token: string) => platform.request('GET', `/api/v1${path}`, { token })
const close = (token = first, body: object = {}) => post(`/tenants/${slug}/close`, token, body)
const operationsOf = async (kind: string) =>
  (await get(`/tenants/${slug}/operations`, first)).body.data.filter((operation: { kind: string }) => operation.kind === kind)

beforeEach(async () => {
  slug = `shop${++count}`
  const created = await platform.createTenant(first, slug)
  expect((await platform.ended(first, created.body.data.operation.id)).status).toBe('succeeded')
})

describe('with one operator', () => {
  it('the answer says how to invite a second, and the requester cannot decide', async () => {
    const asked = await close(first, { reason: 'the brand ends' })
    expect(asked.status).toBe(202)
    expect(asked.body.data).toMatchObject({ operation: null, tenant: { status: 'active' } })
    const { approval } = asked.body.data
    expect(approval).toMatchObject({ status: 'pending', kind: 'tenant-close', reason: 'the brand ends', actions: ['withdraw'] })
    expect(approval.details).toMatchObject({ slug, retention_days: 30, reopenable: true })
    expect(approval.advice).toContain('./cityos operator invite')
    const own = await post(`/approvals/${approval.id}/approve`, first)
    expect(own.status).toBe(403)
    expect(own.body.errors[0].code).toBe('second_approver_required')
    expect(own.body.errors[0].message).toContain('./cityos operator invite')
    expect(await operationsOf('tenant-close')).toEqual([])
  })
})

describe('with a second person', () => {
  beforeAll(async () => {
    second = (await secondPerson(platform, first)).access_token
  })

  it('starts on approval, in the name of who asked, and the trail names both', async () => {
    const { approval } = (await close(first, { retention_days: 3 })).body.data
    expect(approval.advice).toBe(null)
    const seen = await get(`/approvals/${approval.id}`, second)
    expect(seen.body.data.actions).toEqual(['approve', 'reject'])
    const agreed = await post(`/approvals/${approval.id}/approve`, second, { reason: 'checked with the owner' })
    expect(agreed.status).toBe(202)
    expect(agreed.body.data.approval).toMatchObject({ status: 'approved', operation_id: agreed.body.data.operation.id, actions: [] })
    const operation = await platform.ended(first, agreed.body.data.operation.id)
    expect(operation).toMatchObject({ status: 'succeeded', kind: 'tenant-close', requested_by_id: approval.requested_by_id })
    const tenant = (await get(`/tenants/${slug}`, first)).body.data
    expect(tenant.status).toBe('closing')
    const days = (Date.parse(tenant.closing_until) - clock.now().getTime()) / 86_400_000
    expect(days).toBeGreaterThan(2.9)
    expect(days).toBeLessThanOrEqual(3)
    const trail = (await get(`/audit?tenant_id=${tenant.id}&limit=50`, first)).body.data as {
      action: string
      actor: string
      resource: { id: string }
    }[]
    const about = trail.filter((entry) => entry.resource.id === approval.id)
    expect(about.map((entry) => entry.action).sort()).toEqual(['approval.approve', 'approval.request'])
    expect(new Set(about.map((entry) => entry.actor)).size).toBe(2)
  })

  it('a rejection says why and starts nothing; it is asked for anew', async () => {
    const { approval } = (await close()).body.data
    expect((await post(`/approvals/${approval.id}/reject`, second, { reason: 'no' })).status).toBe(400)
    const rejected = await post(`/approvals/${approval.id}/reject`, second, { reason: 'still in use' })
    expect(rejected.body.data).toMatchObject({ status: 'rejected', decision_reason: 'still in use', operation_id: null })
    expect((await post(`/approvals/${approval.id}/approve`, second)).body.errors[0].code).toBe('invalid_transition')
    expect((await close()).status).toBe(202)
    expect(await operationsOf('tenant-close')).toEqual([])
  })

  it('is open once for a tenant, and only its requester withdraws it', async () => {
    const { approval } = (await close()).body.data
    const again = await close(second)
    expect(again.status).toBe(409)
    expect(again.body.errors[0]).toMatchObject({ code: 'already_exists', details: { approval_id: approval.id } })
    expect((await post(`/approvals/${approval.id}/withdraw`, second)).body.errors[0].code).toBe('forbidden')
    expect((await post(`/approvals/${approval.id}/withdraw`, first)).body.data.status).toBe('withdrawn')
    expect((await post(`/approvals/${approval.id}/approve`, second)).body.errors[0].code).toBe('invalid_transition')
    expect((await close(second)).status).toBe(202)
  })

  it('nobody decides it after 72 hours, also before the row says so', async () => {
    const { approval } = (await close()).body.data
    clock.move(72 * 3600 + 1)
    first = (await platform.signIn()).access_token
    const late = (await secondPerson(platform, first)).access_token
    second = late
    expect((await get(`/approvals/${approval.id}`, late)).body.data).toMatchObject({ status: 'expired', actions: [] })
    expect((await post(`/approvals/${approval.id}/approve`, late)).body.errors[0]).toMatchObject({
      code: 'invalid_transition',
      details: { status: 'expired' },
    })
    await platform.app.get(Approvals).expire() // unless the platform has done so by itself meanwhile
    const { db } = platform.app.get(Registry)
    expect(await db.approval.findUniqueOrThrow({ where: { id: approval.id } })).toMatchObject({ status: 'expired', operation_id: null })
    expect((await close()).status).toBe(202)
  })

  it('a member of staff without the right sees nothing of it, or may not decide', async () => {
    const { approval } = (await close()).body.data
    const viewer = (await secondPerson(platform, first, 'viewer')).access_token
    expect((await get(`/approvals/${approval.id}`, viewer)).status).toBe(403)
    const sre = (await secondPerson(platform, first, 'sre')).access_token
    expect((await get(`/approvals/${approval.id}`, sre)).body.data.actions).toEqual([])
    expect((await post(`/approvals/${approval.id}/approve`, sre)).status).toBe(403)
    const owner = (await secondPerson(platform, first, 'tenant-admin', approval.tenant_id)).access_token
    expect((await post(`/approvals/${approval.id}/approve`, owner)).body.errors[0].code).toBe('forbidden')
    expect(await operationsOf('tenant-close')).toEqual([])
  })

  it('what cannot start leaves the request open', async () => {
    const { approval } = (await close()).body.data
    await platform.app.get(Registry).db.tenant.update({ where: { id: approval.tenant_id }, data: { status: 'failed' } })
    expect((await post(`/approvals/${approval.id}/approve`, second)).body.errors[0].code).toBe('invalid_transition')
    expect((await get(`/approvals/${approval.id}`, second)).body.data.status).toBe('pending')
  })

  it('once agreed and cancelled it is not retried by one person alone after its time', async () => {
    platform.driver.failing = { method: 'configure', when: 'before', times: 1000 }
    const { approval } = (await close()).body.data
    const { operation } = (await post(`/approvals/${approval.id}/approve`, second)).body.data
    await post(`/operations/${operation.id}/cancel`, first)
    platform.driver.failing = null
    expect((await platform.ended(first, operation.id)).status).toBe('cancelled')
    clock.move(73 * 3600)
    first = (await platform.signIn()).access_token
    const late = await post(`/operations/${operation.id}/retry`, first)
    expect(late.status).toBe(403)
    expect(late.body.errors[0]).toMatchObject({ code: 'approval_required', details: { approval_id: approval.id } })
    second = (await secondPerson(platform, first)).access_token
  })

  it('lists by status and kind, newest first', async () => {
    const { approval } = (await close()).body.data
    const pending = (await get('/approvals?status=pending&kind=tenant-close', second)).body
    expect(pending.data[0]).toMatchObject({ id: approval.id, tenant_slug: slug, advice: null })
    expect(new Set(pending.data.map((item: { status: string }) => item.status))).toEqual(new Set(['pending']))
    expect((await get('/approvals?kind=tenant-move', second)).body.meta.total).toBe(0)
  })

  describe('races', { retry: 0 }, () => {
    it('of twenty approvals at once exactly one starts the operation', async () => {
      const { approval } = (await close()).body.data
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(`/approvals/${approval.id}/approve`, second)))
      expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1)
      expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19)
      expect(await operationsOf('tenant-close')).toHaveLength(1)
    })

    it('approval, rejection and withdrawal at once end in one of them', async () => {
      const { approval } = (await close()).body.data
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () => post(`/approvals/${approval.id}/approve`, second)),
        ...Array.from({ length: 5 }, () => post(`/approvals/${approval.id}/reject`, second, { reason: 'not now' })),
        ...Array.from({ length: 5 }, () => post(`/approvals/${approval.id}/withdraw`, first)),
      ])
      expect(answers.filter((answer) => answer.status < 300)).toHaveLength(1)
      const { status, operation_id } = (await get(`/approvals/${approval.id}`, second)).body.data
      expect(status === 'approved').toBe(operation_id !== null)
      expect(await operationsOf('tenant-close')).toHaveLength(operation_id ? 1 : 0)
    })

    it('of twenty requests at once one is open', async () => {
      // how long a request holds has to be asked for, in the middle of their transactions
      platform.app.get(PlatformSettings).forget()
      const answers = await Promise.all(Array.from({ length: 20 }, () => close()))
      const told = answers.map(({ status, body }) => (status === 202 ? 'open' : body.errors[0].code)).sort()
      expect(told).toEqual([...Array.from({ length: 19 }, () => 'already_exists'), 'open'])
    })
  })
})
