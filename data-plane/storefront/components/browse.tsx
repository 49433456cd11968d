import type { ReactNode } from 'react'
import type { Picture as PictureData } from '../../core/vertical/contract.ts'
import { pagesAround } from '../listing-state.ts'
import type { Visit } from '../visit.ts'
import { Icon, type IconName } from './icon.tsx'
import { EmptyState } from './layout.tsx'
import { Picture } from './picture.tsx'

export type Filter =
  | { kind: 'select'; name: string; label: string; value: string; options: readonly { value: string; label: string }[] }
  | { kind: 'toggle'; name: string; label: string; checked: boolean }
  | { kind: 'date'; name: string; label: string; value: string; min?: string }

export interface FilterBarProps {
  visit: Visit
  filters: readonly Filter[]
  /** Kept as they are: what other controls of the page set. */
  kept?: Record<string, string | undefined>
}

/** Filters of a list as one GET form: the address is the state. With scripts a change asks at once. */
export function FilterBar({ visit, filters, kept = {} }: FilterBarProps) {
  return (
    <form method="get" action={visit.href(visit.path)} className="filter-bar" data-autosubmit="">
      {Object.entries(kept).map(([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />)}
      {filters.map((filter) =>
        filter.kind === 'toggle' ? (
          <label key={filter.name} className="toggle">
            <input type="checkbox" name={filter.name} value="true" defaultChecked={filter.checked} />
            {filter.label}
          </label>
        ) : (
          <div key={filter.name} className="field">
            <label htmlFor={`filter-${filter.name}`}>{filter.label}</label>
            {filter.kind === 'select' ? (
              <select id={`filter-${filter.name}`} name={filter.name} defaultValue={filter.value} className="control">
                {filter.options.map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.label}
                  </option>
                ))}
              </select>
            ) : (
              <input
                id={`filter-${filter.name}`}
                name={filter.name}
                type="date"
                min={filter.min}
                defaultValue={filter.value}
                className="control"
              />
            )}
          </div>
        ),
      )}
      <button type="submit" className="button" data-without-script="">
        {visit.t('action.filter')}
      </button>
    </form>
  )
}

export interface PagerProps {
  visit: Visit
  /** From 1. */
  page: number
  last: number
  hrefOf: (page: number) => string
}

/** Links to the other pages of a list; nothing where there is one only. */
export function Pager({ visit, page: current, last, hrefOf }: PagerProps) {
  const { t, formats } = visit
  if (last < 2) return null
  return (
    <nav aria-label={t('list.pages')} className="mt-12 flex flex-wrap items-center justify-center gap-1">
      {current > 1 && (
        <a className="icon-button px-3" rel="prev" href={hrefOf(current - 1)}>
          <Icon name="back" size={18} />
          {t('list.previous')}
        </a>
      )}
      <ol className="flex gap-1">
        {pagesAround(current, last).map((page, index) => (
          <li key={page ?? `gap${index}`}>
            {page === null ? (
              <span className="quiet inline-flex h-11 w-6 items-center justify-center">…</span>
            ) : (
              <a
                className="icon-button aria-[current]:bg-ink aria-[current]:text-page"
                aria-current={page === current ? 'page' : undefined}
                aria-label={t('list.page', { page })}
                href={hrefOf(page)}
              >
                {formats.number(page)}
              </a>
            )}
          </li>
        ))}
      </ol>
      {current < last && (
        <a className="icon-button px-3" rel="next" href={hrefOf(current + 1)}>
          {t('list.next')}
          <Icon name="forward" size={18} />
        </a>
      )}
    </nav>
  )
}

/** Page number of an address; anything that is none is the first. */
export function pageOf(visit: Visit): number {
  const page = Number(visit.query.get('page') ?? '1')
  return Number.isInteger(page) && page >= 1 && page <= 400 ? page : 1
}

export interface OfferTileProps {
  visit: Visit
  href: string
  title: string
  picture: PictureData | null
  /** Above the title: the vendor, or when it is. */
  eyebrow?: ReactNode
  badge?: { words: string; tone?: 'good' | 'warn' | 'bad' | 'brand' } | null
  first?: boolean
  heading?: 'h2' | 'h3'
  children?: ReactNode
}

/** One service, event or restaurant of a list. The title is the link, the whole tile is its target. */
export function OfferTile({ href, title, picture, eyebrow, badge, first = false, heading: Heading = 'h2', children }: OfferTileProps) {
  return (
    <article className="tile">
      <div className="tile-picture" data-shape="wide">
        <Picture picture={picture} size={400} first={first} decorative />
        {badge && (
          <span className="badge absolute start-2.5 top-2.5" data-tone={badge.tone}>
            {badge.words}
          </span>
        )}
      </div>
      {eyebrow && <p className="quiet mt-2.5 truncate text-sm">{eyebrow}</p>}
      <Heading className="mt-1 mb-1 text-lg">
        <a className="tile-link clamp-2" href={href}>
          {title}
        </a>
      </Heading>
      {children}
    </article>
  )
}

export interface OfferRailProps {
  visit: Visit
  title: string
  href: string
  children: ReactNode
}

/** A section of the home page: a heading, a link to all, and a row that scrolls sideways on a phone. */
export function OfferRail({ visit, title, href, children }: OfferRailProps) {
  return (
    <section className="shell mt-14">
      <div className="mb-4 flex items-baseline justify-between gap-4">
        <h2 className="text-2xl">{title}</h2>
        <a className="link inline-flex min-h-11 shrink-0 items-center font-semibold" href={href}>
          {visit.t('rail.all')}
          <span className="sr-only">: {title}</span>
        </a>
      </div>
      <div className="rail offer-rail">{children}</div>
    </section>
  )
}

export interface BrowseProps {
  visit: Visit
  title: string
  lead: string
  /** Beside the title: another view of the same list. */
  view?: ReactNode
  categories: { label: string; entries: readonly { name: string; href: string; current: boolean }[] }
  filters: Omit<FilterBarProps, 'visit'>
  /** Between the filters and the count: a place to be near to. */
  extra?: ReactNode
  children: ReactNode
}

/** A page to look around on: kinds as chips, filters in a row, then the list or another view of it. */
export function Browse({ visit, title, lead, view, categories, filters, extra, children }: BrowseProps) {
  return (
    <div className="shell pt-6">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl lg:text-4xl">{title}</h1>
          <p className="quiet mt-1">{lead}</p>
        </div>
        {view}
      </div>
      <nav aria-label={categories.label} className="-mx-1 my-5 overflow-x-auto px-1 pb-1">
        <ul className="flex gap-2">
          {categories.entries.map((entry) => (
            <li key={entry.href}>
              <a className="chip min-h-11!" aria-current={entry.current ? 'page' : undefined} href={entry.href}>
                {entry.name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <FilterBar visit={visit} {...filters} />
      {extra}
      {children}
    </div>
  )
}

export interface OffersProps {
  visit: Visit
  /** How many there are, in words. */
  count: string
  empty: { icon: IconName; title: string; text: string; clearHref: string }
  /** Tiles of this page of the list. */
  tiles: readonly ReactNode[]
  pager: Omit<PagerProps, 'visit'>
}

/** The tiles of a list with its count and pages; with nothing in it, the way back to more. */
export function Offers({ visit, count, empty, tiles, pager }: OffersProps) {
  return (
    <>
      <p role="status" className="quiet my-5">
        {count}
      </p>
      {tiles.length === 0 ? (
        <EmptyState icon={empty.icon} title={empty.title} text={empty.text}>
          <a className="button" data-primary="" href={empty.clearHref}>
            {visit.t('list.clear')}
          </a>
        </EmptyState>
      ) : (
        <div className="offer-grid">{tiles}</div>
      )}
      <Pager visit={visit} {...pager} />
    </>
  )
}
