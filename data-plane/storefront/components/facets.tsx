import type { ProductFacets } from '../../core/catalogue/contract.ts'
import { bandValue, type ListingState } from '../listing-state.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'

export interface FacetsProps {
  visit: Visit
  state: ListingState
  facets: ProductFacets
  total: number
  fixed: { vendor?: boolean }
}

/** One column of filters; on a phone a sheet (a popover: opens and closes without scripts). One GET form. */
export function Facets({ visit, state, facets, total, fixed }: FacetsProps) {
  const { t } = visit
  return (
    <aside id="filters" popover="auto" className="sheet filters" aria-label={t('list.filters')}>
      <form method="get" action={visit.href(visit.path)} data-facets className="flex min-h-full flex-col">
        <div className="flex items-center justify-between pb-2 lg:hidden">
          <p className="font-semibold text-xl">{t('list.filters')}</p>
          <button type="button" className="icon-button" popoverTarget="filters" popoverTargetAction="hide" aria-label={t('action.close')}>
            <Icon name="close" size={24} />
          </button>
        </div>
        {state.text && <input type="hidden" name="q" value={state.text} />}
        {state.sort !== 'relevance' && <input type="hidden" name="sort" value={state.sort} />}
        <div className="flex-1" data-groups="">
          <Group code="in_stock" title={t('facet.availability')} open>
            <Check
              name="in_stock"
              value="true"
              label={t('facet.in_stock')}
              count={visit.formats.number(facets.in_stock)}
              checked={state.inStock}
            />
          </Group>
          <Bands visit={visit} state={state} facets={facets} />
          {facets.attributes
            .filter((group) => group.values.length > 0)
            .map((group, index) => (
              <Group key={group.code} code={group.code} title={group.name} open={index < 2 || group.values.some((value) => value.selected)}>
                <Values visit={visit} group={group} />
              </Group>
            ))}
          {!fixed.vendor && facets.vendors.length > 1 && (
            <Group code="vendor" title={t('facet.vendor')} open={facets.vendors.length < 8}>
              {facets.vendors.map((vendor) => (
                <Check
                  key={vendor.value}
                  name="vendor"
                  value={vendor.value}
                  label={vendor.name}
                  count={visit.formats.number(vendor.count)}
                  checked={vendor.selected}
                />
              ))}
            </Group>
          )}
        </div>
        <div className="sticky bottom-0 bg-page py-3 lg:hidden">
          <button type="submit" className="button w-full" data-primary="" data-show-count>
            {t('list.show', { count: total })}
          </button>
        </div>
        <button type="submit" className="button mt-4 hidden lg:inline-flex" data-without-script="">
          {t('action.apply')}
        </button>
      </form>
    </aside>
  )
}

function Group({ code, title, open, children }: { code: string; title: string; open: boolean; children: React.ReactNode }) {
  return (
    <details open={open} data-facet={code} className="border-line border-b py-1.5">
      <summary className="flex min-h-11 items-center justify-between font-semibold">
        {title}
        <Icon name="down" size={18} />
      </summary>
      <div className="pb-3">{children}</div>
    </details>
  )
}

interface CheckProps {
  name: string
  value: string
  label: string
  count: string
  checked: boolean
  kind?: 'checkbox' | 'radio'
  swatch?: string | null
}

function Check({ name, value, label, count, checked, kind = 'checkbox', swatch }: CheckProps) {
  return (
    <label className="flex min-h-10 cursor-pointer items-center gap-3 hover:text-brand-text">
      <input type={kind} name={name} value={value} defaultChecked={checked} />
      {swatch && <Swatch colour={swatch} />}
      <span className="flex-1">
        <bdi>{label}</bdi>
      </span>
      <span className="quiet text-sm tabular-nums" data-facet-count={`${name}=${value}`}>
        {count}
      </span>
    </label>
  )
}

/** An SVG, because the page's policy allows no `style` attributes. */
export function Swatch({ colour, size = 18 }: { colour: string; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" aria-hidden="true" className="shrink-0">
      <circle cx="9" cy="9" r="8" fill={colour} stroke="var(--line-strong)" />
    </svg>
  )
}

/** Values shown before "more". */
const shortList = 8

function Values({ visit, group }: { visit: Visit; group: ProductFacets['attributes'][number] }) {
  const boxes = group.values.map((value) => (
    <Check
      key={value.value}
      name="attr"
      value={`${group.code}:${value.value}`}
      label={value.name}
      count={visit.formats.number(value.count)}
      checked={value.selected}
      swatch={value.swatch}
    />
  ))
  if (boxes.length <= shortList + 2) return boxes
  return (
    <>
      {boxes.slice(0, shortList)}
      <details open={group.values.slice(shortList).some((value) => value.selected)}>
        <summary className="link inline-flex min-h-10 items-center">{visit.t('facet.more', { count: boxes.length - shortList })}</summary>
        {boxes.slice(shortList)}
      </details>
    </>
  )
}

function Bands({ visit, state, facets }: Pick<FacetsProps, 'visit' | 'state' | 'facets'>) {
  const { t } = visit
  const bands = facets.price_bands.filter((band) => band.count > 0 || state.price === bandValue(band))
  if (bands.length < 2 && !state.price) return null
  return (
    <Group code="price" title={t('facet.price')} open>
      <Check kind="radio" name="price" value="" label={t('facet.any_price')} count="" checked={state.price === null} />
      {bands.map((band) => (
        <Check
          key={bandValue(band)}
          kind="radio"
          name="price"
          value={bandValue(band)}
          label={bandLabel(visit, band)}
          count={visit.formats.number(band.count)}
          checked={band.selected || state.price === bandValue(band)}
        />
      ))}
    </Group>
  )
}

/** `SAR 100 to SAR 250`: bands end one minor unit below the next one; people read round numbers. */
function bandLabel(visit: Visit, band: ProductFacets['price_bands'][number]): string {
  const { t, formats } = visit
  const from = formats.roundMoney(band.from)
  if (!band.to) return t('facet.price_over', { from })
  const to = formats.roundMoney({ ...band.to, amount: band.to.amount + (band.to.amount % 10 === 9 ? 1 : 0) })
  return band.from.amount === 0 ? t('facet.price_under', { to }) : t('facet.price_between', { from, to })
}

export interface ActiveFilter {
  label: string
  without: ListingState
}

/** Each filter that narrows the list, in words, with the state without it; shown even when it matches nothing any more. */
export function activeFilters(visit: Visit, state: ListingState, facets: ProductFacets, fixed: { vendor?: boolean }): ActiveFilter[] {
  const filters: ActiveFilter[] = []
  const vendorName = (handle: string) => facets.vendors.find((vendor) => vendor.value === handle)?.name ?? handle
  if (state.inStock) filters.push({ label: visit.t('facet.in_stock'), without: { ...state, inStock: false } })
  if (state.price) {
    const band = facets.price_bands.find((candidate) => bandValue(candidate) === state.price)
    filters.push({ label: band ? bandLabel(visit, band) : visit.t('facet.price'), without: { ...state, price: null } })
  }
  for (const entry of state.attributes) {
    const colon = entry.indexOf(':')
    const group = facets.attributes.find((candidate) => candidate.code === entry.slice(0, colon))
    const name = group?.values.find((value) => value.value === entry.slice(colon + 1))?.name ?? entry.slice(colon + 1)
    filters.push({
      label: group ? `${group.name}: ${name}` : name,
      without: { ...state, attributes: state.attributes.filter((other) => other !== entry) },
    })
  }
  if (!fixed.vendor) {
    for (const handle of state.vendors) {
      filters.push({ label: vendorName(handle), without: { ...state, vendors: state.vendors.filter((other) => other !== handle) } })
    }
  }
  return filters
}
