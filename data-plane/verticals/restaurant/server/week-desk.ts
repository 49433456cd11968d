import { DomainError, type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import type { setOpeningHours, WeekHours } from '../contract.ts'
import { minuteOfDay } from '../rules.ts'
import { Directory } from './directory.ts'
import { Venues } from './venues.ts'

type Days = Input<typeof setOpeningHours>['body']['days']

/** The week of a restaurant, replaced as a whole. */
@Injectable()
export class WeekDesk {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly venues: Venues,
    private readonly directory: Directory,
  ) {}

  async get(ctx: RequestContext, restaurantId: string): Promise<WeekHours> {
    await this.venues.get(ctx, restaurantId)
    const rows = await this.database.read
      .selectFrom('restaurant_opening_hours')
      .select(['service', 'weekday', 'opens_at', 'closes_at'])
      .where('restaurant_id', '=', restaurantId)
      .orderBy('service')
      .orderBy('weekday')
      .orderBy('opens_at')
      .execute()
    const days = Map.groupBy(rows, (row) => `${row.service} ${row.weekday}`)
    return {
      restaurant_id: restaurantId,
      days: [...days.values()].map((windows) => ({
        service: windows[0]!.service as WeekHours['days'][number]['service'],
        weekday: windows[0]!.weekday,
        windows: windows.map(({ opens_at, closes_at }) => ({ opens_at, closes_at })),
      })),
    }
  }

  /** @throws DomainError validation_failed for windows of a day that overlap */
  async set(ctx: RequestContext, restaurantId: string, days: Days): Promise<WeekHours> {
    for (const day of days) requireApart(day)
    await this.database.transaction(async (tx) => {
      const { version } = await this.venues.lock(tx, ctx, restaurantId)
      const now = this.clock.now()
      await tx.deleteFrom('restaurant_opening_hours').where('restaurant_id', '=', restaurantId).execute()
      const rows = days.flatMap(({ service, weekday, windows }) =>
        windows.map((window) => ({
          id: newId('roh'),
          restaurant_id: restaurantId,
          service,
          weekday,
          ...window,
          created_at: now,
          updated_at: now,
        })),
      )
      if (rows.length > 0) await tx.insertInto('restaurant_opening_hours').values(rows).execute()
      await tx
        .updateTable('restaurant')
        .set({ version: version + 1, updated_at: now })
        .where('id', '=', restaurantId)
        .execute()
      await appendEvent(tx, {
        type: 'restaurant.restaurant.hours_changed',
        aggregate: { type: 'restaurant', id: restaurantId, version: version + 1 },
        payload: { id: restaurantId },
        ctx,
      })
      await audit(tx, ctx, { action: 'restaurant.set-hours', resource: { type: 'restaurant', id: restaurantId }, after: { days } })
    })
    await this.directory.changed()
    return this.get(ctx, restaurantId)
  }
}

function requireApart(day: Days[number]): void {
  const spans = day.windows
    .map(({ opens_at, closes_at }) => ({ from: minuteOfDay(opens_at), to: minuteOfDay(closes_at) }))
    .map(({ from, to }) => ({ from, to: to <= from ? to + 1440 : to }))
    .sort((a, b) => a.from - b.from)
  const clash = spans.some((span, index) => index > 0 && span.from < spans[index - 1]!.to)
  if (clash)
    throw new DomainError('validation_failed', {
      field: 'days',
      details: { reason: 'overlap', service: day.service, weekday: day.weekday },
    })
}
