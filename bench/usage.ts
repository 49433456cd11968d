import { rollUpSql } from '@cityos/control-plane/billing/roll-up'
import { platformUrl } from '@cityos/provisioning/local/addresses'
import pg from 'pg'
import type { Figure } from './report.ts'

const tenants = 10_000
/** Hours that every tenant has reported before; the measured roll-up takes in one more. */
const hours = 24

/**
 * One hourly roll-up of 10,000 tenants, three metrics each, in the platform's own registry; everything it writes for that
 * is rolled back. `wall` is what the statement takes; nothing else of the control plane takes part in it.
 */
export async function measureRollUp(dataDir: string): Promise<Figure[]> {
  const client = new pg.Client(platformUrl(dataDir, 'cityos_registry'))
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query(fill, [tenants])
    await client.query(report, [hours])
    await client.query('ANALYZE usage_hour')
    await client.query(rollUpSql, [null, new Date()])
    await client.query(report, [hours + 1])
    const started = performance.now()
    const { rowCount } = await client.query(rollUpSql, [null, new Date()])
    const took = performance.now() - started
    const again = performance.now()
    await client.query(rollUpSql, [null, new Date()])
    const repeated = performance.now() - again
    if (rowCount !== tenants * 3) throw new Error(`${rowCount} figures were rolled up, not ${tenants * 3}`)
    const group = `hourly roll-up of ${tenants} tenants, 3 metrics`
    return [
      { group, name: 'one statement', value: took, unit: 'ms' },
      { group, name: 'repeated, nothing to do', value: repeated, unit: 'ms' },
    ]
  } finally {
    await client.query('ROLLBACK').catch(() => undefined)
    await client.end()
  }
}

/** Tenants on the default plan, in a period that began a month ago. */
const fill = `
WITH plan AS (SELECT code, version, price_amount, currency_code FROM plan WHERE is_default), made AS (
  INSERT INTO tenant (id, slug, name, status, plan_code, owner_sealed, owner_index, verticals, locales, default_locale, currencies,
    default_currency, timezone, country, theme, release, driver, region, seed, test, created_at, updated_at)
  SELECT 'tnt_bench' || n, 'bench-' || n, '{}', 'active', plan.code, '', '', '{}', '{en}', 'en', '{SAR}', 'SAR', 'UTC', 'SA', '{}', '', 'local',
    'bench', false, true, now(), now() FROM plan, generate_series(1, $1::int) n RETURNING id
), held AS (
  INSERT INTO subscription (tenant_id, plan_code, plan_version, price_amount, currency_code, anchor_at, period_start, period_end, started_at)
  SELECT made.id, plan.code, plan.version, plan.price_amount, plan.currency_code, now() - interval '20 days', now() - interval '20 days',
    now() + interval '10 days', now() - interval '20 days' FROM made, plan RETURNING tenant_id, period_start, period_end
)
INSERT INTO subscription_period (tenant_id, no, starts_at, ends_at) SELECT tenant_id, 1, period_start, period_end FROM held`

/** What every tenant measured up to $1 hours ago counted from the first. */
const report = `
INSERT INTO usage_hour (tenant_id, metric, hour, quantity, measured_at)
SELECT 'tnt_bench' || n, metric, date_trunc('hour', now() - interval '19 days', 'UTC') + h * interval '1 hour', n % 97 + h + 1, now()
FROM generate_series(1, ${tenants}) n, generate_series(1, $1::int) h, unnest(ARRAY['orders', 'gmv_amount', 'storage_mb']) metric
ON CONFLICT DO NOTHING`
