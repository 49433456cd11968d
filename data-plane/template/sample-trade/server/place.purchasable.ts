import { DomainError, type I18nText, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { SettingService } from '../../../core/store/setting.service.ts'
import type {
  ActContext,
  EntitlementRef,
  Hold,
  HoldContext,
  LineToCancel,
  LineToConfirm,
  LineToHold,
  LineToQuote,
  Purchasable,
  Quote,
  QuoteAnswer,
  QuoteContext,
  RefundDecision,
} from '../../../core/vertical/purchasable.ts'
import { giveUnits, type Pool, sumUnits, takeUnits } from '../../../engines/capacity/pool.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { SamplePlaceChoice } from '../contract.ts'
import { samplePlaceLifecycle } from '../lifecycle.ts'
import { manifest } from '../manifest.ts'

/** Places are counted on their offer. */
const places: Pool = { table: 'sample_offer', used: 'used', capacity: 'places', dated: true }

/** Places of an offer in the one checkout: kind `sample.place`. */
@Injectable()
export class PlacePurchasable implements Purchasable<SamplePlaceChoice> {
  readonly kind = 'sample.place'
  readonly choice = SamplePlaceChoice
  readonly fulfilment = 'own'

  constructor(
    private readonly tenant: TenantContext,
    private readonly settings: SettingService,
  ) {}

  choiceKey({ offer_id: id }: SamplePlaceChoice): string {
    return id
  }

  async quote(tx: Tx, lines: readonly LineToQuote<SamplePlaceChoice>[], { currency }: QuoteContext): Promise<QuoteAnswer[]> {
    const ids = lines.map((line) => line.choice.offer_id)
    const rows = await tx
      .selectFrom('sample_offer as o')
      .innerJoin('vendor as v', 'v.id', 'o.vendor_id')
      .where('o.id', 'in', ids)
      .where('o.deleted_at', 'is', null)
      .where('v.status', '=', 'active')
      .select([
        'o.id',
        'o.handle',
        'o.title',
        'o.price_amount',
        'o.places',
        'o.used',
        'v.id as vendor_id',
        'v.handle as vendor_handle',
        'v.name as vendor_name',
      ])
      .execute()
    const taxBps = await this.settings.get('tax.default_bps')
    return lines.map(({ choice }): QuoteAnswer => {
      const row = rows.find((candidate) => candidate.id === choice.offer_id)
      if (!row) return { ok: false, code: 'unavailable', title: null }
      const title = row.title as I18nText
      if (currency !== this.tenant.document.default_currency) return { ok: false, code: 'currency_not_supported', title }
      const quote: Quote = {
        vertical: manifest.name,
        vendor: { id: row.vendor_id, handle: row.vendor_handle, name: row.vendor_name as I18nText },
        title,
        subtitle: null,
        sku: null,
        picture: null,
        path: `sample-trade/${row.handle}`,
        currency,
        unitAmount: row.price_amount,
        compareAtAmount: null,
        taxClass: 'standard',
        taxBps,
        captureMode: row.price_amount === 0 ? 'none' : 'now',
        delivery: 'none',
        weightGrams: 0,
        quantity: { min: 1, max: null, step: 1, available: row.places - row.used },
        resourceId: row.id,
        reference: { type: 'sample_offer', id: row.id },
        withdrawalExemptReason: null,
        cancellationTiers: null,
        startsAt: null,
        categoryIds: [],
        parts: [],
        depositAmount: null,
        cashAccepted: false,
      }
      return { ok: true, quote }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<SamplePlaceChoice>[], { now, customerId }: HoldContext): Promise<Hold[]> {
    const short = await takeUnits(tx, places, sumUnits(lines.map((line) => [line.resourceId, line.quantity])), now)
    if (short.length > 0) throw new DomainError('insufficient_stock', { details: { resources: short } })
    for (const line of lines) {
      const { vendor_id } = await tx
        .selectFrom('sample_offer')
        .select('vendor_id')
        .where('id', '=', line.resourceId)
        .executeTakeFirstOrThrow()
      await tx
        .insertInto('sample_place')
        .values({
          id: newId('smpp'),
          offer_id: line.resourceId,
          vendor_id,
          line_id: line.lineId,
          customer_id: customerId,
          quantity: line.quantity,
          status: 'held',
          created_at: now,
          updated_at: now,
        })
        .execute()
    }
    return lines.map(({ lineId, resourceId, quantity }) => ({ lineId, resourceId, quantity }))
  }

  async confirm(tx: Tx, lines: readonly LineToConfirm<SamplePlaceChoice>[], { ctx }: ActContext): Promise<EntitlementRef[]> {
    const refs: EntitlementRef[] = []
    for (const line of lines) {
      const id = await this.held(tx, line.lineId)
      const changes = { order_id: line.orderId, order_line_id: line.orderLineId, customer_id: line.customerId }
      await transition(tx, samplePlaceLifecycle, { id, name: 'confirm', ctx, changes })
      refs.push({ orderLineId: line.orderLineId, type: 'sample_place', id })
    }
    return refs
  }

  async release(tx: Tx, holds: readonly Hold[], _cause: string, { ctx, now }: ActContext): Promise<void> {
    for (const hold of holds) await transition(tx, samplePlaceLifecycle, { id: await this.held(tx, hold.lineId), name: 'release', ctx })
    await giveUnits(tx, places, sumUnits(holds.map((hold) => [hold.resourceId, hold.quantity])), now)
  }

  /** Until they are used, everything comes back. */
  refundDecision(line: LineToCancel): RefundDecision {
    return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'not_fulfilled' }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[], { ctx, now, reason }: ActContext & { reason: string | null }): Promise<void> {
    for (const line of lines)
      await transition(tx, samplePlaceLifecycle, { id: line.entitlement.id, name: 'cancel', ctx, ...(reason && { reason }) })
    await giveUnits(tx, places, sumUnits(lines.map((line) => [line.resourceId, line.quantity])), now)
  }

  private async held(tx: Tx, lineId: string): Promise<string> {
    const row = await tx
      .selectFrom('sample_place')
      .select('id')
      .where('line_id', '=', lineId)
      .where('status', '=', 'held')
      .executeTakeFirstOrThrow()
    return row.id
  }
}
