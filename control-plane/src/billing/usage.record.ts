import type { PlaneHealth } from '@cityos/contract'
import { Prisma } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { rollUpSql } from './roll-up.sql.ts'

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
 * Brings the use of periods up to the hours, of one tenant or (null) of all in one statement; a repeat finds nothing to do.
 * @returns how many figures of periods were written
 */
export function rollUp(db: Db, tenantId: string | null, now: Date): Promise<number> {
  return db.$executeRawUnsafe(rollUpSql, tenantId, now)
}
