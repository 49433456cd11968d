import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { listWaitingEntries, ManagedWaitingEntry } from '../contract.ts'
import { masked } from './attendees.ts'
import { lockEvent, vendorScope } from './managed-events.ts'
import { totalOf } from './total.ts'

type EntryRow = Selectable<DB['event_waiting_entry']>

/** The waiting list as its organiser sees it. */
@Injectable()
export class WaitingAdmin {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
  ) {}

  async list(
    ctx: RequestContext,
    eventId: string,
    query: Input<typeof listWaitingEntries>['query'],
  ): Promise<Output<typeof listWaitingEntries>> {
    const event = await this.database.read.selectFrom('event_event').select('vendor_id').where('id', '=', eventId).executeTakeFirst()
    const vendorId = vendorScope(ctx)
    if (!event || (vendorId !== null && event.vendor_id !== vendorId)) throw new DomainError('not_found')
    const status = query.status ? sql`AND status = ${query.status}` : sql``
    const found = sql`FROM event_waiting_entry WHERE event_id = ${eventId} ${status}`
    const { rows } =
      await sql<EntryRow>`SELECT * ${found} ORDER BY priority DESC, created_at, id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(
        this.database.read,
      )
    return { items: rows.map((row) => this.shape(row)), total: await totalOf(this.database.read, found) }
  }

  async prioritise(ctx: RequestContext, id: string, priority: number): Promise<ManagedWaitingEntry> {
    const found = await this.database.read.selectFrom('event_waiting_entry').select('event_id').where('id', '=', id).executeTakeFirst()
    if (!found) throw new DomainError('not_found')
    return this.database.transaction(async (tx) => {
      await lockEvent(tx, ctx, found.event_id)
      const row = await tx
        .updateTable('event_waiting_entry')
        .set((eb) => ({ priority, updated_at: this.clock.now(), version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .where('status', '=', 'waiting')
        .returningAll()
        .executeTakeFirst()
      if (!row) throw new DomainError('invalid_transition', { details: { entity: 'waiting_list_entry' } })
      return this.shape(row)
    })
  }

  private shape(row: EntryRow): ManagedWaitingEntry {
    return {
      id: row.id,
      ticket_type_id: row.ticket_type_id,
      event_date_id: row.event_date_id,
      email: masked(this.pii.decrypt(row.email)),
      quantity: row.quantity,
      priority: row.priority,
      status: row.status as ManagedWaitingEntry['status'],
      offered_until: row.offered_until?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
    }
  }
}
