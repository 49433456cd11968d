import { direction } from '@cityos/contract'
import { Swatch } from '../../../storefront/components/facets.tsx'
import { Icon } from '../../../storefront/components/icon.tsx'
import { Island } from '../../../storefront/components/island.tsx'
import { NoticeBox } from '../../../storefront/components/layout.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import type { Visit } from '../../../storefront/visit.ts'
import SeatMap from './islands/seat-map.tsx'
import type { EventView } from './pages/event.tsx'
import { categoryName, categoryOf, type ListedSeat, type Seating, seatsText, sectionName } from './seating.ts'
import { texts } from './texts.ts'

interface SeatChoiceProps {
  visit: Visit
  view: EventView
  seating: Seating
  dateId: string
}

/** Three ways to a seat: the best ones found for you, the plan, and a list of every section. */
export function SeatChoice(props: SeatChoiceProps) {
  const { visit, seating } = props
  const t = texts(visit.locale)
  return (
    <div className="grid gap-5">
      <Legend {...props} />
      {seating.free === 0 && !seating.section && <NoticeBox tone="warn">{t('seats.none_free')}</NoticeBox>}
      <Best {...props} />
      <Plan {...props} />
      <SectionList {...props} />
    </div>
  )
}

const hrefOf = (visit: Visit, view: EventView) => visit.href(`/event-ticketing/${view.event.handle}`)
const takeHref = (visit: Visit, view: EventView) => visit.href(`/event-ticketing/${view.event.handle}/tickets`)

function Legend({ visit, seating }: SeatChoiceProps) {
  const t = texts(visit.locale)
  const { layout, prices } = seating.map
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-2" aria-label={t('seats.categories')}>
      {layout.categories.map((category) => {
        const price = prices.find((entry) => entry.category === category.code)?.price
        return (
          <li key={category.code} className="flex items-center gap-2">
            <Swatch colour={category.colour} />
            <span>{categoryName(visit, layout, category.code)}</span>
            {price && (
              <span className="font-semibold">
                <Amount visit={visit} value={price} />
              </span>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Best({ visit, view, seating, dateId }: SeatChoiceProps) {
  const t = texts(visit.locale)
  const { map, best, asked } = seating
  return (
    <section id="best" className="card p-5" aria-labelledby="best-title">
      <h3 id="best-title" className="mb-3 text-lg">
        {t('seats.best')}
      </h3>
      <form method="get" action={`${hrefOf(visit, view)}#best`} data-swap="best" className="flex flex-wrap items-end gap-3">
        <input type="hidden" name="date" value={dateId} />
        <div className="field">
          <label htmlFor="best-count">{t('seats.count')}</label>
          <select id="best-count" name="best" defaultValue={asked.quantity} className="control w-24!">
            {Array.from({ length: view.event.max_tickets_per_order }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: numbers from one on
              <option key={index} value={index + 1}>
                {visit.formats.number(index + 1)}
              </option>
            ))}
          </select>
        </div>
        <div className="field min-w-0 flex-1 basis-40">
          <label htmlFor="best-category">{t('seats.category')}</label>
          <select id="best-category" name="category" defaultValue={asked.category} className="control">
            <option value="">{t('seats.any')}</option>
            {map.layout.categories.map((category) => (
              <option key={category.code} value={category.code}>
                {categoryName(visit, map.layout, category.code)}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button">
          {t('seats.find')}
        </button>
      </form>
      <div role="status">
        {best && (
          <form method="post" action={takeHref(visit, view)} className="mt-4 flex flex-wrap items-center gap-3 border-line border-t pt-4">
            <input type="hidden" name="date" value={dateId} />
            {best.seat_ids.map((seat) => (
              <input key={seat} type="hidden" name="seat" value={seat} />
            ))}
            <p className="min-w-0 flex-1 basis-56">
              <span className="block font-semibold">{seatsText(visit, seating.map.layout, best.seat_ids)}</span>
              <span className="quiet text-sm">
                {categoryName(visit, map.layout, best.category)}
                {!best.adjacent && ` · ${t('seats.apart')}`}
              </span>
            </p>
            <button type="submit" className="button" data-primary="">
              {t('seats.take', {
                total: visit.formats.money({ ...best.price, amount: best.price.amount * best.seat_ids.length }),
              })}
            </button>
          </form>
        )}
        {seating.bestGone && <p className="mt-3">{t('seats.best_gone')}</p>}
      </div>
    </section>
  )
}

/** The plan runs in the browser; it reads the seats itself, so that the page stays small. */
function Plan({ visit, view, seating, dateId }: SeatChoiceProps) {
  const t = texts(visit.locale)
  const { layout, prices } = seating.map
  return (
    <section aria-labelledby="plan-title" data-with-script="">
      <h3 id="plan-title" className="mb-2 text-lg">
        {t('seats.plan')}
      </h3>
      <Island
        name="event-ticketing/seat-map"
        when="view"
        component={SeatMap}
        props={{
          mapUrl: `/v1/store/events/${view.event.id}/seat-map`,
          seatsUrl: `/v1/store/events/${view.event.id}/seats?event_date_id=${dateId}`,
          action: takeHref(visit, view),
          date: dateId,
          locale: visit.locale,
          direction: direction(visit.locale),
          maximum: view.event.max_tickets_per_order,
          ratio: layout.height / layout.width,
          categories: layout.categories.map((category) => {
            const price = prices.find((entry) => entry.category === category.code)?.price
            return {
              code: category.code,
              name: categoryName(visit, layout, category.code),
              colour: category.colour,
              price: price ? visit.formats.money(price) : '',
            }
          }),
          sections: Object.fromEntries(layout.sections.map((section) => [section.code, sectionName(visit, section)])),
          texts: {
            label: t('seats.plan_label'),
            loading: t('seats.loading'),
            failed: t('seats.failed'),
            zoomIn: t('seats.zoom_in'),
            zoomOut: t('seats.zoom_out'),
            whole: t('seats.whole'),
            seat: t('seats.seat', {}),
            free: t('seats.state_free'),
            held: t('seats.state_held'),
            sold: t('seats.state_sold'),
            blocked: t('seats.state_blocked'),
            chosen: t('seats.state_chosen'),
            none: t('seats.none_chosen'),
            remove: t('seats.remove'),
            full: t('seats.full', { count: view.event.max_tickets_per_order }),
            take: t('seats.take_plan'),
            help: t('seats.help'),
            stage: t('seats.stage'),
          },
        }}
      />
    </section>
  )
}

const shapes: Record<ListedSeat['state'], string> = { free: '', held: 'quiet', sold: 'quiet line-through', blocked: 'quiet line-through' }

/** Every seat as words: for keyboards and readers, and where there are no scripts. One section at a time. */
function SectionList({ visit, view, seating, dateId }: SeatChoiceProps) {
  const t = texts(visit.locale)
  const { map, section } = seating
  return (
    <details id="seats" className="card p-5" open={section !== null}>
      <summary className="flex min-h-11 items-center justify-between font-semibold text-lg">
        {t('seats.list')}
        <Icon name="down" />
      </summary>
      <ul className="my-3 flex flex-wrap gap-2">
        {map.layout.sections.map((entry) => (
          <li key={entry.code}>
            <a
              className="chip min-h-11!"
              data-swap="seats"
              data-key={`section-${entry.code}`}
              aria-current={entry.code === section?.code ? 'true' : undefined}
              href={`${visit.href(`/event-ticketing/${view.event.handle}`, { date: dateId, section: entry.code })}#seats`}
            >
              {sectionName(visit, entry)}
            </a>
          </li>
        ))}
      </ul>
      {section && (
        <form method="post" action={takeHref(visit, view)} className="grid gap-4">
          <input type="hidden" name="date" value={dateId} />
          {section.rows.map((row) => (
            <fieldset key={row.label} className="field">
              <legend className="mb-1.5">
                {t('seats.row', { section: section.name, row: row.label })}{' '}
                <span className="quiet font-normal text-sm">{rowText(visit, seating, row.seats)}</span>
              </legend>
              <div className="flex flex-wrap gap-1.5">
                {row.seats.map((seat) =>
                  seat.state === 'free' ? (
                    <label key={seat.id} className="slot min-w-11">
                      <input
                        type="checkbox"
                        name="seat"
                        value={seat.id}
                        defaultChecked={visit.form.all('seat').includes(seat.id)}
                        className="sr-only"
                      />
                      {visit.formats.number(seat.number)}
                    </label>
                  ) : (
                    <span key={seat.id} className={`slot min-w-11 ${shapes[seat.state]}`} aria-disabled="true">
                      {visit.formats.number(seat.number)}
                      <span className="sr-only">{t(`seats.state_${seat.state}`)}</span>
                    </span>
                  ),
                )}
              </div>
            </fieldset>
          ))}
          <div className="sticky bottom-0 bg-raised py-3">
            <button type="submit" className="button w-full" data-primary="">
              {t('seats.take_plan')}
            </button>
          </div>
        </form>
      )}
    </details>
  )
}

function rowText(visit: Visit, seating: Seating, seats: readonly ListedSeat[]): string {
  const category = seats[0]?.category ?? categoryOf(seating.map.layout, seats[0]?.id ?? '') ?? ''
  const price = seating.map.prices.find((entry) => entry.category === category)?.price
  const name = categoryName(visit, seating.map.layout, category)
  return price ? `${name}, ${visit.formats.money(price)}` : name
}
