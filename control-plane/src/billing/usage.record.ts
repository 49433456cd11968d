import type { PlaneHealth } from '@cityos/contract'
import { Prisma } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'

/**
 * Keeps what a data plane measured of its hours. An hour it measured later stands: a doubled or overtaken report changes
 * nothing, and a missed one is made good by the next.
 */
export async function recordMeter(db: Db, tenantId: string, meter: NonNullable<PlaneHealth['meter']>): Promise<void> {
  const measuredAt = new Date(meter.measured_at)
  const rows = meter.hours.flatMap((figures) => {
    const hour = new Date(figures.hour)
    const of = (metric: string, quantity: number) => Prisma.sql`(${tenantId}, ${metric}, ${hour}, ${BigInt(quantity)}, ${measuredAt})`
    return [
      of('orders', figures.orders),
      of('gmv_amount', figures.gmv_amount),
      ...(figures.storage_mb === null ? [] : [of('storage_mb', figures.storage_mb)]),
    ]
  })
  if (rows.length === 0) return
  await db.$executeRaw`
    INSERT INTO usage_hour (tenant_id, metric, hour, quantity, measured_at) VALUES ${Prisma.join(rows)}
    ON CONFLICT (tenant_id, metric, hour) DO UPDATE SET quantity = excluded.quantity, measured_at = excluded.measured_at
    WHERE usage_hour.measured_at < excluded.measured_at`
}

/**
 * Brings every period's use up to its hours: what changed since it was last rolled up, and nothing twice. An hour belongs
 * to the period in which it ends. Orders and sales add up, storage counts by its peak.
 * @param tenantId only this tenant; null for all, in one statement
 * @returns how many figures of periods were written
 */
export async function rollUp(db: Db, tenantId: string | null, now: Date): Promise<number> {
  const own = tenantId === null ? Prisma.empty : Prisma.sql`AND h.tenant_id = ${tenantId}`
  return db.$executeRaw`
    WITH changed AS (
      SELECT h.tenant_id, h.metric, h.hour, h.quantity, h.rolled_quantity, p.no
      FROM usage_hour h JOIN subscription_period p ON p.tenant_id = h.tenant_id
        AND h.hour + interval '1 hour' > p.starts_at AND h.hour + interval '1 hour' <= p.ends_at
      WHERE h.rolled_quantity <> h.quantity ${own} FOR UPDATE OF h
    ), moved AS (
      UPDATE usage_hour u SET rolled_quantity = c.quantity FROM changed c
      WHERE u.tenant_id = c.tenant_id AND u.metric = c.metric AND u.hour = c.hour
    )
    INSERT INTO tenant_usage (tenant_id, metric, period_no, used, quota, updated_at)
    SELECT c.tenant_id, c.metric, c.no,
      CASE WHEN c.metric = 'storage_mb' THEN max(c.quantity) ELSE sum(c.quantity - c.rolled_quantity) END,
      max(CASE c.metric WHEN 'orders' THEN (v.limits ->> 'orders_month')::bigint WHEN 'storage_mb' THEN (v.limits ->> 'storage_mb')::bigint END),
      ${now}
    FROM changed c JOIN subscription s ON s.tenant_id = c.tenant_id
      JOIN plan_version v ON v.plan_code = s.plan_code AND v.version = s.plan_version
    GROUP BY c.tenant_id, c.metric, c.no
    ON CONFLICT (tenant_id, metric, period_no) DO UPDATE SET updated_at = excluded.updated_at, quota = excluded.quota,
      used = CASE WHEN excluded.metric = 'storage_mb' THEN greatest(tenant_usage.used, excluded.used) ELSE tenant_usage.used + excluded.used END`
}
