import { DomainError, type I18nText } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { scopeOf, type Tx } from '../../platform/db/index.ts'
import { fileUrl } from '../file/public-picture.ts'
import { allocate, cancelAllocated, type Demand, dispatch, release, reserve } from '../inventory/reservations.ts'
import { SettingService } from '../store/setting.service.ts'
import type {
  EntitlementRef,
  Hold,
  HoldContext,
  LineToCancel,
  LineToConfirm,
  LineToHold,
  LineToQuote,
  Purchasable,
  QuoteAnswer,
  QuoteContext,
  RefundDecision,
} from '../vertical/purchasable.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import { ProductChoice } from './contract.ts'
import { priceJoin, stockJoin } from './read/cards.ts'
import { Statement } from './read/statement.ts'
import { taxRate } from './tax-class.ts'

interface QuoteRow {
  id: string
  visible: boolean
  product_id: string
  handle: string
  kind: string
  title: I18nText
  variant_title: I18nText
  sku: string
  vendor_id: string
  vendor_handle: string
  vendor_name: I18nText
  vat_no: string | null
  category_id: string | null
  tax_class: string
  weight_g: number | null
  withdrawal_exempt_reason: string | null
  amount: number | null
  struck: number | null
  minimum_quantity: number
  maximum_quantity: number
  quantity_step: number
  track_inventory: boolean
  available: number | null
  item_id: string
  picture: { url: string; width: number; height: number; alt: I18nText } | null
}

/** A product variant in the one checkout (design §5): price from the catalogue's pipeline, stock by reservation. */
@Injectable()
export class ProductPurchasable implements Purchasable<ProductChoice>, OnModuleInit {
  readonly kind = 'catalogue.product'
  readonly choice = ProductChoice
  readonly fulfilment = 'sub_order'

  constructor(
    private readonly purchasables: Purchasables,
    private readonly settings: SettingService,
  ) {}

  onModuleInit(): void {
    this.purchasables.register(this)
  }

  choiceKey({ variant_id: variantId }: ProductChoice): string {
    return variantId
  }

  async quote(tx: Tx, lines: readonly LineToQuote<ProductChoice>[], context: QuoteContext): Promise<QuoteAnswer[]> {
    const choices = lines.map((line) => line.choice)
    const rows = await this.read(tx, choices, context)
    const standardBps = await this.settings.get('tax.default_bps')
    return choices.map(({ variant_id: id }): QuoteAnswer => {
      const row = rows.get(id)
      if (!row?.visible) return { ok: false, code: 'unavailable', title: row?.title ?? null }
      if (row.amount === null) return { ok: false, code: 'currency_not_supported', title: row.title }
      return { ok: true, quote: quoteOf(row, row.amount, context.currency, standardBps) }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<ProductChoice>[], { now }: HoldContext): Promise<Hold[]> {
    const demands: Demand[] = lines.map((line) => ({ lineId: line.lineId, itemId: line.resourceId, quantity: line.quantity }))
    const shortages = await reserve(tx, demands, now)
    if (shortages.length > 0) {
      const short = new Map(shortages.map((shortage) => [shortage.itemId, shortage]))
      throw new DomainError('insufficient_stock', {
        details: {
          available: shortages[0]!.available,
          resources: [...short.keys()],
          lines: lines
            .filter((line) => short.has(line.resourceId))
            .map((line) => ({ line_id: line.lineId, available: short.get(line.resourceId)!.available })),
        },
      })
    }
    return lines.map(({ lineId, resourceId, quantity }) => ({ lineId, resourceId, quantity }))
  }

  async confirm(tx: Tx, lines: readonly LineToConfirm<ProductChoice>[], { now }: { now: Date }): Promise<EntitlementRef[]> {
    const reservations = await allocate(tx, lines, now)
    return lines.map(({ orderLineId, resourceId }) => {
      const reservation = reservations.get(orderLineId)
      return reservation
        ? { orderLineId, type: 'stock_reservation', id: reservation }
        : { orderLineId, type: 'inventory_item', id: resourceId }
    })
  }

  async release(tx: Tx, holds: readonly Hold[]): Promise<void> {
    await release(
      tx,
      holds.map((hold) => hold.lineId),
      scopeOf(tx).clock.now(),
    )
  }

  refundDecision(line: LineToCancel): RefundDecision {
    // Goods that have not left the house: what was paid for them comes back in full, whoever cancels.
    return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'not_fulfilled' }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[], { now }: { now: Date; reason: string | null }): Promise<void> {
    await cancelAllocated(tx, lines, now)
  }

  async fulfil(
    tx: Tx,
    lines: readonly { orderLineId: string; resourceId: string; quantity: number }[],
    { now }: { now: Date },
  ): Promise<void> {
    await dispatch(tx, lines, 'order', now)
  }

  private async read(tx: Tx, choices: readonly ProductChoice[], context: QuoteContext): Promise<Map<string, QuoteRow>> {
    const statement = new Statement()
    const reading = { locale: context.locale, fallback: context.locale, currency: context.currency, now: context.now }
    const ids = statement.value(choices.map((choice) => choice.variant_id))
    const rows = await statement.rows<QuoteRow>(
      tx,
      `SELECT va.id, (d.visible IS TRUE AND va.archived_at IS NULL) AS visible, p.id AS product_id, p.handle, p.kind, p.title, va.title AS variant_title, va.sku,
        v.id AS vendor_id, v.handle AS vendor_handle, v.name AS vendor_name, v.vat_no, p.category_id, p.tax_class,
        coalesce(va.weight_g, p.weight_g) AS weight_g, p.withdrawal_exempt_reason, pr.amount, pr.struck,
        va.minimum_quantity, va.maximum_quantity, va.quantity_step, va.track_inventory, st.available, va.inventory_item_id AS item_id, m.picture
      FROM variant va
      JOIN product p ON p.id = va.product_id
      JOIN vendor v ON v.id = p.vendor_id
      LEFT JOIN search_document d ON d.ref = p.id
      ${priceJoin(statement, reading)} ${stockJoin}
      LEFT JOIN LATERAL (SELECT json_build_object('url', pm.file_key, 'width', pm.width, 'height', pm.height, 'alt', pm.alt) AS picture
        FROM product_media pm WHERE pm.product_id = p.id ORDER BY (va.id = ANY (pm.variant_ids)) DESC, pm.position LIMIT 1) m ON true
      WHERE va.id = ANY (${ids}::text[])`,
    )
    return new Map(rows.map((row) => [row.id, row]))
  }
}

function quoteOf(row: QuoteRow, amount: number, currency: string, standardBps: number): Extract<QuoteAnswer, { ok: true }>['quote'] {
  const distinguished = Object.values(row.variant_title).some(Boolean)
  const digital = row.kind === 'digital' || row.kind === 'gift_card'
  return {
    vertical: 'catalogue',
    vendor: { id: row.vendor_id, handle: row.vendor_handle, name: row.vendor_name },
    title: row.title,
    subtitle: distinguished ? row.variant_title : null,
    sku: row.sku,
    picture: row.picture && { ...row.picture, url: fileUrl(row.picture.url) },
    path: `products/${row.handle}`,
    currency,
    unitAmount: amount,
    compareAtAmount: row.struck,
    taxClass: row.tax_class,
    taxBps: taxRate(row.tax_class, standardBps, row.vat_no !== null),
    captureMode: 'now',
    delivery: row.kind === 'physical' || row.kind === 'bundle' ? 'shipping' : digital ? 'digital' : 'none',
    weightGrams: row.weight_g ?? 0,
    quantity: {
      min: row.minimum_quantity,
      max: row.maximum_quantity,
      step: row.quantity_step,
      available: row.track_inventory ? Math.max(0, row.available ?? 0) : null,
    },
    resourceId: row.item_id,
    reference: { type: 'variant', id: row.id },
    withdrawalExemptReason: row.withdrawal_exempt_reason,
    cancellationTiers: null,
    startsAt: null,
    categoryIds: row.category_id ? [row.category_id] : [],
    parts: [],
    depositAmount: null,
    cashAccepted: row.kind === 'physical' || row.kind === 'bundle',
  }
}
