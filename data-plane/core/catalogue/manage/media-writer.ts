import { DomainError, type I18nText, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import type { ManagedMedia } from '../contract.ts'
import { ManagedProducts } from './managed-read.ts'
import { ProductWriter } from './product-writer.ts'
import { lockProduct, vendorOf } from './scope.ts'

/** Pictures of products: uploaded files, put in order and described. */
@Injectable()
export class MediaWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly read: ManagedProducts,
    private readonly products: ProductWriter,
  ) {}

  /** @throws DomainError validation_failed when the file is none of the caller's public pictures, or a variant is another product's */
  async add(
    ctx: RequestContext,
    productId: string,
    input: { file_id: string; alt: I18nText; variant_ids: string[] },
  ): Promise<ManagedMedia> {
    const now = this.clock.now()
    return this.database.transaction(async (tx) => {
      const product = await lockProduct(tx, ctx, productId)
      const vendorId = vendorOf(ctx)
      const file = await tx.selectFrom('file').selectAll().where('id', '=', input.file_id).where('status', '=', 'ready').executeTakeFirst()
      const usable = file && file.visibility === 'public' && file.mime.startsWith('image/') && (!vendorId || file.owner === vendorId)
      if (!usable || !file.width || !file.height) throw new DomainError('validation_failed', { field: 'file_id' })
      await this.requireVariants(tx, productId, input.variant_ids)
      const last = await tx
        .selectFrom('product_media')
        .select((eb) => eb.fn.max('position').as('last'))
        .where('product_id', '=', productId)
        .executeTakeFirst()
      const id = newId('med')
      await tx
        .insertInto('product_media')
        .values({
          id,
          product_id: productId,
          file_id: file.id,
          file_key: file.key,
          width: file.width,
          height: file.height,
          alt: jsonb(input.alt),
          position: Number(last?.last ?? -1) + 1,
          variant_ids: input.variant_ids,
          created_at: now,
          updated_at: now,
        })
        .execute()
      await this.products.settled(tx, productId, product.status, now)
      await audit(tx, ctx, { action: 'product.add-media', resource: { type: 'product', id: productId }, after: { file_id: file.id } })
      return this.one(tx, productId, id)
    })
  }

  async update(
    ctx: RequestContext,
    productId: string,
    mediaId: string,
    patch: { alt?: I18nText | undefined; position?: number | undefined; variant_ids?: string[] | undefined },
  ): Promise<ManagedMedia> {
    const now = this.clock.now()
    return this.database.transaction(async (tx) => {
      const product = await lockProduct(tx, ctx, productId)
      if (patch.variant_ids) await this.requireVariants(tx, productId, patch.variant_ids)
      const changed = await tx
        .updateTable('product_media')
        .set({
          ...(patch.alt ? { alt: jsonb(patch.alt) } : {}),
          ...(patch.variant_ids ? { variant_ids: patch.variant_ids } : {}),
          updated_at: now,
        })
        .where('id', '=', mediaId)
        .where('product_id', '=', productId)
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) throw new DomainError('not_found')
      if (patch.position !== undefined) await this.move(tx, productId, mediaId, patch.position)
      await this.products.settled(tx, productId, product.status, now)
      return this.one(tx, productId, mediaId)
    })
  }

  /** @throws DomainError publish_requirements_missing when it is the last picture of a published product */
  async remove(ctx: RequestContext, productId: string, mediaId: string): Promise<{ id: string }> {
    return this.database.transaction(async (tx) => {
      const product = await lockProduct(tx, ctx, productId)
      const gone = await tx.deleteFrom('product_media').where('id', '=', mediaId).where('product_id', '=', productId).executeTakeFirst()
      if (gone.numDeletedRows === 0n) throw new DomainError('not_found')
      await this.products.settled(tx, productId, product.status, this.clock.now())
      await audit(tx, ctx, { action: 'product.remove-media', resource: { type: 'product', id: productId }, before: { media_id: mediaId } })
      return { id: mediaId }
    })
  }

  /** Puts one picture at a place; the others close ranks around it. */
  private async move(tx: Tx, productId: string, mediaId: string, position: number): Promise<void> {
    const rows = await tx.selectFrom('product_media').select('id').where('product_id', '=', productId).orderBy('position').execute()
    const order = rows.map((row) => row.id).filter((id) => id !== mediaId)
    order.splice(Math.min(position, order.length), 0, mediaId)
    for (const [index, id] of order.entries()) await tx.updateTable('product_media').set({ position: index }).where('id', '=', id).execute()
  }

  private async requireVariants(tx: Tx, productId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const rows = await tx.selectFrom('variant').select('id').where('product_id', '=', productId).where('id', 'in', ids).execute()
    if (rows.length !== new Set(ids).size) throw new DomainError('validation_failed', { field: 'variant_ids' })
  }

  private async one(tx: Tx, productId: string, id: string): Promise<ManagedMedia> {
    const found = (await this.read.media(productId, tx)).find((media) => media.id === id)
    if (!found) throw new DomainError('not_found')
    return found
  }
}
