import { DomainError, type I18nText, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { requireWritable } from '../../../core/catalogue/manage/scope.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import type { CancellationPolicy, CancellationTier, vendorCreatePolicy, vendorListPolicies, vendorUpdatePolicy } from '../contract.ts'

/** Cancellation policies of a vendor; what is sold keeps the tiers it was sold with. */
@Injectable()
export class Policies {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof vendorListPolicies>['query']): Promise<Output<typeof vendorListPolicies>> {
    const vendorId = vendorOf(ctx)
    const own = this.database.read.selectFrom('booking_policy').where('vendor_id', '=', vendorId).where('deleted_at', 'is', null)
    const [{ count }, rows] = await Promise.all([
      own.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
      own.select('id').orderBy('created_at').orderBy('id').limit(query.limit).offset(query.offset).execute(),
    ])
    return { total: Number(count), items: await Promise.all(rows.map((row) => this.one(this.database.read, row.id))) }
  }

  async create(ctx: RequestContext, body: Input<typeof vendorCreatePolicy>['body']): Promise<CancellationPolicy> {
    const vendorId = vendorOf(ctx)
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      const now = this.clock.now()
      const id = newId('bpo')
      await tx
        .insertInto('booking_policy')
        .values({ id, vendor_id: vendorId, name: jsonb(body.name), tiers: jsonb(body.tiers), created_at: now, updated_at: now })
        .execute()
      await audit(tx, ctx, { action: 'booking_policy.create', resource: { type: 'booking_policy', id }, after: { tiers: body.tiers } })
      return this.one(tx, id)
    })
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof vendorUpdatePolicy>['body']): Promise<CancellationPolicy> {
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      const changed = await tx
        .updateTable('booking_policy')
        .set((eb) => ({
          ...(body.name ? { name: jsonb(body.name) } : {}),
          ...(body.tiers ? { tiers: jsonb(body.tiers) } : {}),
          updated_at: this.clock.now(),
          version: eb('version', '+', 1),
        }))
        .where('id', '=', id)
        .where('vendor_id', '=', vendorOf(ctx))
        .returning('id')
        .executeTakeFirst()
      if (!changed) throw new DomainError('not_found')
      await audit(tx, ctx, { action: 'booking_policy.update', resource: { type: 'booking_policy', id }, after: body })
      return this.one(tx, id)
    })
  }

  private async one(db: Tx, id: string): Promise<CancellationPolicy> {
    const row = await db
      .selectFrom('booking_policy as p')
      .select(['p.id', 'p.name', 'p.tiers', 'p.version'])
      .select((eb) =>
        eb
          .selectFrom('booking_offering as o')
          .select(eb.fn.countAll<number>().as('count'))
          .whereRef('o.cancellation_policy_id', '=', 'p.id')
          .as('offering_count'),
      )
      .where('p.id', '=', id)
      .executeTakeFirstOrThrow()
    return {
      id: row.id,
      name: row.name as I18nText,
      tiers: row.tiers as CancellationTier[],
      offering_count: Number(row.offering_count),
      version: row.version,
    }
  }
}

function vendorOf(ctx: RequestContext): string {
  if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
  return ctx.actor.vendorId
}
