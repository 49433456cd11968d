import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillFleet } from '../testing/fleet.ts'
import { TestPlatform } from '../testing/platform.ts'
import { type RecordedQuery, recorded } from '../testing/query-recorder.ts'
import { defaultThresholds } from './gate.contract.ts'

/** Lists of a large fleet's upgrades: a page of each comes from an index, however many rows there are. */

let platform: TestPlatform
let token: string
let owner: pg.Client
const tenants = 10_000

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  const made = (await platform.createTenant(token, 'souq')).body.data
  await platform.ended(token, made.operation.id)
  owner = new pg.Client({ connectionString: platform.binding.database.url })
  await owner.connect()
  await fillFleet(owner, made.tenant.id, tenants)
  await fillRollouts()
}, 120_000)
afterAll(async () => {
  await owner?.end()
  await platform?.stop()
})

async function fillRollouts(): Promise<void> {
  await owner.query(
    `INSERT INTO release SELECT (jsonb_populate_record(r, jsonb_build_object('version', 'v' || n, 'is_current', false, 'is_platform', false,
       'created_at', r.created_at - make_interval(hours => n)))).* FROM release r, generate_series(1, 2000) n WHERE r.is_current`,
  )
  await owner.query(
    `INSERT INTO rollout (id, to_release, status, rings, soak_seconds, parallel, rehearse, control_share, thresholds, requested_by,
       correlation_id, created_at, started_at, finished_at)
     SELECT 'rlt_' || n, 'v' || n % 500, (ARRAY['succeeded','rolled_back'])[1 + n % 2], ARRAY['rest'], 60, 4, true, 0.05, $1, 'system:test',
       'test', now() - make_interval(hours => n), now() - make_interval(hours => n), now() - make_interval(hours => n)
     FROM generate_series(1, 3000) n`,
    [JSON.stringify(defaultThresholds)],
  )
  await owner.query(
    `INSERT INTO rollout_tenant (rollout_id, tenant_id, slug, ring, control, status, from_release)
     SELECT 'rlt_' || l, t.id, t.slug, 1 + (random() * 5)::int, t.id < 'tnt_01fleet000500', (ARRAY['upgraded','upgraded','upgraded','failed'])[(1 + t.n % 4)::int], 'v1'
     FROM (SELECT id, slug, row_number() OVER () AS n FROM tenant WHERE id LIKE 'tnt_01fleet%') t, generate_series(1, 4) l`,
  )
  await owner.query(
    `INSERT INTO rollout_event (rollout_id, at, kind, ring, tenant_id, tenant_slug, parameters, message)
     SELECT 'rlt_' || 1 + n % 4, now(), (ARRAY['gate_looked','tenant_upgraded'])[1 + n % 2], 'rest', 'tnt_01fleet' || lpad((1 + n % 9999)::text, 6, '0'),
       'fleet-' || n, '{}', 'something' FROM generate_series(1, 60000) n`,
  )
  await owner.query('ANALYZE release, rollout, rollout_tenant, rollout_event')
}

/** The plans of the queries that read a page of this table. */
async function plansOf(path: string, table: string): Promise<string[]> {
  const { result, queries } = await recorded(path, () => platform.request('GET', `/api/v1/${path}`, { token }))
  expect([result.status, result.body?.errors ?? []]).toEqual([200, []])
  const pages = queries.filter(
    ({ sql }) => sql.startsWith('SELECT') && sql.includes('LIMIT') && new RegExp(`FROM "(public"\\.")?${table}"`).test(sql),
  )
  expect(pages.length, `no page of ${table} was read`).toBeGreaterThan(0)
  return Promise.all(pages.map(explain))
}

async function explain({ sql, values }: RecordedQuery): Promise<string> {
  const { rows } = await owner.query<{ 'QUERY PLAN': string }>({ text: `EXPLAIN ${sql}`, values })
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

describe('of a large fleet', () => {
  it.each([
    ['releases', 'release'],
    ['releases?order=created_at&offset=40', 'release'],
    ['releases?status=available', 'release'],
    ['rollouts', 'rollout'],
    ['rollouts?offset=60', 'rollout'],
    ['rollouts?status=rolled_back', 'rollout'],
    ['rollouts?to=v77', 'rollout'],
    ['rollouts?active=true', 'rollout'],
    ['rollouts/rlt_2/tenants', 'rollout_tenant'],
    ['rollouts/rlt_2/tenants?offset=200', 'rollout_tenant'],
    ['rollouts/rlt_2/tenants?ring=3', 'rollout_tenant'],
    ['rollouts/rlt_2/tenants?status=failed', 'rollout_tenant'],
    ['rollouts/rlt_2/tenants?control=true', 'rollout_tenant'],
    ['rollouts/rlt_2/tenants?q=fleet-47', 'rollout_tenant'],
    ['rollouts/rlt_2/events', 'rollout_event'],
    ['rollouts/rlt_2/events?order=sequence', 'rollout_event'],
    ['rollouts/rlt_2/events?kind=gate_looked', 'rollout_event'],
    ['rollouts/rlt_2/events?tenant_id=tnt_01fleet004711', 'rollout_event'],
  ])('a page of %s comes from an index', async (path, table) => {
    for (const plan of await plansOf(path, table)) {
      expect(plan).toMatch(/Index (Only )?Scan/)
      expect(plan).not.toContain('Seq Scan')
    }
  })
})
