import type { ReactNode } from 'react'
import { Icon } from '../../../storefront/components/icon.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import { type EventOccurrence, eventCalendar } from '../contract.ts'
import { availabilityBadge } from './event-words.tsx'
import { texts } from './texts.ts'

const noon = (day: string): string => `${day}T12:00:00Z`
const dayAfter = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)

/** First day of a month `count` months later. @param month `2026-12` */
function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

export interface EventMonth {
  visit: Visit
  category: EventOccurrence['category'] | undefined
  city: string | undefined
}

/** A month: on a desk a grid with titles, on a phone the same days as a list. Weeks start on Sunday. */
export async function eventMonth({ visit, category, city }: EventMonth): Promise<ReactNode> {
  const t = texts(visit.locale)
  const today = visit.formats.isoDay(visit.now.toISOString())
  const asked = visit.query.get('month') ?? ''
  const thisMonth = today.slice(0, 7)
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) && asked >= thisMonth && asked <= monthAfter(thisMonth, 18) ? asked : thisMonth
  const first = `${month}-01`
  const next = `${monthAfter(month, 1)}-01`
  const list = await visit.call(eventCalendar, { query: { from: first, to: dayAfter(next, -1), category, city } })
  const byDay = new Map<string, EventOccurrence[]>()
  for (const entry of list) {
    const day = visit.formats.isoDay(entry.starts_at)
    byDay.set(day, [...(byDay.get(day) ?? []), entry])
  }
  const formats = formatsOf(visit.locale, 'UTC')
  const hrefOf = (other: string) => visit.href('/event-ticketing', { view: 'calendar', month: other, category, city })
  const lead = new Date(`${first}T00:00:00Z`).getUTCDay()
  const length = Math.round((Date.parse(next) - Date.parse(first)) / 86_400_000)
  const days = [...Array.from({ length: lead }, () => null), ...Array.from({ length }, (_, index) => dayAfter(first, index))]
  const cells = [...days, ...Array.from({ length: (7 - (days.length % 7)) % 7 }, () => null)]
  return (
    <section id="month" className="mt-5" aria-labelledby="month-name">
      <div className="mb-3 flex items-center justify-between">
        <h2 id="month-name" className="text-2xl">
          {formats.month(noon(first))}
        </h2>
        <span className="flex">
          {month > thisMonth && (
            <a className="icon-button" rel="prev" href={hrefOf(monthAfter(month, -1))} data-swap="month" data-key="month-before">
              <Icon name="back" />
              <span className="sr-only">{t('month.before')}</span>
            </a>
          )}
          <a className="icon-button" rel="next" href={hrefOf(monthAfter(month, 1))} data-swap="month" data-key="month-after">
            <Icon name="forward" />
            <span className="sr-only">{t('month.after')}</span>
          </a>
        </span>
      </div>
      <ol className="hidden grid-cols-7 gap-px overflow-hidden rounded-card border border-line bg-line lg:grid">
        {cells.map((day, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cells of a printed month
          <li key={index} className={`min-h-28 p-2 ${day ? 'bg-raised' : 'bg-panel'}`}>
            {day && (
              <>
                <p className={`mb-1 text-sm ${day === today ? 'font-semibold text-brand-text' : 'quiet'}`}>
                  <span className="sr-only">{formats.day(noon(day))}</span>
                  <span aria-hidden="true">
                    {index < 7 || day.endsWith('-01') ? `${formats.weekday(noon(day))} ` : ''}
                    {visit.formats.number(Number(day.slice(8)))}
                  </span>
                </p>
                <ul className="grid gap-1">
                  {(byDay.get(day) ?? []).map((entry) => (
                    <li key={entry.event_date_id}>
                      <a
                        className="block rounded-lg bg-brand-tint px-1.5 py-1 text-sm leading-snug hover:underline"
                        href={visit.href(`/event-ticketing/${entry.handle}`, { date: entry.event_date_id })}
                      >
                        <bdi className="tabular-nums">{visit.formats.clock(entry.starts_at)}</bdi> {entry.title}
                      </a>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </li>
        ))}
      </ol>
      <div className="lg:hidden">
        {[...byDay].map(([day, entries]) => (
          <section key={day} className="border-line border-b py-3">
            <h3 className="mb-1 text-base">{formats.day(noon(day))}</h3>
            <ul>
              {entries.map((entry) => (
                <li key={entry.event_date_id}>
                  <a
                    className="flex min-h-12 items-center gap-3 py-1.5"
                    href={visit.href(`/event-ticketing/${entry.handle}`, { date: entry.event_date_id })}
                  >
                    <bdi className="quiet tabular-nums">{visit.formats.clock(entry.starts_at)}</bdi>
                    <span className="min-w-0 flex-1">
                      <span className="block">{entry.title}</span>
                      {entry.venue && <bdi className="quiet block truncate text-sm">{entry.venue}</bdi>}
                    </span>
                    <Availability visit={visit} entry={entry} />
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {list.length === 0 && <p className="notice mt-4">{t('month.none')}</p>}
    </section>
  )
}

function Availability({ visit, entry }: { visit: Visit; entry: EventOccurrence }) {
  const badge = availabilityBadge(visit, entry.availability)
  return badge ? (
    <span className="badge" data-tone={badge.tone}>
      {badge.words}
    </span>
  ) : null
}
