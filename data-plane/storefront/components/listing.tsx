import type { ReactNode } from 'react'
import type { ProductCard, ProductFacets } from '../../core/catalogue/contract.ts'
import type { MessageKey } from '../i18n/messages.ts'
import { filterCount, type ListingState, listingQuery, pageSize, sorts } from '../listing-state.ts'
import type { Visit } from '../visit.ts'
import { Pager } from './browse.tsx'
import { activeFilters, Facets } from './facets.tsx'
import { Icon } from './icon.tsx'
import { EmptyState } from './layout.tsx'
import { ProductTile } from './product-tile.tsx'

export interface ListingProps {
  visit: Visit
  state: ListingState
  facets: ProductFacets
  products: readonly ProductCard[]
  total: number
  /** The page belongs to one vendor or category: not offered as a filter again. */
  fixed?: { vendor?: boolean }
  /** Between filters and products, e.g. child categories. */
  children?: ReactNode
}

/** Filters beside, products in rows, pages below. Every control is a link or a GET form. */
export function Listing(props: ListingProps) {
  const { visit, state, total, fixed = {} } = props
  return (
    <div className="shell grid grid-cols-[minmax(0,1fr)] gap-x-10 pt-4 lg:grid-cols-[15rem_minmax(0,1fr)]" data-listing>
      <Facets visit={visit} state={state} facets={props.facets} total={total} fixed={fixed} />
      <div data-results>
        {props.children}
        <Bar {...props} fixed={fixed} />
        {props.products.length === 0 ? (
          <NothingFound visit={visit} state={state} fixed={fixed} />
        ) : (
          <div className="tile-grid" data-wide={undefined}>
            {props.products.map((product, index) => (
              <ProductTile key={product.id} visit={visit} product={product} first={index < 4} heading="h2" />
            ))}
          </div>
        )}
        <Pages visit={visit} state={state} total={total} fixed={fixed} />
      </div>
    </div>
  )
}

function Bar({ visit, state, facets, total, fixed = {} }: ListingProps) {
  const { t } = visit
  const count = filterCount(state, fixed)
  return (
    <div className="mb-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="quiet" data-count>
          {t('list.count', { count: total })}
        </p>
        <div className="flex items-center gap-2">
          <button type="button" className="button px-4! lg:hidden" popoverTarget="filters">
            <Icon name="filter" />
            {t('list.filters')}
            {count > 0 && <span className="rounded-full bg-brand px-1.5 text-on-brand text-sm">{visit.formats.number(count)}</span>}
          </button>
          <SortForm visit={visit} state={state} fixed={fixed} />
        </div>
      </div>
      <Chips visit={visit} state={state} facets={facets} fixed={fixed} />
    </div>
  )
}

function SortForm({ visit, state, fixed }: { visit: Visit; state: ListingState; fixed: { vendor?: boolean } }) {
  const { t } = visit
  const kept = listingQuery({ ...state, sort: 'relevance', page: 1 }, fixed)
  return (
    <form method="get" action={visit.href(visit.path)} className="flex items-center gap-2" data-autosubmit>
      {[...kept].map(([name, value]) => (
        <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
      ))}
      <label htmlFor="sort" className="sr-only">
        {t('list.sort')}
      </label>
      <select id="sort" name="sort" defaultValue={state.sort} className="control w-auto">
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {t(`sort.${sort}` satisfies MessageKey)}
          </option>
        ))}
      </select>
      <button type="submit" className="button px-3!" data-without-script="">
        {t('action.apply')}
      </button>
    </form>
  )
}

function Chips({ visit, state, facets, fixed = {} }: Pick<ListingProps, 'visit' | 'state' | 'facets' | 'fixed'>) {
  const active = activeFilters(visit, state, facets, fixed)
  if (active.length === 0) return null
  const { t } = visit
  return (
    <ul className="mt-3 flex flex-wrap gap-2">
      {active.map((filter) => (
        <li key={filter.label}>
          <a className="chip" href={visit.href(visit.path, listingQuery({ ...filter.without, page: 1 }, fixed))}>
            <span className="sr-only">{t('list.remove_filter')}: </span>
            <bdi>{filter.label}</bdi>
            <Icon name="close" size={16} />
          </a>
        </li>
      ))}
      {active.length > 1 && (
        <li>
          <a className="link inline-flex min-h-9 items-center px-2" href={visit.href(visit.path, state.text ? { q: state.text } : {})}>
            {t('list.clear')}
          </a>
        </li>
      )}
    </ul>
  )
}

function NothingFound({ visit, state, fixed }: { visit: Visit; state: ListingState; fixed: { vendor?: boolean } }) {
  const { t } = visit
  const filtered = filterCount(state, fixed) > 0
  return (
    <EmptyState icon="search" title={t('list.none_title')} text={filtered ? t('list.none_filtered') : t('list.none_text')}>
      {filtered && (
        <a className="button" data-primary="" href={visit.href(visit.path, state.text ? { q: state.text } : {})}>
          {t('list.clear')}
        </a>
      )}
      <a className="button" href={visit.href('/products')}>
        {t('header.all_products')}
      </a>
    </EmptyState>
  )
}

function Pages({ visit, state, total, fixed }: { visit: Visit; state: ListingState; total: number; fixed: { vendor?: boolean } }) {
  return (
    <Pager
      visit={visit}
      page={state.page}
      last={Math.ceil(total / pageSize)}
      hrefOf={(page) => visit.href(visit.path, listingQuery({ ...state, page }, fixed))}
    />
  )
}
