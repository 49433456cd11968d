import type { ReactNode } from 'react'
import { Browse, OfferRail, Offers, OfferTile, pageOf } from '../../../../storefront/components/browse.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { readPosition } from '../../../../storefront/components/position-field.tsx'
import { Rating } from '../../../../storefront/components/vendor-tile.tsx'
import { breadcrumbData } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { Cuisine, DietaryTag, listRestaurants, type RestaurantCard, RestaurantService } from '../../contract.ts'
import { PlacesPicture } from '../places-picture.tsx'
import { type TextKey, texts } from '../texts.ts'
import { cuisineText, deliveryText, distanceText, openText } from '../words.tsx'

const perPage = 24
const sorts = ['distance', 'rating', 'fee', 'name'] as const

/** Restaurants: what, how it comes, who is open; near a place when one is given. */
export async function restaurants(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const { query } = visit
  const service = RestaurantService.safeParse(query.get('service')).data
  const cuisine = Cuisine.safeParse(query.get('cuisine')).data
  const dietary = DietaryTag.safeParse(query.get('dietary')).data
  const openNow = query.get('open_now') === 'true'
  const near = readPosition(query.get('near') ?? '')
  const asked = query.get('sort')
  const sort = sorts.find((entry) => entry === asked && (entry !== 'distance' || near))
  const number = pageOf(visit)
  const list = await visit.call(listRestaurants, {
    query: {
      ...(near ?? {}),
      service,
      cuisine,
      dietary,
      open_now: openNow ? 'true' : undefined,
      sort: sort ?? (near ? 'distance' : undefined),
      limit: perPage,
      offset: (number - 1) * perPage,
    },
  })
  const state = {
    service,
    cuisine,
    dietary,
    open_now: openNow ? 'true' : undefined,
    near: near ? `${near.lat},${near.lng}` : undefined,
    sort,
  }
  const crumbs = [{ label: visit.t('action.home'), href: visit.href('/') }, { label: t('list.title') }]
  const select = (name: string, label: string, value: string | undefined, any: string, codes: readonly string[], prefix: string) => ({
    kind: 'select' as const,
    name,
    label,
    value: value ?? '',
    options: [{ value: '', label: any }, ...codes.map((code) => ({ value: code, label: t(`${prefix}.${code}` as TextKey) }))],
  })
  return page(
    t('list.title'),
    <Browse
      visit={visit}
      title={t('list.title')}
      lead={t('list.lead')}
      categories={{
        label: t('list.cuisines'),
        entries: [undefined, ...Cuisine.options].map((code) => ({
          name: code ? t(`cuisine.${code}` satisfies TextKey) : t('list.all'),
          href: visit.href('/restaurant', { ...state, cuisine: code }),
          current: code === cuisine,
        })),
      }}
      filters={{
        kept: { cuisine, near: state.near },
        filters: [
          select('service', t('list.service'), service, t('list.any_service'), RestaurantService.options, 'service'),
          select('dietary', t('list.dietary'), dietary, t('list.any_diet'), DietaryTag.options, 'diet'),
          select('sort', visit.t('list.sort'), sort, t('sort.usual'), near ? sorts : sorts.slice(1), 'sort'),
          { kind: 'toggle', name: 'open_now', label: t('list.open_now'), checked: openNow },
        ],
      }}
      extra={<Near visit={visit} state={state} />}
    >
      <Offers
        visit={visit}
        count={t('list.count', { count: list.total })}
        empty={{
          icon: 'meal',
          title: t('list.none_title'),
          text: t('list.none_text'),
          clearHref: visit.href('/restaurant', { near: state.near }),
        }}
        tiles={list.items.map((entry, index) => <RestaurantTile key={entry.id} visit={visit} restaurant={entry} first={index < 3} />)}
        pager={{
          page: number,
          last: Math.ceil(list.total / perPage),
          hrefOf: (next) => visit.href('/restaurant', { ...state, page: next > 1 ? String(next) : undefined }),
        }}
      />
      {list.items.length > 1 && <PlacesPicture visit={visit} restaurants={list.items} here={near} />}
    </Browse>,
    {
      description: t('list.lead'),
      jsonLd: [breadcrumbData(visit, crumbs)],
      canonical: cuisine ? `/restaurant?cuisine=${cuisine}` : '/restaurant',
      noIndex: Boolean(near || service || dietary || openNow || sort),
    },
  )
}

/** Distance and delivery need to know where: asked for here, never guessed. */
function Near({ visit, state }: { visit: Visit; state: Record<string, string | undefined> }) {
  const t = texts(visit.locale)
  return (
    <form method="get" action={visit.href('/restaurant')} className="mt-3 flex flex-wrap items-center gap-2">
      {Object.entries(state).map(
        ([name, value]) => value && name !== 'near' && <input key={name} type="hidden" name={name} value={value} />,
      )}
      <label htmlFor="near" className="sr-only">
        {t('near.label')}
      </label>
      <input
        id="near"
        name="near"
        dir="ltr"
        defaultValue={state['near'] ?? ''}
        placeholder={t('near.placeholder')}
        maxLength={400}
        autoComplete="off"
        className="control min-w-0 flex-1 basis-full sm:max-w-72 sm:basis-40"
      />
      <button type="submit" className="button">
        <Icon name="pin" size={18} />
        {t('near.submit')}
      </button>
      <button
        type="button"
        className="button"
        data-with-script=""
        data-locate="near"
        data-submit=""
        data-found={visit.t('position.found')}
        data-refused={visit.t('position.refused')}
      >
        {visit.t('position.here')}
      </button>
      {state['near'] && (
        <a className="link inline-flex min-h-11 items-center px-2" href={visit.href('/restaurant', { ...state, near: undefined })}>
          {t('near.forget')}
        </a>
      )}
      <span role="status" className="quiet basis-full text-sm empty:hidden" />
    </form>
  )
}

export interface RestaurantTileProps {
  visit: Visit
  restaurant: RestaurantCard
  first?: boolean
  heading?: 'h2' | 'h3'
}

export function RestaurantTile({ visit, restaurant, first, heading }: RestaurantTileProps) {
  const t = texts(visit.locale)
  const { state } = restaurant
  return (
    <OfferTile
      visit={visit}
      href={visit.href(`/restaurant/${restaurant.handle}`)}
      title={restaurant.name}
      picture={restaurant.picture}
      first={first}
      heading={heading}
      badge={{ words: openText(visit, restaurant), tone: state.open ? 'good' : 'warn' }}
    >
      <p className="quiet truncate text-sm">{cuisineText(visit, restaurant)}</p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
        <Rating visit={visit} average={restaurant.rating_average} count={restaurant.rating_count} />
        {state.open && <span>{t('ready.in', { time: visit.formats.duration(restaurant.ready_in_minutes) })}</span>}
        {restaurant.distance_m !== null && <span className="quiet">{distanceText(visit, restaurant.distance_m)}</span>}
      </p>
      <p className="quiet text-sm">{deliveryText(visit, restaurant) ?? servicesText(visit, restaurant)}</p>
    </OfferTile>
  )
}

function servicesText(visit: Visit, { services }: RestaurantCard): string {
  const t = texts(visit.locale)
  return services.map((service) => t(`service.${service}` satisfies TextKey)).join(' · ')
}

/** Home: who cooks now. */
export async function restaurantRail(visit: Visit): Promise<ReactNode> {
  const t = texts(visit.locale)
  const open = await visit.call(listRestaurants, { query: { limit: 4, open_now: 'true' } })
  const shown = open.items.length > 0 ? open.items : (await visit.call(listRestaurants, { query: { limit: 4 } })).items
  if (shown.length === 0) return null
  return (
    <OfferRail visit={visit} title={open.items.length > 0 ? t('home.open') : t('home.title')} href={visit.href('/restaurant')}>
      {shown.map((entry) => (
        <RestaurantTile key={entry.id} visit={visit} restaurant={entry} heading="h3" />
      ))}
    </OfferRail>
  )
}
