import { DomainError, type I18nText, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { requireWritable } from '../../../core/catalogue/manage/scope.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { newSecret } from '../../../platform/credential/secret.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/append-event.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { adminListProviders, Provider, ProviderInput, ProviderPatch } from '../contract.ts'
import { BookingViews } from './booking-views.ts'

interface Row {
  id: string
  vendor_id: string
  user_id: string | null
  name: I18nText
  kind: Provider['kind']
  timezone: string
  priority: number
  weight: number
  gender: Provider['gender']
  active: boolean
  picture: { key: string; width: number; height: number } | null
  verification: Provider['verification']
  verification_note: string | null
  version: number
  created_at: Date
  vendor_handle: string
  vendor_name: I18nText
  offering_count: number
}

/** People, rooms and equipment that are booked: the vendor keeps them, staff verifies them. */
@Injectable()
export class Providers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly views: BookingViews,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof adminListProviders>['query']): Promise<Output<typeof adminListProviders>> {
    let wanted = this.database.read.selectFrom('booking_provider as p').where('p.deleted_at', 'is', null)
    const vendorId = ctx.actor.kind === 'vendor' ? ctx.actor.vendorId : query.vendor_id
    if (vendorId) wanted = wanted.where('p.vendor_id', '=', vendorId)
    if (query.kind) wanted = wanted.where('p.kind', '=', query.kind)
    if (query.active !== undefined) wanted = wanted.where('p.active', '=', query.active)
    if (query.verification) wanted = wanted.where('p.verification', '=', query.verification)
    const [{ count }, rows] = await Promise.all([
      wanted.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
      wanted.select('p.id').orderBy('p.created_at').orderBy('p.id').limit(query.limit).offset(query.offset).execute(),
    ])
    const found = await this.read(
      this.database.read,
      rows.map((row) => row.id),
    )
    const byId = new Map(found.map((row) => [row.id, row]))
    return { total: Number(count), items: rows.map((row) => this.view(ctx, byId.get(row.id)!)) }
  }

  async get(ctx: RequestContext, id: string): Promise<Provider> {
    await this.own(this.database.read, ctx, id)
    return this.one(ctx, id, this.database.read)
  }

  async create(ctx: RequestContext, body: ProviderInput): Promise<Provider> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
    const vendorId = ctx.actor.vendorId
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      await this.requireUser(tx, vendorId, body.user_id)
      const now = this.clock.now()
      const id = newId('bpr')
      await tx
        .insertInto('booking_provider')
        .values({ id, vendor_id: vendorId, ...body, name: jsonb(body.name), created_at: now, updated_at: now })
        .execute()
      await audit(tx, ctx, { action: 'booking_provider.create', resource: { type: 'booking_provider', id }, after: { kind: body.kind } })
      return this.one(ctx, id, tx)
    })
  }

  async update(ctx: RequestContext, id: string, patch: ProviderPatch): Promise<Provider> {
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      const before = await this.own(tx, ctx, id)
      await this.requireUser(tx, before.vendor_id, patch.user_id)
      const { name, ...plain } = patch
      await tx
        .updateTable('booking_provider')
        .set((eb) => ({ ...plain, ...(name ? { name: jsonb(name) } : {}), updated_at: this.clock.now(), version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute()
      await audit(tx, ctx, {
        action: 'booking_provider.update',
        resource: { type: 'booking_provider', id },
        after: { fields: Object.keys(patch) },
      })
      return this.one(ctx, id, tx)
    })
  }

  /** K4 on the verification. @throws DomainError invalid_transition when it is that already */
  async judge(ctx: RequestContext, id: string, to: 'verified' | 'rejected', note: string | null): Promise<Provider> {
    return this.database.transaction(async (tx) => {
      const before = await this.own(tx, ctx, id)
      const changed = await tx
        .updateTable('booking_provider')
        .set((eb) => ({ verification: to, verification_note: note, updated_at: this.clock.now(), version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .where('verification', '<>', to)
        .returning(['version', 'vendor_id'])
        .executeTakeFirst()
      if (!changed) throw new DomainError('invalid_transition', { details: { entity: 'booking_provider', status: before.verification } })
      await appendEvent(tx, {
        type: `booking.provider.${to}`,
        aggregate: { type: 'booking_provider', id, version: changed.version },
        payload: { id, vendor_id: changed.vendor_id },
        ctx,
      })
      const action = to === 'verified' ? 'booking_provider.verify' : 'booking_provider.reject'
      await audit(tx, ctx, { action, resource: { type: 'booking_provider', id }, reason: note ?? undefined })
      return this.one(ctx, id, tx)
    })
  }

  /** Secret of the provider's calendar feed, made when first asked for. */
  async feedSecret(ctx: RequestContext, id: string, renew: boolean): Promise<string> {
    return this.database.transaction(async (tx) => {
      await this.own(tx, ctx, id)
      const row = await tx.selectFrom('booking_provider').select('feed_secret').where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
      if (row.feed_secret && !renew) return this.pii.decrypt(row.feed_secret)
      const secret = newSecret()
      await tx
        .updateTable('booking_provider')
        .set({ feed_secret: this.pii.encrypt(secret), feed_secret_index: this.pii.index('token', secret), updated_at: this.clock.now() })
        .where('id', '=', id)
        .execute()
      if (renew) await audit(tx, ctx, { action: 'booking_provider.rotate-feed', resource: { type: 'booking_provider', id } })
      return secret
    })
  }

  /** A vendor's own; anybody's for staff. @throws DomainError not_found */
  async own(db: Tx, ctx: RequestContext, id: string) {
    let query = db
      .selectFrom('booking_provider')
      .select(['id', 'vendor_id', 'timezone', 'verification'])
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
    if (ctx.actor.kind === 'vendor') query = query.where('vendor_id', '=', ctx.actor.vendorId)
    const row = await query.executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  private async requireUser(tx: Tx, vendorId: string, userId: string | null | undefined): Promise<void> {
    if (!userId) return
    const user = await tx
      .selectFrom('vendor_user')
      .select('id')
      .where('id', '=', userId)
      .where('vendor_id', '=', vendorId)
      .executeTakeFirst()
    if (!user)
      throw new DomainError('validation_failed', { field: 'user_id', details: { fields: [{ field: 'user_id', code: 'unknown' }] } })
  }

  private async one(ctx: RequestContext, id: string, db: Tx): Promise<Provider> {
    const [row] = await this.read(db, [id])
    return this.view(ctx, row!)
  }

  private async read(db: Tx, ids: readonly string[]): Promise<Row[]> {
    if (ids.length === 0) return []
    const rows = await db
      .selectFrom('booking_provider as p')
      .innerJoin('vendor as v', 'v.id', 'p.vendor_id')
      .selectAll('p')
      .select(['v.handle as vendor_handle', 'v.name as vendor_name'])
      .select((eb) =>
        eb
          .selectFrom('booking_offering_provider as op')
          .select(eb.fn.countAll<number>().as('count'))
          .whereRef('op.provider_id', '=', 'p.id')
          .as('offering_count'),
      )
      .where('p.id', 'in', [...ids])
      .execute()
    return rows as unknown as Row[]
  }

  private view(ctx: RequestContext, row: Row): Provider {
    const name = this.views.text(ctx, row.name)
    return {
      id: row.id,
      name: row.name,
      display_name: name,
      kind: row.kind,
      timezone: row.timezone,
      user_id: row.user_id,
      priority: row.priority,
      weight: row.weight,
      gender: row.gender,
      active: row.active,
      vendor: { id: row.vendor_id, handle: row.vendor_handle, name: this.views.text(ctx, row.vendor_name) },
      picture: row.picture && { url: fileUrl(row.picture.key), width: row.picture.width, height: row.picture.height, alt: name },
      verification: row.verification,
      verification_note: row.verification_note,
      offering_count: Number(row.offering_count),
      version: row.version,
      created_at: row.created_at.toISOString(),
    }
  }
}
