import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Prisma } from '../../generated/client.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { fillFleet } from '../testing/fleet.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import type { TenantSearch } from './tenant.contract.ts'
import { tenantFilter, tenantOrder } from './tenant.search.ts'

let platform: TestPlatform
let operator: string
let tenantId: string
let owner: pg.Client

beforeAll(async () => {
  platform = await TestPlatform.start()
  operator = (await platform.signIn()).access_token
  const made = (await platform.createTenant(operator, 'souq')).body.data
  tenantId = made.tenant.id
  await platform.ended(operator, made.operation.id)
  owner = new pg.Client({ connectionString: platform.binding.database.url })
  await owner.connect()
  await fillFleet(owner, tenantId, 10_000)
})
afterAll(async () => {
  await owner.end()
  await platform.stop()
})

const list = async (query: string, token = operator) => (await platform.request('GET', `/api/v1/tenants?${query}`, { token })).body
const slugs = async (query: string) => (await list(query)).data.map((row: { slug: string }) => row.slug) as string[]
const everything = { everything: true, tenants: [], exceptTenants: [], paths: [] }

/** The plan Postgres takes for a page of the list, as one text. */
async function planOf(search: TenantSearch, order?: string): Promise<string> {
  const filter = tenantFilter(everything, search, platform.app.get(Sealing))
  const rows = await platform.app
    .get(Registry)
    .db.$queryRaw<{ 'QUERY PLAN': string }[]>(
      Prisma.sql`EXPLAIN SELECT t.id FROM tenant t WHERE ${filter} ORDER BY ${tenantOrder(order)} LIMIT 20 OFFSET 40`,
    )
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

describe('ten thousand tenants', () => {
  it.each(['slug', 'name', 'status', 'runtime', 'plan', 'release', 'created_at', 'updated_at'])(
    'ordered by %s come from an index, in both directions',
    async (order) => {
      for (const plan of [await planOf({}, order), await planOf({}, `-${order}`)]) {
        expect(plan).toMatch(/Index (Only )?Scan/)
        expect(plan).not.toMatch(/Seq Scan|Sort Key/)
      }
    },
  )

  it.each<[string, TenantSearch, string]>([
    ['text', { q: 'market 4711' }, 'tenant_search'],
    ['a quarantine', { quarantined: 'true' }, 'tenant_quarantined'],
    ['a runtime', { runtime: 'running' }, 'tenant_'],
    ['a status', { status: 'provisioning' }, 'tenant_'],
    ['a plan', { plan: 'none' }, 'tenant_'],
    ['a release', { release: 'none' }, 'tenant_'],
    ['a node', { node_id: 'RUH' }, 'Index'],
  ])('narrowed by %s are found by an index', async (_, search, index) => {
    const plan = await planOf(search)
    expect(plan).toContain(index)
    expect(plan).not.toMatch(/Seq Scan on (tenant|tenant_domain)\b/)
  })

  it('are found by part of an address or of a name in any language, by host and by the owner’s whole address', async () => {
    expect(await slugs('q=fleet-4711')).toEqual(['fleet-4711'])
    expect(await slugs('q=MARKET%204711')).toEqual(['fleet-4711'])
    expect(await slugs(`q=${encodeURIComponent('الصقر 4711')}`)).toEqual(['fleet-4711'])
    expect(await slugs('q=souq.local')).toEqual(['souq'])
    expect((await list('q=owner@souq.test')).meta.total).toBe(10_001)
    expect(await slugs('q=100%25_')).toEqual([])
  })

  it('are narrowed, counted, ordered and paged by the registry', async () => {
    const failed = await list('status=failed&limit=5&order=slug')
    expect(failed.meta.total).toBe(2_500)
    expect(failed.data.map((row: { slug: string }) => row.slug)).toEqual([
      'fleet-1003',
      'fleet-1007',
      'fleet-1011',
      'fleet-1015',
      'fleet-1019',
    ])
    expect((await list('quarantined=true')).meta.total).toBe(50)
    expect((await list('quarantined=false')).meta.total).toBe(9_951)
    const first = await slugs('order=-created_at&limit=3')
    expect(first[0]).toBe('souq')
    expect(await slugs('order=-created_at&limit=2&offset=1')).toEqual(first.slice(1))
  })

  it('leave as CSV to those who may, whole and in the audit trail; what was searched for does not', async () => {
    const file = await platform.request('GET', '/api/v1/exports/tenants?status=closed&q=owner@souq.test', { token: operator })
    expect(file.headers['content-type']).toContain('text/csv')
    expect(file.headers['content-disposition']).toMatch(/tenants-.*\.csv/)
    const lines = file.text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(2_501)
    expect(new Set(lines).size).toBe(2_501)
    expect(file.text).not.toContain('owner@souq.test')
    const { body } = await platform.request('GET', '/api/v1/audit?action=tenant.export', { token: operator })
    expect(body.data[0]).toMatchObject({ changes: { tenants: 2_500, search: { status: 'closed', text: true } } })
    expect(JSON.stringify(body.data[0])).not.toContain('owner@souq.test')
    const viewer = (await secondPerson(platform, operator, 'viewer')).access_token
    expect((await platform.request('GET', '/api/v1/exports/tenants', { token: viewer })).status).toBe(403)
  })
})
