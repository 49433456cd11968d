import type { PlaneHealth } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'

/** Milliseconds between two measurements while nothing asks for one sooner. */
const every = 5 * 60_000
/** The first measurement of a process reaches back over a billing period: what an earlier one could not tell is told now. */
const firstReach = 31 * 86_400_000
/** Later ones overlap the one before, for orders that were still being paid for. */
const overlap = 2 * 3_600_000
const hour = 3_600_000
const megabyte = 1_048_576

/**
 * What the tenant used, by the hour, counted anew from its own rows each time: the control plane keeps the latest count of
 * an hour, so that a report that is lost, late or doubled changes no invoice.
 */
@Injectable()
export class UsageMeter {
  #measuredAt = 0
  #acknowledged: number | null = null

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @param last measure also when the last time is not long ago: nothing will be measured for a while */
  async measure(last: boolean): Promise<PlaneHealth['meter']> {
    const now = this.clock.now().getTime()
    if (!last && Math.abs(now - this.#measuredAt) < every) return undefined
    this.#measuredAt = now
    const thisHour = Math.floor(now / hour) * hour
    const since = this.#acknowledged === null ? thisHour - firstReach : Math.min(this.#acknowledged, now) - overlap
    const from = new Date(Math.floor(since / hour) * hour)
    const { rows } = await sql<{ hour: Date; orders: number; gmv_amount: number }>`
      select date_trunc('hour', placed_at, 'UTC') as hour, count(*)::int as orders, coalesce(sum(total_amount), 0) as gmv_amount
      from "order" where checkout_failed_at is null and placed_at >= ${from} group by 1`.execute(this.database.read)
    const usage = await this.database.read.selectFrom('file_usage').select('used_bytes').where('id', '=', 'tenant').executeTakeFirst()
    const found = new Map(rows.map((row) => [row.hour.getTime(), row]))
    // An hour whose orders all fell through is told too: it was told otherwise before.
    for (let at = Math.max(from.getTime(), thisHour - 2 * overlap); at <= thisHour; at += hour) {
      if (!found.has(at)) found.set(at, { hour: new Date(at), orders: 0, gmv_amount: 0 })
    }
    const storage = Math.ceil(Number(usage?.used_bytes ?? 0) / megabyte)
    return {
      measured_at: new Date(now).toISOString(),
      hours: [...found.values()]
        .sort((a, b) => a.hour.getTime() - b.hour.getTime())
        .slice(-800)
        .map((row) => ({
          hour: row.hour.toISOString(),
          orders: row.orders,
          gmv_amount: Number(row.gmv_amount),
          storage_mb: row.hour.getTime() === thisHour ? storage : null,
        })),
    }
  }

  /** The control plane has it: the next measurement begins from here. */
  acknowledge(meter: NonNullable<PlaneHealth['meter']>): void {
    this.#acknowledged = Date.parse(meter.measured_at)
  }

  /** It did not arrive: measure again with the next report. */
  lost(): void {
    this.#measuredAt = 0
  }
}
