import { DomainError, type I18nText, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/append-event.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { Governance } from '../../governance/governance.service.ts'
import type { ManagedProduct, OptionInput, ProductInput, ProductPatch } from '../contract.ts'
import { CategoryTree } from '../read/category-tree.ts'
import { fold } from '../search/fold.ts'
import { indexProducts } from '../search/index-writer.ts'
import { ManagedProducts } from './managed-read.ts'
import { requirePublishable } from './publish-rules.ts'
import { lockProduct, requireWritable, vendorOf } from './scope.ts'
import { VariantRows } from './variant-rows.ts'

/** Creates and changes products. Whatever is published stays publishable: a change that would break that is refused. */
@Injectable()
export class ProductWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly read: ManagedProducts,
    private readonly variants: VariantRows,
    private readonly categories: CategoryTree,
    private readonly governance: Governance,
  ) {}

  /** @throws DomainError already_exists (handle, SKU, options), validation_failed, quota_exceeded */
  async create(ctx: RequestContext, input: ProductInput & { vendor_id?: string | undefined }): Promise<ManagedProduct> {
    const now = this.clock.now()
    const vendorId = vendorOf(ctx) ?? input.vendor_id
    if (!vendorId) throw new DomainError('validation_failed', { field: 'vendor_id', details: { reason: 'required' } })
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      await this.requireRefs(tx, vendorId, input.category_id)
      await this.takeQuota(tx)
      const id = newId('prd')
      const handle = await this.insert(tx, id, vendorId, input, now)
      await this.writeOptions(tx, id, input.options, now)
      for (const [position, variant] of input.variants.entries())
        await this.variants.insert(tx, ctx, { id, vendor_id: vendorId }, input.options, variant, position, now)
      await this.variants.changed(tx, id, now)
      await appendEvent(tx, {
        type: 'catalogue.product.created',
        aggregate: { type: 'product', id, version: 0 },
        payload: { id, handle, vendor_id: vendorId },
        ctx,
      })
      await audit(tx, ctx, { action: 'product.create', resource: { type: 'product', id }, after: { handle, vendor_id: vendorId } })
      return this.read.get(ctx, id, tx)
    })
  }

  /** @throws DomainError stale_version, already_exists (handle), publish_requirements_missing for a published product */
  async update(ctx: RequestContext, id: string, patch: ProductPatch): Promise<ManagedProduct> {
    const now = this.clock.now()
    const { version, ...fields } = patch
    const product = await this.database.transaction(async (tx) => {
      const before = await lockProduct(tx, ctx, id)
      if (version !== undefined && version !== before.version)
        throw new DomainError('stale_version', { details: { version: before.version } })
      if (before.status === 'archived') throw new DomainError('invalid_transition', { details: { status: before.status } })
      if (fields.category_id) await this.requireRefs(tx, before.vendor_id, fields.category_id)
      if (fields.handle && fields.handle !== before.handle)
        await this.leaveRedirect(tx, id, before.handle, fields.handle, before.published_at !== null, now)
      await this.assign(tx, id, fields, now)
      await this.settled(tx, id, before.status, now)
      await appendEvent(tx, {
        type: 'catalogue.product.updated',
        aggregate: { type: 'product', id, version: before.version + 1 },
        payload: { id, fields: Object.keys(fields) },
        ctx,
      })
      await audit(tx, ctx, {
        action: 'product.update',
        resource: { type: 'product', id },
        before: pick(before, fields),
        after: { ...fields },
      })
      return this.read.get(ctx, id, tx)
    })
    await this.categories.changed()
    return product
  }

  /**
   * Replaces options and values. A live variant keeps its choice, so what it uses must stay.
   * @throws DomainError validation_failed
   */
  async setOptions(ctx: RequestContext, id: string, options: readonly OptionInput[]): Promise<ManagedProduct> {
    const now = this.clock.now()
    const product = await this.database.transaction(async (tx) => {
      const before = await lockProduct(tx, ctx, id)
      await tx.deleteFrom('product_option').where('product_id', '=', id).execute()
      await this.writeOptions(tx, id, options, now)
      await this.variants.retitle(tx, id, options, now)
      await tx
        .updateTable('product')
        .set((eb) => ({ version: eb('version', '+', 1), updated_at: now }))
        .where('id', '=', id)
        .execute()
      await this.settled(tx, id, before.status, now)
      await audit(tx, ctx, {
        action: 'product.set-options',
        resource: { type: 'product', id },
        after: { options: options.map((option) => option.code) },
      })
      return this.read.get(ctx, id, tx)
    })
    await this.categories.changed()
    return product
  }

  /** After a change: a published product must still be publishable, and the index must know. */
  async settled(tx: Tx, id: string, status: string, now: Date): Promise<void> {
    if (status === 'published') {
      requirePublishable(await this.read.facts(tx, id))
      await this.governance.requirePublishable(tx, id)
    }
    await indexProducts(tx, [id], now)
  }

  private async insert(tx: Tx, id: string, vendorId: string, input: ProductInput, now: Date): Promise<string> {
    const wanted = input.handle ?? handleFrom(input.title)
    // A handle nobody typed may be numbered; a typed one is taken or not.
    const handle = input.handle ?? (await this.freeHandle(tx, wanted))
    try {
      await tx
        .insertInto('product')
        .values({
          id,
          handle,
          title: jsonb(input.title),
          description: jsonb(input.description),
          kind: input.kind,
          vendor_id: vendorId,
          brand: input.brand,
          category_id: input.category_id,
          tax_class: input.tax_class,
          attributes: jsonb(input.attributes),
          weight_g: input.weight_g,
          origin_country: input.origin_country,
          seo: jsonb(input.seo),
          withdrawal_exempt_reason: input.withdrawal_exempt_reason,
          created_at: now,
          updated_at: now,
        })
        .execute()
    } catch (error) {
      throw asTaken(error)
    }
    await tx.deleteFrom('product_redirect').where('handle', '=', handle).execute()
    return handle
  }

  private async assign(tx: Tx, id: string, fields: Omit<ProductPatch, 'version'>, now: Date): Promise<void> {
    const { title, description, attributes, seo, ...plain } = fields
    const texts = Object.fromEntries(
      Object.entries({ title, description, attributes, seo }).flatMap(([key, value]) => (value === undefined ? [] : [[key, jsonb(value)]])),
    )
    try {
      await tx
        .updateTable('product')
        .set((eb) => ({ ...plain, ...texts, version: eb('version', '+', 1), updated_at: now }))
        .where('id', '=', id)
        .execute()
    } catch (error) {
      throw asTaken(error)
    }
  }

  /** The old address of a product that was public leads to the new one; an address that is used again leads nowhere else. */
  private async leaveRedirect(tx: Tx, id: string, from: string, to: string, wasPublic: boolean, now: Date): Promise<void> {
    await tx.deleteFrom('product_redirect').where('handle', '=', to).execute()
    if (!wasPublic) return
    await tx
      .insertInto('product_redirect')
      .values({ handle: from, product_id: id, created_at: now })
      .onConflict((conflict) => conflict.column('handle').doUpdateSet({ product_id: id, created_at: now }))
      .execute()
  }

  private async writeOptions(tx: Tx, productId: string, options: readonly OptionInput[], now: Date): Promise<void> {
    const codes = options.map((option) => option.code)
    if (new Set(codes).size !== codes.length)
      throw new DomainError('validation_failed', { field: 'options', details: { reason: 'repeated_code' } })
    for (const [position, option] of options.entries()) {
      const values = option.values.map((value) => value.code)
      if (new Set(values).size !== values.length)
        throw new DomainError('validation_failed', { field: `options.${option.code}`, details: { reason: 'repeated_code' } })
      const optionId = newId('opt')
      await tx
        .insertInto('product_option')
        .values({
          id: optionId,
          product_id: productId,
          code: option.code,
          name: jsonb(option.name),
          position,
          created_at: now,
          updated_at: now,
        })
        .execute()
      await tx
        .insertInto('option_value')
        .values(
          option.values.map((value, index) => ({
            id: newId('opv'),
            option_id: optionId,
            code: value.code,
            name: jsonb(value.name),
            swatch: value.swatch,
            position: index,
            created_at: now,
            updated_at: now,
          })),
        )
        .execute()
    }
  }

  private async requireRefs(tx: Tx, vendorId: string, categoryId: string | null): Promise<void> {
    const vendor = await tx.selectFrom('vendor').select('id').where('id', '=', vendorId).where('deleted_at', 'is', null).executeTakeFirst()
    if (!vendor) throw new DomainError('validation_failed', { field: 'vendor_id', details: { reason: 'unknown' } })
    if (!categoryId) return
    const category = await tx
      .selectFrom('category')
      .select('id')
      .where('id', '=', categoryId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!category) throw new DomainError('validation_failed', { field: 'category_id', details: { reason: 'unknown' } })
  }

  /** The plan's number of products, counted under a lock of the transaction: twenty creates at 99 of 100 give one product. */
  private async takeQuota(tx: Tx): Promise<void> {
    const limit = this.tenant.document.limits['products']
    if (limit === undefined) return
    await sql`SELECT pg_advisory_xact_lock(hashtext('catalogue.product.quota'))`.execute(tx)
    const { rows } = await sql<{
      used: number
    }>`SELECT count(*)::int AS used FROM product WHERE deleted_at IS NULL AND status <> 'archived'`.execute(tx)
    if (rows[0]!.used >= limit) throw new DomainError('quota_exceeded', { details: { metric: 'products', limit, used: rows[0]!.used } })
  }

  private async freeHandle(tx: Tx, wanted: string): Promise<string> {
    const { rows } = await sql<{ handle: string }>`
      SELECT handle FROM product WHERE deleted_at IS NULL AND (handle = ${wanted} OR handle ~ ${`^${wanted}-[0-9]+$`})`.execute(tx)
    const taken = new Set(rows.map((row) => row.handle))
    for (let number = 1; ; number++) {
      const handle = number === 1 ? wanted : `${wanted}-${number}`
      if (!taken.has(handle)) return handle
    }
  }
}

/** An address from the English title, else the French one; a number when neither has Latin letters. */
export function handleFrom(title: I18nText): string {
  const words = fold(title.en || title.fr || '').match(/[a-z0-9]+/g) ?? []
  const handle = words.join('-').slice(0, 80).replace(/-$/, '')
  return handle.length >= 2 ? handle : newId('p').replace('_', '-')
}

function asTaken(error: unknown): unknown {
  return violates(error, '23505', 'product_handle_key') ? new DomainError('already_exists', { field: 'handle', cause: error }) : error
}

function pick(row: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(fields).map((key) => [key, row[key]]))
}
