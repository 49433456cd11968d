import type { I18nText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { FileStore } from '../../core/file/file.store.ts'
import { BINDING, type Binding } from '../../platform/binding/binding.ts'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { dateOf, minuteOf, zoneOf } from '../../platform/clock/zone.ts'
import { hashPassword } from '../../platform/credential/password.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { VerticalSeeded } from '../../platform/seed/seeds.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { vendors as firstVendors } from '../../seed/data/vendors.ts'
import { demoPassword, ownerEmail } from '../../seed/people-rows.ts'
import { type DrawnPicture, seedPictures } from '../../seed/picture-rows.ts'
import { insertMissing, priceIn, seedId } from '../../seed/rows.ts'
import { seedVerticalVendors } from '../../seed/vertical-vendors.ts'
import { boxOf } from './rules.ts'
import { restaurants, type SeedDish, type SeedRestaurant, type Text } from './seed-data.ts'
import { Directory } from './server/directory.ts'

type Row = Record<string, unknown>
type Pictures = ReadonlyMap<string, DrawnPicture>

const i18n = ([en, fr, ar]: Text): I18nText => ({ en, fr, ar })

/** The named examples of docs/spec/restaurant.md; a second run finds everything and changes nothing. */
@Injectable()
export class RestaurantSeed {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly directory: Directory,
    private readonly pii: Pii,
    private readonly files: FileStore,
    @Inject(BINDING) private readonly binding: Binding,
  ) {}

  async run(_ctx: RequestContext): Promise<VerticalSeeded> {
    const password = demoPassword(this.pii)
    const signIns = restaurants.map(({ handle }) => ({ role: 'vendor owner', of: handle, email: ownerEmail(handle), password }))
    const last = seedId('rest', restaurants.at(-1)!.handle)
    const done = await this.database.read.selectFrom('restaurant').select('id').where('id', '=', last).executeTakeFirst()
    if (done) return { added: 0, signIns }
    const now = this.clock.now()
    const hash = await hashPassword(password)
    const added = await this.database.transaction(async (tx) => {
      const pictures = await seedPictures(tx, this.files, this.binding.release_dir, wantedPictures(), now)
      let count = await this.seedVendors(tx, pictures, hash, now)
      count += await this.seedPlaces(tx, pictures, now)
      return count + (await this.seedMenus(tx, pictures, now))
    })
    await this.directory.changed()
    return { added, signIns }
  }

  /** A vendor with an owner for each restaurant that has none among the shop's own. */
  private async seedVendors(tx: Tx, pictures: Pictures, hash: string, now: Date): Promise<number> {
    const own = restaurants.filter((restaurant) => !firstVendors.some((vendor) => vendor.handle === restaurant.handle))
    return seedVerticalVendors(tx, this.pii, {
      vertical: 'restaurant',
      vendors: own,
      pictureOf: (handle) => pictures.get(`restaurant-${handle}`)!,
      passwordHash: hash,
      since: later(now, -days(180)),
      now,
    })
  }

  private async seedPlaces(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
    const stamp = { created_at: now, updated_at: now }
    const versioned = { ...stamp, version: 0 }
    const id = (restaurant: SeedRestaurant) => seedId('rest', restaurant.handle)
    let added = await insertMissing(
      tx,
      'restaurant',
      restaurants.map((restaurant, index) => this.restaurantRow(restaurant, pictures, later(now, -days(index + 1)), now)),
    )
    added += await insertMissing(
      tx,
      'restaurant_opening_hours',
      restaurants.flatMap((restaurant) =>
        restaurant.services.flatMap((service) =>
          restaurant.week.flatMap(([weekdays, opens, closes]) =>
            weekdays.map((weekday) => ({
              id: seedId('roh', `${restaurant.handle}-${service}-${weekday}-${opens}`),
              restaurant_id: id(restaurant),
              service,
              weekday,
              opens_at: opens,
              closes_at: closes,
              ...stamp,
            })),
          ),
        ),
      ),
    )
    added += await insertMissing(
      tx,
      'restaurant_opening_exception',
      restaurants.flatMap((restaurant) =>
        (restaurant.exceptions ?? []).map((exception, index) => ({
          id: seedId('rox', `${restaurant.handle}-${index}`),
          restaurant_id: id(restaurant),
          service: null,
          from_date: this.date(exception.from, now),
          to_date: this.date(exception.to, now),
          kind: exception.kind,
          opens_at: exception.opens,
          closes_at: exception.closes,
          reason: exception.reason,
          ...versioned,
        })),
      ),
    )
    added += await insertMissing(
      tx,
      'restaurant_mealtime',
      restaurants.flatMap((restaurant) =>
        (restaurant.mealtimes ?? []).map((mealtime) => ({
          id: seedId('rmt', `${restaurant.handle}-${mealtime.key}`),
          restaurant_id: id(restaurant),
          name: i18n(mealtime.name),
          weekdays: [0, 1, 2, 3, 4, 5, 6],
          from: mealtime.from,
          to: mealtime.to,
          ...versioned,
        })),
      ),
    )
    added += await insertMissing(
      tx,
      'restaurant_delivery_area',
      restaurants.flatMap((restaurant) => (restaurant.areas ?? []).map((_, index) => this.areaRow(restaurant, index, now))),
    )
    return (
      added +
      (await insertMissing(
        tx,
        'restaurant_dining_table',
        restaurants.flatMap((restaurant) =>
          (restaurant.tables ?? []).map((table) => ({
            id: seedId('rdt', `${restaurant.handle}-${table.name}`),
            restaurant_id: id(restaurant),
            name: table.name,
            area: i18n(table.area),
            seats_min: table.seats[0],
            seats_max: table.seats[1],
            join_group: table.join ?? null,
            active: true,
            ...versioned,
          })),
        ),
      ))
    )
  }

  private async seedMenus(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
    const stamp = { created_at: now, updated_at: now }
    const versioned = { ...stamp, version: 0 }
    const groups = restaurants.flatMap((restaurant) => (restaurant.groups ?? []).map((group) => ({ restaurant, group })))
    const categories = restaurants.flatMap((restaurant) =>
      restaurant.categories.map((category, position) => ({
        restaurant,
        category,
        position,
        id: seedId('rmc', `${restaurant.handle}-${position}`),
      })),
    )
    const dishes = categories.flatMap(({ restaurant, category, id, position }) =>
      category.dishes.map((dish, index) => ({ restaurant, dish, categoryId: id, position: position * 100 + index })),
    )
    let added = await insertMissing(
      tx,
      'restaurant_menu_category',
      categories.map(({ restaurant, category, position, id }) => ({
        id,
        restaurant_id: seedId('rest', restaurant.handle),
        name: i18n(category.name),
        description: {},
        position,
        ...versioned,
      })),
    )
    added += await insertMissing(
      tx,
      'restaurant_modifier_group',
      groups.map(({ restaurant, group }) => ({
        id: seedId('rmg', `${restaurant.handle}-${group.key}`),
        restaurant_id: seedId('rest', restaurant.handle),
        name: i18n(group.name),
        min_select: group.min,
        max_select: group.max,
        free_quantity: group.free ?? 0,
        ...versioned,
      })),
    )
    added += await insertMissing(
      tx,
      'restaurant_modifier_option',
      groups.flatMap(({ restaurant, group }) =>
        group.options.map((option, position) => ({
          id: seedId('rmo', `${restaurant.handle}-${group.key}-${position}`),
          group_id: seedId('rmg', `${restaurant.handle}-${group.key}`),
          name: i18n(option.name),
          price_delta_amount: this.price(option.price ?? 0),
          is_default: option.isDefault ?? false,
          sold_out: false,
          nested_group_id: option.opens ? seedId('rmg', `${restaurant.handle}-${option.opens}`) : null,
          position,
          ...stamp,
        })),
      ),
    )
    added += await insertMissing(
      tx,
      'restaurant_menu_item',
      dishes.map(({ restaurant, dish, categoryId, position }) => this.dishRow(restaurant, dish, categoryId, position, pictures, now)),
    )
    return (
      added +
      (await insertMissing(
        tx,
        'restaurant_menu_item_modifier_group',
        dishes.flatMap(({ restaurant, dish }) =>
          (dish.groups ?? []).map((group, position) => ({
            item_id: seedId('rmi', `${restaurant.handle}-${dish.key}`),
            group_id: seedId('rmg', `${restaurant.handle}-${group}`),
            position,
          })),
        ),
      ))
    )
  }

  private restaurantRow(restaurant: SeedRestaurant, pictures: Pictures, created: Date, now: Date): Row {
    const picture = pictures.get(`restaurant-${restaurant.handle}`)!
    return {
      id: seedId('rest', restaurant.handle),
      vendor_id: seedId('ven', restaurant.handle),
      handle: restaurant.handle,
      name: i18n(restaurant.name),
      tagline: i18n(restaurant.tagline),
      description: i18n(restaurant.text),
      cuisine_codes: restaurant.cuisines,
      dietary_tags: restaurant.tags,
      lat: restaurant.place[0],
      lng: restaurant.place[1],
      address: restaurant.address,
      phone: restaurant.phone,
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: picture.alt },
      services: restaurant.services,
      prep_minutes: restaurant.prep,
      delivery_minutes: 20,
      slot_minutes: 15,
      max_orders_per_slot: restaurant.caps,
      max_prep_points_per_slot: restaurant.points,
      lead_minutes: 0,
      future_days: 7,
      accept_timeout_s: 300,
      auto_accept: false,
      cancel_fee_bps: 2000,
      is_paused: false,
      rush_extra_minutes: 0,
      commercial_reg_no: restaurant.crNo,
      municipal_licence_no: restaurant.licence,
      licence_checked_at: created,
      licence_valid_until: later(now, days(365)),
      takes_reservations: restaurant.tables !== undefined,
      party_max: restaurant.partyMax ?? 8,
      auto_confirm_party: 6,
      sitting_minutes: 120,
      reservation_step_minutes: 30,
      reservation_deposit_amount: this.price(restaurant.deposit ?? 0),
      reservation_cancellation_tiers: [
        { hours_before: 24, refund_bps: 10_000 },
        { hours_before: 2, refund_bps: 5000 },
        { hours_before: 0, refund_bps: 0 },
      ],
      currency_code: this.tenant.document.default_currency,
      status: 'active',
      version: 0,
      metadata: {},
      created_at: created,
      updated_at: created,
    }
  }

  private areaRow(restaurant: SeedRestaurant, index: number, now: Date): Row {
    const area = restaurant.areas![index]!
    const ring = octagon(restaurant.place, area.reach)
    const { minLat, maxLat, minLng, maxLng } = boxOf([ring])
    return {
      id: seedId('rda', `${restaurant.handle}-${index}`),
      restaurant_id: seedId('rest', restaurant.handle),
      name: i18n(area.name),
      polygon: { type: 'Polygon', coordinates: [ring] },
      min_lat: minLat,
      max_lat: maxLat,
      min_lng: minLng,
      max_lng: maxLng,
      fee_amount: this.price(area.fee),
      minimum_order_amount: this.price(area.minimum),
      free_over_amount: area.freeOver === undefined ? null : this.price(area.freeOver),
      max_distance_m: null,
      version: 0,
      created_at: now,
      updated_at: now,
    }
  }

  private dishRow(restaurant: SeedRestaurant, dish: SeedDish, categoryId: string, position: number, pictures: Pictures, now: Date): Row {
    const picture = pictures.get(`dish-${restaurant.handle}-${dish.key}`)!
    return {
      id: seedId('rmi', `${restaurant.handle}-${dish.key}`),
      restaurant_id: seedId('rest', restaurant.handle),
      category_id: categoryId,
      name: i18n(dish.name),
      description: i18n(dish.text),
      price_amount: this.price(dish.price),
      prep_points: dish.points ?? 1,
      calories_kcal: dish.kcal ?? null,
      allergens: dish.allergens ?? [],
      dietary_tags: dish.tags ?? [],
      mealtime_ids: dish.mealtime ? [seedId('rmt', `${restaurant.handle}-${dish.mealtime}`)] : [],
      max_per_order: dish.most ?? null,
      daily_limit: dish.daily ?? null,
      tax_class: 'standard',
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: picture.alt },
      position,
      active: true,
      version: 0,
      metadata: {},
      created_at: now,
      updated_at: now,
    }
  }

  /** Riyals as minor units of the tenant's currency. */
  private price(riyals: number): number {
    if (riyals === 0) return 0
    return priceIn(this.tenant.document.default_currency, riyals) ?? Math.round(riyals * 100)
  }

  /** A date, or `+n` days from today. */
  private date(text: string, now: Date): string {
    if (!text.startsWith('+')) return text
    return dateOf(zoneOf(this.tenant.document.timezone).day(minuteOf(now)) + Number(text.slice(1)))
  }
}

function wantedPictures() {
  return restaurants.flatMap((restaurant) => [
    {
      name: `restaurant-${restaurant.handle}`,
      glyph: restaurant.glyph,
      hue: restaurant.hue,
      owner: seedId('ven', restaurant.handle),
      alt: i18n(restaurant.name),
    },
    ...restaurant.categories.flatMap(({ dishes }, index) =>
      dishes.map((dish) => ({
        name: `dish-${restaurant.handle}-${dish.key}`,
        glyph: dish.glyph,
        hue: restaurant.hue + index * 24,
        owner: seedId('ven', restaurant.handle),
        alt: i18n(dish.name),
      })),
    ),
  ])
}

/** Eight corners around a place, closed; metres to degrees at its latitude. */
function octagon([lat, lng]: [number, number], reach: number): [number, number][] {
  const corners = Array.from({ length: 8 }, (_, index): [number, number] => {
    const angle = (Math.PI / 4) * index + Math.PI / 8
    const dLat = (reach * Math.sin(angle)) / 111_320
    const dLng = (reach * Math.cos(angle)) / (111_320 * Math.cos((lat * Math.PI) / 180))
    return [Math.round((lng + dLng) * 1e5) / 1e5, Math.round((lat + dLat) * 1e5) / 1e5]
  })
  return [...corners, corners[0]!]
}
