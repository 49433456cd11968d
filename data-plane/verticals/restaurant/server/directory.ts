import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Cache } from '../../../platform/cache/cache.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { loadRestaurants, type RestaurantFacts } from './facts.ts'
import { type DishFacts, type GroupFacts, loadDishes, loadGroups } from './menu-facts.ts'
import { Surroundings } from './surroundings.ts'

const seconds = 60
const prefix = 'restaurant:'

export interface StoredMenu {
  categories: { id: string; name: Record<string, string>; description: Record<string, string> }[]
  dishes: DishFacts[]
  groups: GroupFacts[]
}

/**
 * Restaurants and menus for reading, remembered for a minute and forgotten on every change. What is bought is read anew:
 * nothing here decides about money or room.
 */
@Injectable()
export class Directory {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {}

  /** By id, in the order asked for; those that are gone are left out. */
  async facts(ids: readonly string[]): Promise<RestaurantFacts[]> {
    const known = new Map<string, RestaurantFacts>()
    for (const id of ids) {
      const found = await this.cache.get<RestaurantFacts>(`${prefix}facts:${id}`)
      if (found) known.set(id, found)
    }
    const missing = ids.filter((id) => !known.has(id))
    const loaded = await loadRestaurants(this.database.read, missing, this.surroundings.today(this.clock.now()))
    for (const [id, facts] of loaded) {
      known.set(id, facts)
      await this.cache.set(`${prefix}facts:${id}`, facts, seconds)
    }
    return ids.flatMap((id) => known.get(id) ?? [])
  }

  /** One that is open to the public. @param handle or id. @throws DomainError not_found */
  async find(handle: string): Promise<RestaurantFacts> {
    const id = await this.cache.wrap<string | null>(`${prefix}handle:${handle}`, seconds, async () => {
      const row = await this.database.read
        .selectFrom('restaurant')
        .select('id')
        .where(handle.includes('_') ? 'id' : 'handle', '=', handle)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row?.id ?? null
    })
    const [facts] = id ? await this.facts([id]) : []
    if (!facts?.sells) throw new DomainError('not_found')
    return facts
  }

  menu(restaurantId: string): Promise<StoredMenu> {
    return this.cache.wrap(`${prefix}menu:${restaurantId}`, seconds, async () => {
      const [categories, dishes, groups] = await Promise.all([
        this.database.read
          .selectFrom('restaurant_menu_category')
          .select(['id', 'name', 'description'])
          .where('restaurant_id', '=', restaurantId)
          .orderBy('position')
          .orderBy('id')
          .execute(),
        loadDishes(this.database.read, [restaurantId]),
        loadGroups(this.database.read, [restaurantId]),
      ])
      return { categories: categories as StoredMenu['categories'], dishes, groups: [...groups.values()] }
    })
  }

  /** What is derived from a menu, kept as long as the menu is. */
  derived<T>(restaurantId: string, name: string, make: (menu: StoredMenu) => T): Promise<T> {
    return this.cache.wrap(`${prefix}menu:${restaurantId}:${name}`, seconds, async () => make(await this.menu(restaurantId)))
  }

  /** After a change was committed. */
  async changed(): Promise<void> {
    await this.cache.drop(prefix)
  }
}
