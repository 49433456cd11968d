import type { Result } from '@cityos/contract'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { Breadcrumb, EmptyState } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { Reviews, vendorReviews } from '../../../../storefront/components/reviews.tsx'
import { Rating } from '../../../../storefront/components/vendor-tile.tsx'
import { breadcrumbData, decimal } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { Allergen, getRestaurant, getRestaurantMenu, type MenuDish, type RestaurantDetail, RestaurantService } from '../../contract.ts'
import { basketOf } from '../basket-access.ts'
import { BasketAside, BasketBar } from '../basket-aside.tsx'
import { DishRow } from '../dish-row.tsx'
import { RestaurantInfo } from '../restaurant-info.tsx'
import { type TextKey, texts } from '../texts.ts'
import { cuisineText, deliveryText, openText } from '../words.tsx'

export type Menu = Result<typeof getRestaurantMenu>

/** How the meal is meant to come: asked for, else as the basket says, else the first the restaurant offers. */
export function serviceOf(visit: Visit, restaurant: Pick<RestaurantDetail, 'services'>, chosen: string | null): RestaurantService {
  const asked = visit.form.text('service') || visit.query.get('service') || chosen
  return restaurant.services.find((entry) => entry === asked) ?? restaurant.services[0] ?? 'pickup'
}

/** The menu of one restaurant with the basket beside it. */
export async function menu(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const basket = await basketOf(visit, restaurant.id)
  const service = serviceOf(visit, restaurant, basket?.service ?? null)
  const [card, reviews] = await Promise.all([
    visit.call(getRestaurantMenu, { params: { handle }, query: { service, at: basket?.slot_start ?? undefined } }),
    vendorReviews(visit, restaurant.vendor.id),
  ])
  const without = visit.query.getAll('without').filter((code) => Allergen.safeParse(code).success)
  const fits = (dish: MenuDish) => dish.allergens.every((code) => !without.includes(code))
  const categories = card.categories
    .map((category) => ({ ...category, dishes: card.dishes.filter((dish) => dish.category_id === category.id && fits(dish)) }))
    .filter((category) => category.dishes.length > 0)
  const crumbs = [
    { label: visit.t('action.home'), href: visit.href('/') },
    { label: t('list.title'), href: visit.href('/restaurant') },
    { label: restaurant.name },
  ]
  const path = `/restaurant/${restaurant.handle}`
  return page(
    restaurant.name,
    <div className="shell pt-4">
      <Breadcrumb visit={visit} crumbs={crumbs} />
      <Head visit={visit} restaurant={restaurant} />
      <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          <Services visit={visit} restaurant={restaurant} current={service} />
          <Allergens visit={visit} menu={card} without={without} service={service} />
          <nav className="sticky-tabs" aria-label={t('menu.categories')}>
            <ul>
              {categories.map((category) => (
                <li key={category.id}>
                  <a href={`#${category.id}`}>{category.name}</a>
                </li>
              ))}
            </ul>
          </nav>
          {categories.length === 0 && (
            <EmptyState icon="meal" title={t('menu.none_title')} text={t('menu.none_text')}>
              <a className="button" data-primary="" href={visit.href(path, { service })}>
                {visit.t('list.clear')}
              </a>
            </EmptyState>
          )}
          {categories.map((category) => (
            <section key={category.id} className="pt-8" aria-labelledby={category.id}>
              <h2 id={category.id} className="below-tabs text-2xl">
                {category.name}
              </h2>
              {category.description && <p className="quiet">{category.description}</p>}
              <ul>
                {category.dishes.map((dish) => (
                  <DishRow key={dish.id} visit={visit} handle={restaurant.handle} dish={dish} menu={card} service={service} />
                ))}
              </ul>
            </section>
          ))}
          <RestaurantInfo visit={visit} restaurant={restaurant} />
          <div className="mt-8">
            <Reviews visit={visit} reviews={reviews} />
          </div>
        </div>
        <div className="hidden pt-4 lg:block">
          <BasketAside visit={visit} handle={restaurant.handle} basket={basket} />
        </div>
      </div>
      <BasketBar visit={visit} handle={restaurant.handle} basket={basket} />
    </div>,
    {
      description: restaurant.description || restaurant.tagline,
      image: restaurant.picture?.url,
      canonical: path,
      jsonLd: [breadcrumbData(visit, crumbs), restaurantData(visit, restaurant, card)],
    },
  )
}

function Head({ visit, restaurant }: { visit: Visit; restaurant: RestaurantDetail }) {
  const t = texts(visit.locale)
  const delivery = deliveryText(visit, restaurant)
  return (
    <header className="mt-3 grid gap-5 md:grid-cols-[minmax(0,1fr)_20rem] md:items-center">
      <div className="min-w-0 max-md:order-last">
        <h1 className="text-3xl lg:text-4xl">{restaurant.name}</h1>
        <p className="quiet mt-1">{[cuisineText(visit, restaurant), restaurant.tagline].filter(Boolean).join(' · ')}</p>
        <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1.5">
          <span className="badge" data-tone={restaurant.state.open ? 'good' : 'warn'}>
            {openText(visit, restaurant)}
          </span>
          <Rating visit={visit} average={restaurant.rating_average} count={restaurant.rating_count} />
          {restaurant.state.open && (
            <span className="flex items-center gap-1.5 text-sm">
              <Icon name="clock" size={18} />
              {t('ready.in', { time: visit.formats.duration(restaurant.ready_in_minutes) })}
            </span>
          )}
          {delivery && (
            <span className="flex items-center gap-1.5 text-sm">
              <Icon name="bike" size={18} />
              {delivery}
            </span>
          )}
        </p>
        {restaurant.takes_reservations && (
          <a className="button mt-4" href={visit.href(`/restaurant/${restaurant.handle}/tables`)}>
            <Icon name="calendar" size={18} />
            {t('table.book')}
          </a>
        )}
      </div>
      <div className="tile-picture" data-shape="wide">
        <Picture picture={restaurant.picture} size={640} first />
      </div>
    </header>
  )
}

function Services({ visit, restaurant, current }: { visit: Visit; restaurant: RestaurantDetail; current: RestaurantService }) {
  const t = texts(visit.locale)
  if (restaurant.services.length < 2) return null
  return (
    <nav aria-label={t('menu.service')} className="tabs mt-5 flex flex-wrap gap-1.5">
      {restaurant.services.map((service) => (
        <a
          key={service}
          aria-current={service === current ? 'true' : undefined}
          href={visit.href(`/restaurant/${restaurant.handle}`, { service })}
        >
          {t(`service.${service}` satisfies TextKey)}
        </a>
      ))}
    </nav>
  )
}

/** Leaves out every dish with one of the ticked allergens; only those the menu has are offered. */
function Allergens({ visit, menu: card, without, service }: { visit: Visit; menu: Menu; without: readonly string[]; service: string }) {
  const t = texts(visit.locale)
  const present = Allergen.options.filter((code) => card.dishes.some((dish) => dish.allergens.includes(code)))
  if (present.length === 0) return null
  return (
    <details className="mt-3" open={without.length > 0}>
      <summary className="link inline-flex min-h-11 items-center gap-1.5">
        <Icon name="filter" size={18} />
        {without.length > 0 ? t('allergen.filtered', { count: without.length }) : t('allergen.filter')}
      </summary>
      <form method="get" action={visit.href(visit.path)} className="mt-1 mb-3" data-autosubmit="">
        <input type="hidden" name="service" value={service} />
        <fieldset className="flex flex-wrap gap-2">
          <legend className="quiet mb-2 text-sm">{t('allergen.text')}</legend>
          {present.map((code) => (
            <label key={code} className="toggle">
              <input type="checkbox" name="without" value={code} defaultChecked={without.includes(code)} />
              {t(`allergen.${code}` satisfies TextKey)}
            </label>
          ))}
          <button type="submit" className="button" data-without-script="">
            {visit.t('action.apply')}
          </button>
        </fieldset>
      </form>
    </details>
  )
}

/** schema.org Restaurant with its menu. */
function restaurantData(visit: Visit, restaurant: RestaurantDetail, card: Menu): object {
  const url = visit.origin + visit.href(`/restaurant/${restaurant.handle}`)
  return {
    '@context': 'https://schema.org',
    '@type': 'Restaurant',
    name: restaurant.name,
    url,
    ...(restaurant.picture ? { image: visit.origin + restaurant.picture.url } : {}),
    address: restaurant.address,
    ...(restaurant.phone ? { telephone: restaurant.phone } : {}),
    geo: { '@type': 'GeoCoordinates', latitude: restaurant.location.lat, longitude: restaurant.location.lng },
    servesCuisine: restaurant.cuisines,
    acceptsReservations: restaurant.takes_reservations,
    ...(restaurant.rating_average !== null && restaurant.rating_count > 0
      ? { aggregateRating: { '@type': 'AggregateRating', ratingValue: restaurant.rating_average, reviewCount: restaurant.rating_count } }
      : {}),
    hasMenu: {
      '@type': 'Menu',
      hasMenuSection: card.categories.map((category) => ({
        '@type': 'MenuSection',
        name: category.name,
        hasMenuItem: card.dishes
          .filter((dish) => dish.category_id === category.id)
          .map((dish) => ({
            '@type': 'MenuItem',
            name: dish.name,
            description: dish.description,
            offers: { '@type': 'Offer', price: decimal(dish.price), priceCurrency: dish.price.currency },
          })),
      })),
    },
  }
}
