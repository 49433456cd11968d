import { RequestContext } from '@cityos/http'
import type { TestDatabase } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Database } from '../db/index.ts'
import { audit } from './audit.ts'
import { AuditChain } from './audit-chain.ts'

let cluster: TestCluster
let tenant: TestDatabase
let platform: TestPlatform
let chain: AuditChain
const ctx = new RequestContext({
  actor: { kind: 'vendor', userId: 'vus_1', vendorId: 'ven_1', role: 'owner', sessionId: 's' },
  ip: '203.0.113.7',
})

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  tenant = await cluster.tenant()
  platform = await cluster.platform(tenant)
  chain = platform.get(AuditChain)
})

const refund = (id: string) =>
  platform.get(Database).transaction((tx) =>
    audit(tx, ctx, {
      action: 'order.refund',
      resource: { type: 'order', id },
      before: { status: 'paid' },
      after: { status: 'refunded', iban: 'SA03', note: 'x' },
      reason: 'broken',
    }),
  )

it('records actor, change and reason, without secrets', async () => {
  await refund('ord_1')
  const entry = await platform.get(Database).read.selectFrom('audit_entry').selectAll().executeTakeFirstOrThrow()
  expect(entry).toMatchObject({
    actor_kind: 'vendor',
    actor_id: 'vus_1',
    action: 'order.refund',
    reason: 'broken',
    after: { status: 'refunded', iban: '[redacted]', note: '[redacted]' },
  })
  expect(entry.actor).toMatchObject({ ip: '203.0.113.7', role: 'owner' })
})

it('links entries right after their commit, also many at once', async () => {
  chain.start()
  await Promise.all(Array.from({ length: 50 }, (_, index) => refund(`ord_${index}`)))
  const links = async () => (await platform.get(Database).read.selectFrom('audit_link').select('position').execute()).length
  await until(async () => (await links()) === 50)
  expect(await chain.verify()).toEqual({ entries: 50, verified: true, broken: null })
})

it.each([
  ['changed', `UPDATE audit_entry SET after = '{"status":"paid"}' WHERE resource_id = 'ord_2'`, 'entry_changed', 2],
  ['removed', `DELETE FROM audit_entry WHERE resource_id = 'ord_2'`, 'entry_missing', 2],
  ['relinked', `UPDATE audit_link SET entry_hash = repeat('a', 64) WHERE position = 3`, 'link_changed', 3],
  ['cut out with its link', `DELETE FROM audit_link WHERE position = 2`, 'link_changed', 2],
] as const)('finds an entry that was %s by the database’s owner', async (_name, tampering, reason, position) => {
  for (const id of ['ord_1', 'ord_2', 'ord_3']) await refund(id)
  await chain.seal()
  await (await cluster.owner(tenant)).query(`SET ROLE cityos_owner; ${tampering}`)
  expect(await chain.verify()).toMatchObject({ verified: false, broken: { reason, position } })
})

it('finds a chain that was cut at its end, by the day’s anchor', async () => {
  for (const id of ['ord_1', 'ord_2', 'ord_3']) await refund(id)
  await chain.anchor()
  const owner = await cluster.owner(tenant)
  await owner.query('SET ROLE cityos_owner')
  await owner.query(`DELETE FROM audit_link WHERE position = 3`)
  await owner.query(`DELETE FROM audit_entry WHERE resource_id = 'ord_3'`)
  expect(await chain.verify()).toMatchObject({ verified: false, broken: { position: 3, reason: 'entry_missing' } })
})
