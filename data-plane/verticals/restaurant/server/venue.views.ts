import { type I18nText, type Locale, type Money } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { type Selectable, sql } from 'kysely'
import { type KeptPicture, pictureView } from '../../../core/file/public-picture.ts'
import type { DB } from '../../../generated/db.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import type { ManagedRestaurant } from '../contract.ts'
import { restaurantLifecycle } from '../lifecycle.ts'
import { ratingColumns, ratingJoin } from './facts.ts'

export interface VenueRow extends Selectable<DB['restaurant']> {
  vendor_handle: string
  vendor_name: I18nText
  rating_average: number | null
  rating_count: number
}

export const venueColumns = sql`r.*, v.handle AS vendor_handle, v.name AS vendor_name, ${ratingColumns}`
export const venueJoins = sql`JOIN vendor v ON v.id = r.vendor_id ${ratingJoin}`

/** Staff note that the papers were looked at, as soon as there are both; approving needs it. */
const mayCheckPapers = (ctx: RequestContext, row: VenueRow): boolean =>
  ctx.actor.kind === 'staff' && row.status !== 'draft' && row.commercial_reg_no !== null && row.municipal_licence_no !== null

/** A restaurant as its vendor and the city manage it. */
export function venueView(ctx: RequestContext, row: VenueRow, fallback: Locale, timezone: string): ManagedRestaurant {
  const money = (amount: number): Money => ({ amount, currency: row.currency_code })
  return {
    id: row.id,
    vendor: { id: row.vendor_id, handle: row.vendor_handle, name: row.vendor_name },
    handle: row.handle,
    name: row.name as I18nText,
    tagline: row.tagline as I18nText,
    description: row.description as I18nText,
    cuisines: row.cuisine_codes as ManagedRestaurant['cuisines'],
    dietary_tags: row.dietary_tags as ManagedRestaurant['dietary_tags'],
    location: { lat: row.lat, lng: row.lng },
    address: row.address,
    phone: row.phone,
    picture_file_id: row.picture_file_id,
    picture: row.picture === null ? null : pictureView(row.picture as KeptPicture, ctx.locale, fallback),
    services: row.services as ManagedRestaurant['services'],
    prep_minutes: row.prep_minutes,
    delivery_minutes: row.delivery_minutes,
    slot_minutes: row.slot_minutes,
    max_orders_per_slot: row.max_orders_per_slot as ManagedRestaurant['max_orders_per_slot'],
    max_prep_points_per_slot: row.max_prep_points_per_slot,
    lead_minutes: row.lead_minutes,
    future_days: row.future_days,
    accept_timeout_s: row.accept_timeout_s,
    auto_accept: row.auto_accept,
    cancel_fee_bps: row.cancel_fee_bps,
    commercial_reg_no: row.commercial_reg_no,
    municipal_licence_no: row.municipal_licence_no,
    takes_reservations: row.takes_reservations,
    party_max: row.party_max,
    auto_confirm_party: row.auto_confirm_party,
    sitting_minutes: row.sitting_minutes,
    reservation_step_minutes: row.reservation_step_minutes,
    reservation_deposit: money(row.reservation_deposit_amount),
    reservation_cancellation_tiers: row.reservation_cancellation_tiers as ManagedRestaurant['reservation_cancellation_tiers'],
    status: row.status as ManagedRestaurant['status'],
    status_reason: row.status_reason,
    currency: row.currency_code,
    timezone,
    is_paused: row.is_paused,
    paused_until: row.paused_until?.toISOString() ?? null,
    rush_extra_minutes: row.rush_extra_minutes,
    licence_checked_at: row.licence_checked_at?.toISOString() ?? null,
    licence_valid_until: row.licence_valid_until?.toISOString() ?? null,
    rating_average: row.rating_average,
    rating_count: row.rating_count,
    actions: [...(mayCheckPapers(ctx, row) ? ['licence-check'] : []), ...actionsFor(restaurantLifecycle, row, ctx)],
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
