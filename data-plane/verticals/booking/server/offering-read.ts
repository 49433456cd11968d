import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import { fold } from '../../../core/catalogue/search/fold.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import type { adminListOfferings, ManagedOffering, OfferingRow, ProviderKind } from '../contract.ts'
import { offeringLifecycle } from '../lifecycle.ts'
import { paymentPlan } from '../rules.ts'
import { BookingViews } from './booking-views.ts'
import type { OfferingFacts } from './offering-facts.ts'
import { likeText } from './services.ts'

interface Row extends Omit<OfferingFacts, 'plan' | 'tiers' | 'summary' | 'description'> {
  summary: I18nText
  description: I18nText
  providers: { id: string; name: I18nText; kind: ProviderKind }[]
  upcoming_count: number
}

const orders: Record<string, string> = {
  '-created_at': 'o.created_at DESC, o.id',
  created_at: 'o.created_at, o.id',
  price: 'o.price_amount, o.id',
  '-price': 'o.price_amount DESC, o.id',
  handle: 'o.handle',
  '-handle': 'o.handle DESC',
}

const columns = `o.*, json_build_object('id', v.id, 'handle', v.handle, 'name', v.name, 'vat_no', v.vat_no, 'status', v.status) AS vendor,
  coalesce((SELECT json_agg(json_build_object('kind', r.resource_kind, 'quantity', r.quantity) ORDER BY r.resource_kind) FROM booking_offering_resource r WHERE r.offering_id = o.id), '[]') AS resources,
  coalesce((SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'kind', p.kind) ORDER BY p.priority DESC, p.id)
    FROM booking_offering_provider op JOIN booking_provider p ON p.id = op.provider_id WHERE op.offering_id = o.id AND p.deleted_at IS NULL), '[]') AS providers`

/** Services with everything that is set, for their vendor and for staff. */
@Injectable()
export class OfferingReader {
  constructor(
    private readonly database: Database,
    private readonly views: BookingViews,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof adminListOfferings>['query'], now: Date): Promise<Output<typeof adminListOfferings>> {
    const statement = new Statement()
    const conditions = ['o.deleted_at IS NULL']
    const vendorId = ctx.actor.kind === 'vendor' ? ctx.actor.vendorId : query.vendor_id
    if (vendorId) conditions.push(`o.vendor_id = ${statement.value(vendorId)}`)
    conditions.push(query.status ? `o.status = ${statement.value(query.status)}` : "o.status <> 'archived'")
    if (query.category) conditions.push(`o.category = ${statement.value(query.category)}`)
    if (query.q) conditions.push(`o.search_text LIKE ${statement.value(`%${likeText(fold(query.q))}%`)}`)
    const order = orders[query.order ?? '-created_at']
    if (!order) {
      throw new DomainError('invalid_request', {
        field: 'order',
        details: { fields: [{ field: 'order', code: 'unknown', allowed: Object.keys(orders) }] },
      })
    }
    const where = conditions.join(' AND ')
    const counting = new Statement()
    counting.values.push(...statement.values)
    const since = `${statement.value(now)}::timestamptz`
    const page = `LIMIT ${statement.value(query.limit)}::int OFFSET ${statement.value(query.offset)}::int`
    const [rows, counted] = await Promise.all([
      statement.rows<Row>(
        this.database.read,
        `SELECT ${columns}, (SELECT count(*)::int FROM booking b WHERE b.offering_id = o.id AND b.starts_at > ${since}
          AND b.status IN ('pending_confirmation', 'confirmed', 'checked_in', 'in_progress')) AS upcoming_count
        FROM booking_offering o JOIN vendor v ON v.id = o.vendor_id WHERE ${where} ORDER BY ${order} ${page}`,
      ),
      counting.rows<{ total: number }>(this.database.read, `SELECT count(*)::int AS total FROM booking_offering o WHERE ${where}`),
    ])
    return { items: rows.map((row) => this.row(ctx, row)), total: counted[0]!.total }
  }

  /** @throws DomainError not_found also for another vendor's */
  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedOffering> {
    const statement = new Statement()
    const own = ctx.actor.kind === 'vendor' ? ` AND o.vendor_id = ${statement.value(ctx.actor.vendorId)}` : ''
    const [row] = await statement.rows<Row>(
      db,
      `SELECT ${columns}, 0 AS upcoming_count FROM booking_offering o JOIN vendor v ON v.id = o.vendor_id
      WHERE o.id = ${statement.value(id)} AND o.deleted_at IS NULL${own}`,
    )
    if (!row) throw new DomainError('not_found')
    return this.whole(ctx, row)
  }

  private vendor(ctx: RequestContext, row: Row) {
    return { id: row.vendor.id, handle: row.vendor.handle, name: this.views.text(ctx, row.vendor.name) }
  }

  private picture(ctx: RequestContext, row: Row) {
    return (
      row.picture && {
        url: fileUrl(row.picture.key),
        width: row.picture.width,
        height: row.picture.height,
        alt: this.views.text(ctx, row.picture.alt),
      }
    )
  }

  private actions(ctx: RequestContext, row: Row): string[] {
    return actionsFor(offeringLifecycle, row as never, ctx)
  }

  private row(ctx: RequestContext, row: Row): OfferingRow {
    return {
      id: row.id,
      handle: row.handle,
      name: this.views.text(ctx, row.name),
      category: row.category as OfferingRow['category'],
      status: row.status as OfferingRow['status'],
      vendor: this.vendor(ctx, row),
      picture: this.picture(ctx, row),
      duration_min: row.duration_min,
      price: { amount: row.price_amount, currency: row.currency_code },
      seats: row.seats,
      assignment: row.assignment as OfferingRow['assignment'],
      location_kind: row.location_kind as OfferingRow['location_kind'],
      payment_plan: paymentPlan(row),
      requires_confirmation: row.requires_confirmation,
      provider_count: row.providers.length,
      upcoming_count: row.upcoming_count,
      version: row.version,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      actions: this.actions(ctx, row),
    }
  }

  private whole(ctx: RequestContext, row: Row): ManagedOffering {
    return {
      id: row.id,
      handle: row.handle,
      status: row.status as ManagedOffering['status'],
      name: row.name,
      summary: row.summary,
      description: row.description,
      category: row.category as ManagedOffering['category'],
      picture_file_id: row.picture_file_id,
      picture: this.picture(ctx, row),
      duration_min: row.duration_min,
      duration_options: row.duration_options,
      price: { amount: row.price_amount, currency: row.currency_code },
      pay_at_place: row.pay_at_place,
      tax_class: row.tax_class as ManagedOffering['tax_class'],
      buffer_before_min: row.buffer_before_min,
      buffer_after_min: row.buffer_after_min,
      slot_interval_min: row.slot_interval_min,
      lead_time_min: row.lead_time_min,
      horizon_days: row.horizon_days,
      seats: row.seats,
      requires_confirmation: row.requires_confirmation,
      confirmation_deadline_min: row.confirmation_deadline_min,
      assignment: row.assignment as ManagedOffering['assignment'],
      location_kind: row.location_kind as ManagedOffering['location_kind'],
      address: row.address,
      city: row.city,
      lat: row.lat,
      lng: row.lng,
      travel_radius_m: row.travel_radius_m,
      meeting_url: row.meeting_url,
      deposit_bps: row.deposit_bps,
      no_show_fee_bps: row.no_show_fee_bps,
      cancellation_policy_id: row.cancellation_policy_id,
      intake_form: row.intake_form,
      max_per_day: row.max_per_day,
      max_active_per_customer: row.max_active_per_customer,
      provider_ids: row.providers.map((provider) => provider.id),
      resources: row.resources as ManagedOffering['resources'],
      vendor: this.vendor(ctx, row),
      payment_plan: paymentPlan(row),
      providers: row.providers.map((provider) => ({ ...provider, name: this.views.text(ctx, provider.name) })),
      missing: missingToPublish(row),
      version: row.version,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      actions: this.actions(ctx, row),
    }
  }
}

/** What a service still lacks before it can be sold. */
export function missingToPublish(row: {
  name: I18nText
  providers: readonly { kind: string }[]
  resources: readonly { kind: string; quantity: number }[]
  location_kind: string
  lat: number | null
  lng: number | null
  travel_radius_m: number | null
}): string[] {
  const missing: string[] = []
  if (!row.name.en?.trim()) missing.push('name.en')
  if (!row.name.ar?.trim()) missing.push('name.ar')
  const accompanying = new Set(row.resources.map((resource) => resource.kind))
  if (!row.providers.some((provider) => !accompanying.has(provider.kind))) missing.push('providers')
  for (const { kind, quantity } of row.resources) {
    if (row.providers.filter((provider) => provider.kind === kind).length < quantity) missing.push(`resources.${kind}`)
  }
  if (row.location_kind === 'at_customer' && row.travel_radius_m !== null && (row.lat === null || row.lng === null))
    missing.push('position')
  return missing
}
