import { DomainError, type I18nText, type Input, type Locale, newId, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { audit } from '../../platform/audit/audit.ts'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { secretMatches } from '../../platform/credential/secret.ts'
import { Database, jsonb, type Tx, violates } from '../../platform/db/index.ts'
import { actionsFor, transition } from '../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type {
  createReview,
  listAdminReviews,
  listReviews,
  listVendorReviews,
  ManagedReview,
  Rating,
  Review,
  ReviewState,
} from './contract.ts'
import { reviewLifecycle } from './review.lifecycle.ts'

type Row = Selectable<DB['review']>
type Line = Selectable<DB['order_line']>

/** So long after the service a review may be written (docs/spec/infrastructure.md, review). */
const window = days(60)

/** Reviews of what was bought: one per line, verified by the purchase; vendors answer, staff hide. */
@Injectable()
export class Reviews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  /** @throws DomainError validation_failed when neither a thing nor a vendor is named */
  async list(ctx: RequestContext, query: Input<typeof listReviews>['query']): Promise<Output<typeof listReviews>> {
    let found = this.database.read.selectFrom('review').where('status', '=', 'published')
    if (query.reference_id && query.reference_type)
      found = found.where('reference_type', '=', query.reference_type).where('reference_id', '=', query.reference_id)
    else if (query.vendor_id) found = found.where('vendor_id', '=', query.vendor_id)
    else throw new DomainError('validation_failed', { field: 'reference_id' })
    if (query.rating) found = found.where('rating', '=', query.rating)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found.selectAll().orderBy('created_at', 'desc').orderBy('id').limit(query.limit).offset(query.offset).execute()
    return { total: Number(count), items: rows.map((row) => this.view(ctx, row)) }
  }

  async rating(type: string, id: string): Promise<Rating> {
    const row = await this.database.read
      .selectFrom('review_rating')
      .select(['count', 'sum'])
      .where('reference_type', '=', type)
      .where('reference_id', '=', id)
      .executeTakeFirst()
    return { count: row?.count ?? 0, average: row && row.count > 0 ? Math.round((row.sum * 10) / row.count) / 10 : null }
  }

  async state(ctx: RequestContext, lineId: string, token: string | undefined): Promise<ReviewState> {
    const line = await this.ownLine(ctx, lineId, token)
    if (!line) return { review: null, refusal: 'purchase_required' }
    const row = await this.database.read.selectFrom('review').selectAll().where('order_line_id', '=', lineId).executeTakeFirst()
    if (row) return { review: this.view(ctx, row), refusal: 'already_reviewed' }
    return { review: null, refusal: this.refusalOf(line) }
  }

  /** @throws DomainError purchase_required | not_completed_yet | review_window_closed | already_reviewed */
  async create(ctx: RequestContext, lineId: string, token: string | undefined, body: Input<typeof createReview>['body']): Promise<Review> {
    const line = await this.ownLine(ctx, lineId, token)
    const refusal = line ? this.refusalOf(line) : 'purchase_required'
    if (!line || refusal) throw new DomainError(refusal ?? 'purchase_required')
    const now = this.clock.now()
    const row: Row = {
      id: newId('rvw'),
      order_line_id: line.id,
      order_id: line.order_id,
      vendor_id: line.vendor_id,
      customer_id: ctx.actor.kind === 'customer' ? ctx.actor.id : null,
      vertical: line.vertical,
      reference_type: line.reference_type,
      reference_id: line.reference_id,
      title: line.title,
      rating: body.rating,
      text: body.text ?? null,
      author_name: this.pii.encryptOptional(body.author),
      locale: ctx.locale,
      status: 'published',
      hidden_reason: null,
      reply: null,
      replied_at: null,
      created_at: now,
      updated_at: now,
      version: 0,
    }
    await this.database
      .transaction(async (tx) => {
        await tx
          .insertInto('review')
          .values({ ...row, title: jsonb(row.title) })
          .execute()
        await this.count(tx, row, 1, now)
        await appendEvent(tx, {
          type: 'review.review.published',
          aggregate: { type: 'review', id: row.id, version: 0 },
          payload: { id: row.id, order_line_id: line.id, vendor_id: line.vendor_id, rating: row.rating },
          ctx,
        })
      })
      .catch((error: unknown) => {
        // K5: one per line, also of two at once
        if (violates(error, '23505', 'review_order_line_id_key')) throw new DomainError('already_reviewed')
        throw error
      })
    return this.view(ctx, row)
  }

  async listOwn(
    ctx: RequestContext,
    vendorId: string,
    query: Input<typeof listVendorReviews>['query'],
  ): Promise<Output<typeof listVendorReviews>> {
    let found = reviewsOf(this.database).where('vendor_id', '=', vendorId)
    if (query.rating) found = found.where('rating', '=', query.rating)
    return this.page(ctx, found, query)
  }

  async listAll(ctx: RequestContext, query: Input<typeof listAdminReviews>['query']): Promise<Output<typeof listAdminReviews>> {
    let found = reviewsOf(this.database)
    if (query.vendor_id) found = found.where('vendor_id', '=', query.vendor_id)
    if (query.status) found = found.where('status', '=', query.status)
    return this.page(ctx, found, query)
  }

  /** @throws DomainError not_found for another vendor's review */
  async reply(ctx: RequestContext, vendorId: string, id: string, text: string): Promise<ManagedReview> {
    const now = this.clock.now()
    const row = await this.database.transaction(async (tx) => {
      const changed = await tx
        .updateTable('review')
        .set((eb) => ({ reply: text, replied_at: now, updated_at: now, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .where('vendor_id', '=', vendorId)
        .returningAll()
        .executeTakeFirst()
      if (!changed) throw new DomainError('not_found')
      await audit(tx, ctx, { action: 'review.reply', resource: { type: 'review', id } })
      await appendEvent(tx, {
        type: 'review.review.replied',
        aggregate: { type: 'review', id, version: changed.version },
        payload: { id, vendor_id: vendorId },
        ctx,
      })
      return changed
    })
    return this.managed(ctx, row)
  }

  async hide(ctx: RequestContext, id: string, reason: string): Promise<ManagedReview> {
    return this.move(ctx, id, 'hide', { hidden_reason: reason }, -1, reason)
  }

  async show(ctx: RequestContext, id: string): Promise<ManagedReview> {
    return this.move(ctx, id, 'show', { hidden_reason: null }, 1)
  }

  private async move(ctx: RequestContext, id: string, name: string, changes: Record<string, unknown>, sign: 1 | -1, reason?: string) {
    const row = await this.database.transaction(async (tx) => {
      const moved = await transition(tx, reviewLifecycle, { id, name, ctx, changes, reason })
      await this.count(tx, moved, sign, this.clock.now())
      return moved
    })
    return this.managed(ctx, row)
  }

  /** The thing's and the vendor's rating move with the review, by delta (K1). */
  private async count(tx: Tx, row: Row, sign: 1 | -1, now: Date): Promise<void> {
    const sum = sign * row.rating
    await sql`INSERT INTO review_rating (reference_type, reference_id, count, sum, updated_at)
      VALUES (${row.reference_type}, ${row.reference_id}, 0, 0, ${now}) ON CONFLICT DO NOTHING`.execute(tx)
    await sql`UPDATE review_rating SET count = count + ${sign}::int, sum = sum + ${sum}::bigint, updated_at = ${now}
      WHERE reference_type = ${row.reference_type} AND reference_id = ${row.reference_id}`.execute(tx)
    await sql`UPDATE vendor SET rating_count = rating_count + ${sign}::int,
        rating_average = CASE WHEN rating_count + ${sign}::int <= 0 THEN null
          ELSE (coalesce(rating_average, 0) * rating_count + ${sum}::int) / (rating_count + ${sign}::int) END
      WHERE id = ${row.vendor_id}`.execute(tx)
  }

  /** A line of an order the caller owns, by account or by its token. */
  private async ownLine(ctx: RequestContext, lineId: string, token: string | undefined): Promise<Line | null> {
    const line = await this.database.read.selectFrom('order_line').selectAll().where('id', '=', lineId).executeTakeFirst()
    if (!line) return null
    const order = await this.database.read
      .selectFrom('order')
      .select(['customer_id', 'token_hash'])
      .where('id', '=', line.order_id)
      .executeTakeFirstOrThrow()
    const own = order.customer_id !== null && ctx.actor.kind === 'customer' && ctx.actor.id === order.customer_id
    return own || (token && secretMatches(token, order.token_hash)) ? line : null
  }

  private refusalOf(line: Line): 'not_completed_yet' | 'purchase_required' | 'review_window_closed' | null {
    if (line.quantity_fulfilled === 0) return line.quantity_open > 0 ? 'not_completed_yet' : 'purchase_required'
    const since = line.fulfilled_at ?? line.updated_at
    return later(since, window) < this.clock.now() ? 'review_window_closed' : null
  }

  private async page(
    ctx: RequestContext,
    found: ReturnType<typeof reviewsOf>,
    query: { limit: number; offset: number },
  ): Promise<{ total: number; items: ManagedReview[] }> {
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found.selectAll().orderBy('created_at', 'desc').orderBy('id').limit(query.limit).offset(query.offset).execute()
    return { total: Number(count), items: rows.map((row) => this.managed(ctx, row)) }
  }

  private managed(ctx: RequestContext, row: Row): ManagedReview {
    const moves = actionsFor(reviewLifecycle, row, ctx) as ('hide' | 'show')[]
    return {
      ...this.view(ctx, row),
      status: row.status as ManagedReview['status'],
      hidden_reason: row.hidden_reason,
      order_id: row.order_id,
      vendor_id: row.vendor_id,
      actions: ctx.actor.kind === 'vendor' ? ['reply'] : moves,
    }
  }

  private view(ctx: RequestContext, row: Row): Review {
    return {
      id: row.id,
      created_at: row.created_at.toISOString(),
      vertical: row.vertical,
      reference: { type: row.reference_type, id: row.reference_id },
      title: pickText(row.title as I18nText, ctx.locale, this.tenant.document.default_locale),
      rating: row.rating,
      text: row.text,
      author: this.pii.decryptOptional(row.author_name),
      locale: row.locale as Locale,
      reply: row.reply === null ? null : { text: row.reply, at: row.replied_at!.toISOString() },
    }
  }
}

const reviewsOf = (database: Database) => database.read.selectFrom('review')
