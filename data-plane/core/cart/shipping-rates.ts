import type { I18nText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Cache } from '../../platform/cache/cache.ts'
import { jsonb, type Tx } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { SettingService } from '../store/setting.service.ts'
import type { Rate } from './pricing.ts'

export interface RateToPut {
  /** Names the rate for good; putting it again changes it. */
  id: string
  vendorId: string | null
  code: string
  name: I18nText
  currency: string
  amount: number
  freeAboveAmount: number | null
  minDays: number
  maxDays: number
  position: number
}

/** The rate of the house where nobody has written one: from the settings, in the default currency. */
export const houseRateId = 'standard'

const cacheKey = 'cart:shipping-rates:'

/**
 * Flat shipping rates per vendor, with those of the house (`vendor_id` null, else the settings `shipping.*`) for vendors
 * without their own.
 */
@Injectable()
export class ShippingRates {
  constructor(
    private readonly settings: SettingService,
    private readonly tenant: TenantContext,
    private readonly cache: Cache,
  ) {}

  async of(tx: Tx, currency: string): Promise<Rate[]> {
    const written = await this.written(tx, currency)
    const complete = written.some((rate) => rate.vendorId === null) || currency !== this.tenant.document.default_currency
    return complete ? written : [...written, await this.houseRate()]
  }

  private async houseRate(): Promise<Rate> {
    const settings = await this.settings.all()
    return {
      id: houseRateId,
      vendorId: null,
      name: { en: 'Standard delivery', fr: 'Livraison standard', ar: 'توصيل عادي' },
      amount: settings['shipping.flat_amount'],
      freeAboveAmount: settings['shipping.free_from_amount'],
      taxBps: settings['tax.default_bps'],
      minDays: 1,
      maxDays: 5,
    }
  }

  /** Rates change rarely; a miss is read on the caller's own connection. */
  private async written(tx: Tx, currency: string): Promise<Rate[]> {
    const cached = await this.cache.get<Rate[]>(`${cacheKey}${currency}`)
    if (cached) return cached
    const read = await this.read(tx, currency)
    await this.cache.set(`${cacheKey}${currency}`, read, 30)
    return read
  }

  private async read(tx: Tx, currency: string): Promise<Rate[]> {
    const rows = await tx
      .selectFrom('shipping_rate')
      .selectAll()
      .where('currency_code', '=', currency)
      .where('active', '=', true)
      .orderBy('position')
      .orderBy('id')
      .execute()
    return rows.map((row) => ({
      id: row.id,
      vendorId: row.vendor_id,
      name: row.name as I18nText,
      amount: row.amount,
      freeAboveAmount: row.free_above_amount,
      taxBps: row.tax_bps,
      minDays: row.min_days,
      maxDays: row.max_days,
    }))
  }

  /** Writes rates; repeating it changes nothing. */
  async put(tx: Tx, rates: readonly RateToPut[], now: Date): Promise<void> {
    if (rates.length === 0) return
    await tx
      .insertInto('shipping_rate')
      .values(
        rates.map((rate) => ({
          id: rate.id,
          vendor_id: rate.vendorId,
          code: rate.code,
          name: jsonb(rate.name),
          currency_code: rate.currency,
          amount: rate.amount,
          free_above_amount: rate.freeAboveAmount,
          min_days: rate.minDays,
          max_days: rate.maxDays,
          position: rate.position,
          created_at: now,
          updated_at: now,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({
          name: sql`excluded.name`,
          amount: sql`excluded.amount`,
          free_above_amount: sql`excluded.free_above_amount`,
          min_days: sql`excluded.min_days`,
          max_days: sql`excluded.max_days`,
          position: sql`excluded.position`,
          updated_at: now,
        }),
      )
      .execute()
    await this.cache.drop(cacheKey)
  }
}
