import { DomainError, type I18nText, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { requireWritable } from '../../../core/catalogue/manage/scope.ts'
import { fold } from '../../../core/catalogue/search/fold.ts'
import { publicPicture } from '../../../core/file/public-picture.ts'
import { StoreService } from '../../../core/store/store.service.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { ManagedOffering, OfferingInput, OfferingPatch } from '../contract.ts'
import { offeringLifecycle } from '../lifecycle.ts'
import { OfferingReader } from './offering-read.ts'

/** Creates and changes services. */
@Injectable()
export class OfferingWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly stores: StoreService,
    private readonly reader: OfferingReader,
  ) {}

  /** @throws DomainError already_exists | validation_failed | currency_not_supported */
  async create(ctx: RequestContext, body: OfferingInput): Promise<ManagedOffering> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
    const vendorId = ctx.actor.vendorId
    const id = newId('bof')
    return this.write(ctx, async (tx, now) => {
      await this.requireFitting(tx, vendorId, body)
      await tx
        .insertInto('booking_offering')
        .values({
          id,
          vendor_id: vendorId,
          ...(await this.columns(tx, vendorId, body)),
          timezone: this.tenant.document.timezone,
          created_at: now,
          updated_at: now,
        } as never)
        .execute()
      await this.relate(tx, id, body)
      await audit(tx, ctx, {
        action: 'service_offering.create',
        resource: { type: 'service_offering', id },
        after: { handle: body.handle },
      })
      return id
    })
  }

  /** @throws DomainError not_found | stale_version | already_exists | validation_failed | publish_requirements_missing */
  async update(ctx: RequestContext, id: string, patch: OfferingPatch): Promise<ManagedOffering> {
    const { version, ...changes } = patch
    return this.write(ctx, async (tx, now) => {
      const before = await this.lock(tx, ctx, id)
      if (version !== undefined && version !== before.version)
        throw new DomainError('stale_version', { details: { version: before.version } })
      await this.requireFitting(tx, before.vendor_id, {
        deposit_bps: before.deposit_bps,
        requires_confirmation: before.requires_confirmation,
        pay_at_place: before.pay_at_place,
        ...changes,
      })
      await tx
        .updateTable('booking_offering')
        .set({ ...(await this.columns(tx, before.vendor_id, changes, before.name as I18nText)), updated_at: now } as never)
        .set((eb) => ({ version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute()
      await this.relate(tx, id, changes)
      await audit(tx, ctx, {
        action: 'service_offering.update',
        resource: { type: 'service_offering', id },
        after: { fields: Object.keys(changes) },
      })
      return id
    })
  }

  /** publish, unpublish, archive. @throws DomainError invalid_transition | publish_requirements_missing */
  async run(ctx: RequestContext, id: string, name: 'publish' | 'unpublish' | 'archive'): Promise<ManagedOffering> {
    return this.write(ctx, async (tx, now) => {
      const before = await this.lock(tx, ctx, id)
      const first = name === 'publish' && !before.published_at
      await transition(tx, offeringLifecycle, { id, name, ctx, changes: first ? { published_at: now } : {} })
      return id
    })
  }

  /** Whatever is on sale must have what selling needs, also after the change. */
  private async write(ctx: RequestContext, change: (tx: Tx, now: Date) => Promise<string>): Promise<ManagedOffering> {
    try {
      return await this.database.transaction(async (tx) => {
        await requireWritable(tx, ctx)
        const offering = await this.reader.get(ctx, await change(tx, this.clock.now()), tx)
        if (offering.status === 'published' && offering.missing.length > 0) {
          throw new DomainError('publish_requirements_missing', { details: { missing: offering.missing } })
        }
        return offering
      })
    } catch (error) {
      if (violates(error, '23505', 'booking_offering_handle')) throw new DomainError('already_exists', { field: 'handle' })
      throw error
    }
  }

  private async lock(tx: Tx, ctx: RequestContext, id: string) {
    let query = tx.selectFrom('booking_offering').selectAll().where('id', '=', id).where('deleted_at', 'is', null)
    if (ctx.actor.kind === 'vendor') query = query.where('vendor_id', '=', ctx.actor.vendorId)
    const row = await query.forUpdate().executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  private async requireFitting(tx: Tx, vendorId: string, body: OfferingPatch): Promise<void> {
    const fields: { field: string; code: string }[] = []
    if (body.deposit_bps && (body.requires_confirmation || body.pay_at_place))
      fields.push({ field: 'deposit_bps', code: 'not_with_this_payment' })
    if (body.cancellation_policy_id) {
      const policy = await tx
        .selectFrom('booking_policy')
        .select('id')
        .where('id', '=', body.cancellation_policy_id)
        .where('vendor_id', '=', vendorId)
        .executeTakeFirst()
      if (!policy) fields.push({ field: 'cancellation_policy_id', code: 'unknown' })
    }
    const ids = [...new Set(body.provider_ids ?? [])]
    if (ids.length > 0) {
      const known = await tx.selectFrom('booking_provider').select('id').where('id', 'in', ids).where('vendor_id', '=', vendorId).execute()
      if (known.length < ids.length) fields.push({ field: 'provider_ids', code: 'unknown' })
    }
    if (fields.length > 0) throw new DomainError('validation_failed', { details: { fields } })
    if (body.price) await this.requireCurrency(body.price.currency)
  }

  private async requireCurrency(currency: string): Promise<void> {
    const { currencies } = await this.stores.current()
    if (!currencies.includes(currency)) throw new DomainError('currency_not_supported', { field: 'price', details: { currencies } })
  }

  /** The row's columns of what is given. */
  private async columns(tx: Tx, vendorId: string, body: OfferingPatch, nameBefore?: I18nText): Promise<Record<string, unknown>> {
    const {
      price,
      provider_ids: _providers,
      resources: _resources,
      name,
      summary,
      description,
      address,
      intake_form: form,
      ...plain
    } = body
    const names = name ?? nameBefore
    const json = { name, summary, description, address, intake_form: form }
    return {
      ...plain,
      ...Object.fromEntries(
        Object.entries(json).flatMap(([key, value]) => (value === undefined ? [] : [[key, value === null ? null : jsonb(value)]])),
      ),
      ...(price ? { price_amount: price.amount, currency_code: price.currency } : {}),
      ...(names ? { search_text: await this.searchText(tx, vendorId, names) } : {}),
      ...(body.picture_file_id === undefined ? {} : { picture: await this.picture(tx, vendorId, body.picture_file_id, names ?? {}) }),
    }
  }

  private async searchText(tx: Tx, vendorId: string, name: I18nText): Promise<string> {
    const vendor = await tx.selectFrom('vendor').select('name').where('id', '=', vendorId).executeTakeFirstOrThrow()
    return fold([...Object.values(name), ...Object.values(vendor.name as I18nText)].join(' '))
  }

  private async picture(tx: Tx, vendorId: string, fileId: string | null, alt: I18nText): Promise<string | null> {
    const picture = await publicPicture(tx, fileId, alt, (owner) => owner === vendorId)
    return picture && jsonb(picture)
  }

  /** Providers and resources, replaced as a whole; the service's days are cut in the zone of its first provider. */
  private async relate(tx: Tx, id: string, { provider_ids: providers, resources }: OfferingPatch): Promise<void> {
    if (providers) {
      await tx.deleteFrom('booking_offering_provider').where('offering_id', '=', id).execute()
      const rows = [...new Set(providers)].map((provider_id) => ({ offering_id: id, provider_id }))
      if (rows.length > 0) await tx.insertInto('booking_offering_provider').values(rows).execute()
      const first = await tx
        .selectFrom('booking_provider')
        .select('timezone')
        .where('id', 'in', ['', ...providers])
        .orderBy('priority', 'desc')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      if (first) await tx.updateTable('booking_offering').set({ timezone: first.timezone }).where('id', '=', id).execute()
    }
    if (resources) {
      await tx.deleteFrom('booking_offering_resource').where('offering_id', '=', id).execute()
      const rows = resources.map(({ kind, quantity }) => ({ offering_id: id, resource_kind: kind, quantity }))
      if (rows.length > 0) await tx.insertInto('booking_offering_resource').values(rows).execute()
    }
  }
}
