import { DomainError, type I18nText, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { ZodType } from 'zod'
import { taxRate } from '../../../core/catalogue/tax-class.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import { tierRefund } from '../../../core/vertical/cancellation.ts'
import {
  type ActContext,
  type EntitlementRef,
  type Hold,
  type HoldContext,
  type LineToCancel,
  type LineToConfirm,
  type LineToHold,
  type LineToQuote,
  type Purchasable,
  type Quote,
  type QuoteAnswer,
  type QuoteContext,
  type RefundDecision,
} from '../../../core/vertical/purchasable.ts'
import { later, minutes } from '../../../platform/clock/clock.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { dateFormat } from '../../../platform/i18n/date-format.ts'
import { t } from '../../../platform/i18n/i18n.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import '../i18n/messages.ts'
import { TableChoice } from '../contract.ts'
import { noShowMinutes } from '../rules.ts'
import { loadRestaurants, type RestaurantFacts } from './facts.ts'
import { ReservationMoves } from './reservation.moves.ts'
import { seal, unseal } from './sealed.ts'
import { Surroundings } from './surroundings.ts'
import { Tables } from './tables.ts'

interface Guest {
  name: string
  phone: string
}

/** A table for a party in the one checkout: free, or with a deposit per person (kind `restaurant.table`). */
@Injectable()
export class TablePurchasable implements Purchasable<TableChoice> {
  readonly kind = 'restaurant.table'
  readonly fulfilment = 'own'
  readonly choice: ZodType<TableChoice>

  constructor(
    private readonly settings: SettingService,
    private readonly pii: Pii,
    private readonly surroundings: Surroundings,
    private readonly tables: Tables,
    private readonly moves: ReservationMoves,
  ) {
    this.choice = TableChoice.transform((choice) => ({ ...choice, guest: seal<Guest>(this.pii, choice.guest) }))
  }

  /** One reservation per restaurant and time in a cart. */
  choiceKey(choice: TableChoice): string {
    return `${choice.restaurant_id} ${new Date(choice.start).toISOString()}`
  }

  async quote(tx: Tx, lines: readonly LineToQuote<TableChoice>[], context: QuoteContext): Promise<QuoteAnswer[]> {
    const restaurants = await this.restaurants(
      tx,
      lines.map((line) => line.choice),
      context.now,
    )
    const standardBps = await this.settings.get('tax.default_bps')
    return lines.map(({ choice }): QuoteAnswer => {
      const restaurant = restaurants.get(choice.restaurant_id)
      if (!restaurant?.sells) return { ok: false, code: 'unavailable', title: restaurant?.name ?? null }
      if (restaurant.currency !== context.currency) return { ok: false, code: 'currency_not_supported', title: restaurant.name }
      const problem = this.tables.problem(restaurant, new Date(choice.start), choice.party_size, context.now)
      if (problem)
        return { ok: false, code: problem.code, title: restaurant.name, ...(problem.details ? { details: problem.details } : {}) }
      return { ok: true, quote: this.quoteOf(choice, restaurant, standardBps) }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<TableChoice>[], { now, customerId }: HoldContext): Promise<Hold[]> {
    const restaurants = await this.restaurants(
      tx,
      lines.map((line) => line.choice),
      now,
    )
    const sorted = [...lines].sort((a, b) => (this.choiceKey(a.choice) < this.choiceKey(b.choice) ? -1 : 1))
    for (const line of sorted) {
      const restaurant = restaurants.get(line.choice.restaurant_id)
      if (!restaurant?.sells) throw new DomainError('not_found', { field: 'restaurant_id' })
      await this.write(tx, line, restaurant, customerId, now)
    }
    return lines.map(({ lineId, quantity, choice }) => ({ lineId, quantity, resourceId: choice.restaurant_id }))
  }

  confirm(tx: Tx, lines: readonly LineToConfirm<TableChoice>[], context: ActContext): Promise<EntitlementRef[]> {
    return this.moves.request(tx, lines, context)
  }

  async release(tx: Tx, holds: readonly Hold[]): Promise<void> {
    await this.moves.release(
      tx,
      holds.map((hold) => hold.lineId),
    )
  }

  /** The restaurant's tiers for the customer; all back when somebody else cancels. */
  refundDecision(line: LineToCancel, now: Date): RefundDecision {
    if (line.cause !== 'customer') return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'vendor_cancelled' }
    const refundAmount = tierRefund(line.cancellationTiers, line.startsAt, line.paidAmount, now)
    return { orderLineId: line.orderLineId, refundAmount, reason: 'cancellation_tier' }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[], { ctx, now, reason }: ActContext & { reason: string | null }): Promise<void> {
    for (const line of lines) await this.moves.cancel(tx, line.entitlement.id, line.cause, { ctx, now, reason })
  }

  private async write(
    tx: Tx,
    { lineId, choice }: LineToHold<TableChoice>,
    restaurant: RestaurantFacts,
    customerId: string | null,
    now: Date,
  ): Promise<void> {
    const id = newId('rtr')
    const startsAt = new Date(choice.start)
    const endsAt = later(startsAt, minutes(restaurant.sittingMinutes))
    const problem = this.tables.problem(restaurant, startsAt, choice.party_size, now)
    if (problem) throw problem
    const guest = unseal<Guest>(this.pii, choice.guest)
    await tx
      .insertInto('restaurant_table_reservation')
      .values({
        id,
        restaurant_id: restaurant.id,
        vendor_id: restaurant.vendor.id,
        customer_id: customerId,
        cart_line_id: lineId,
        party_size: choice.party_size,
        starts_at: startsAt,
        ends_at: endsAt,
        seat_by: later(startsAt, minutes(noShowMinutes)),
        table_ids: [],
        table_names: [],
        auto_confirm: choice.party_size <= restaurant.autoConfirmParty,
        deposit_amount: restaurant.depositAmount * choice.party_size,
        currency_code: restaurant.currency,
        guest_name: this.pii.encrypt(guest.name),
        phone: this.pii.encrypt(guest.phone),
        occasion: choice.occasion,
        note: choice.note,
        created_at: now,
        updated_at: now,
      })
      .execute()
    const taken = await this.tables.take(tx, { restaurant, reservationId: id, startsAt, endsAt, partySize: choice.party_size })
    await tx
      .updateTable('restaurant_table_reservation')
      .set({ table_ids: taken.ids, table_names: taken.names })
      .where('id', '=', id)
      .execute()
  }

  private restaurants(tx: Tx, choices: readonly TableChoice[], now: Date): Promise<Map<string, RestaurantFacts>> {
    return loadRestaurants(tx, [...new Set(choices.map((choice) => choice.restaurant_id))], this.surroundings.today(now))
  }

  private quoteOf(choice: TableChoice, restaurant: RestaurantFacts, standardBps: number): Quote {
    const startsAt = new Date(choice.start)
    const amount = restaurant.depositAmount * choice.party_size
    const inEach = (of: (locale: 'en' | 'fr' | 'ar') => string): I18nText => ({ en: of('en'), fr: of('fr'), ar: of('ar') })
    const at = (locale: 'en' | 'fr' | 'ar') =>
      dateFormat(locale, {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone: this.surroundings.timezone,
      }).format(startsAt)
    return {
      vertical: 'restaurant',
      vendor: restaurant.vendor,
      title: inEach((locale) => t(locale, 'restaurant.table.title', { name: restaurant.name[locale] ?? restaurant.name.en ?? '' })),
      subtitle: inEach((locale) => t(locale, 'restaurant.table.subtitle', { party: choice.party_size, at: at(locale) })),
      sku: null,
      picture: restaurant.picture && { ...restaurant.picture, url: fileUrl(restaurant.picture.key) },
      path: `restaurant/${restaurant.handle}`,
      currency: restaurant.currency,
      unitAmount: amount,
      compareAtAmount: null,
      taxClass: 'standard',
      taxBps: taxRate('standard', standardBps, restaurant.vendor.vatRegistered),
      captureMode: amount > 0 ? 'on_accept' : 'none',
      delivery: 'none',
      weightGrams: 0,
      quantity: { min: 1, max: 1, step: 1, available: null },
      resourceId: restaurant.id,
      reference: { type: 'restaurant', id: restaurant.id },
      withdrawalExemptReason: 'dated_service',
      cancellationTiers: restaurant.reservationTiers,
      startsAt,
      categoryIds: [],
      parts: [],
      depositAmount: null,
      cashAccepted: amount === 0,
      transferAccepted: false,
      blocked: null,
    }
  }
}
