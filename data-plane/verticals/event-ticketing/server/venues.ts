import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../../platform/managed/managed-rows.ts'
import { type VenueInput, venueNoun } from '../contract.ts'

/** Venues of an organiser. */
@Injectable()
export class Venues extends ManagedRows<'event_venue', typeof venueNoun> {
  constructor(parts: ManagedParts) {
    super(parts, venueNoun, {
      table: 'event_venue',
      entity: 'event.venue',
      prefix: 'evv',
      owner: { column: 'vendor_id' },
      order: ['-created_at', 'handle'],
      search: 'name',
      keepsRemoved: true,
    })
  }

  /** Lists of the shop filter events by the city of their venue. */
  protected override async written(
    tx: Tx,
    _ctx: RequestContext,
    row: { id: string; city: string },
    input: Partial<VenueInput> | null,
  ): Promise<void> {
    if (input === null) {
      const used = await tx
        .selectFrom('event_event')
        .select('id')
        .where('venue_id', '=', row.id)
        .where('deleted_at', 'is', null)
        .limit(1)
        .executeTakeFirst()
      if (used) throw new DomainError('validation_failed', { details: { rule: 'venue_in_use' } })
      return
    }
    if (input.city !== undefined) await tx.updateTable('event_event').set({ city: row.city }).where('venue_id', '=', row.id).execute()
  }

  protected override async further(db: Tx, _ctx: RequestContext, rows: readonly { id: string }[]) {
    const ids = rows.map((row) => row.id)
    const { rows: counts } = await sql<{ id: string; events: number }>`
      SELECT venue_id AS id, count(*)::int AS events FROM event_event
      WHERE venue_id = ANY (${ids}::text[]) AND deleted_at IS NULL AND status NOT IN ('finished', 'cancelled') GROUP BY venue_id`.execute(
      db,
    )
    const found = new Map(counts.map((row) => [row.id, row.events]))
    return new Map(ids.map((id) => [id, { events: found.get(id) ?? 0 }]))
  }
}
