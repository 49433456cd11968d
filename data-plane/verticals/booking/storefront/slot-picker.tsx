import type { Result } from '@cityos/contract'
import { Icon } from '../../../storefront/components/icon.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import { listSlots, type Service } from '../contract.ts'
import { addDays, asDay, daysBetween, noonOf } from './calendar-days.ts'
import { texts } from './texts.ts'

type Days = Result<typeof listSlots>

/** What the picker's part of the address says. */
export interface PickerState {
  duration: number
  provider: string | undefined
  timezone: string
  /** First of the seven days shown. */
  week: string
  day: string
  slots: Days
  today: string
  last: string
}

const shownDays = 7
/** Days looked at in one go; the API gives at most 31. */
const lookAhead = 28

const zones = ['Asia/Riyadh', 'Asia/Dubai', 'Africa/Cairo', 'Europe/Paris', 'Europe/London', 'America/New_York', 'Asia/Kolkata']

function knownZone(name: string | null, fallback: string): string {
  if (!name || name.length > 60) return fallback
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return fallback
  }
}

/**
 * Reads the address and the free times: seven days from `day` on, in steps of weeks from today. Without a day asked for, the
 * first one that has a free time; when there is none in the week, the weeks after it are looked through.
 */
export async function readPicker(visit: Visit, service: Service, fixed: { duration?: number } = {}): Promise<PickerState> {
  const { query } = visit
  const asked = fixed.duration ?? Number(query.get('d'))
  const duration = service.durations.some((option) => option.minutes === asked)
    ? asked
    : (fixed.duration ?? service.durations[0]?.minutes ?? service.duration_min)
  const provider = service.providers.find((candidate) => candidate.id === query.get('p'))?.id
  const timezone = knownZone(query.get('tz'), service.timezone)
  const today = formatsOf('en', timezone).isoDay(visit.now.toISOString())
  const last = addDays(today, service.horizon_days)
  const wanted = asDay(query.get('day'))
  const within = wanted && wanted >= today && wanted <= last ? wanted : null
  const read = (from: string, length: number) =>
    visit.call(listSlots, {
      params: { id: service.id },
      query: { from, to: addDays(from, length - 1), duration, provider_id: provider, tz: timezone },
    })
  const weekOf = (day: string) => addDays(today, Math.floor(daysBetween(today, day) / shownDays) * shownDays)
  const slots = await read(within ? weekOf(within) : today, within ? shownDays : lookAhead)
  const free = slots.days.find((day) => day.slots.length > 0)?.date
  const day = within ?? free ?? today
  const week = weekOf(day)
  return { duration, provider, timezone, week, day, slots, today, last }
}

export interface SlotPickerProps {
  visit: Visit
  service: Service
  state: PickerState
  /** Path of the page the picker stands on. */
  path: string
  /** Kept in every link of it: a guest's token. */
  kept?: Record<string, string | undefined>
  /** Address a chosen time leads to. */
  choose: (start: string) => string
  /** The length stays: a booking is moved. */
  fixedDuration?: boolean
}

/** Length, person, day, time. Links all through, so that it works without scripts; with them only this part changes. */
export function SlotPicker(props: SlotPickerProps) {
  const { visit, service, state, fixedDuration = false } = props
  const t = texts(visit.locale)
  return (
    <section id="picker" aria-label={t('picker.title')} className="grid gap-5">
      {!fixedDuration && service.durations.length > 1 && <Durations {...props} />}
      {service.providers.length > 1 && <Providers {...props} />}
      <Week {...props} />
      <Times {...props} />
      <Zone {...props} />
      {state.slots.days.every((day) => day.slots.length === 0) && <p className="notice">{t('picker.none_at_all')}</p>}
    </section>
  )
}

function linkOf({ visit, state, path, kept = {} }: SlotPickerProps, changes: Record<string, string | undefined>): string {
  return visit.href(path, {
    ...kept,
    d: String(state.duration),
    p: state.provider,
    tz: visit.query.get('tz') ?? undefined,
    day: state.day,
    ...changes,
  })
}

function Durations(props: SlotPickerProps) {
  const { visit, service, state } = props
  const t = texts(visit.locale)
  return (
    <fieldset className="field">
      <legend className="mb-2">{t('picker.duration')}</legend>
      <div className="flex flex-wrap gap-2">
        {service.durations.map((option) => (
          <a
            key={option.minutes}
            data-swap="picker"
            data-key={`d${option.minutes}`}
            className="slot px-4"
            aria-current={option.minutes === state.duration ? 'true' : undefined}
            href={linkOf(props, { d: String(option.minutes), day: undefined })}
          >
            {visit.formats.duration(option.minutes)}
            <small>
              <bdi>{visit.formats.money(option.price)}</bdi>
            </small>
          </a>
        ))}
      </div>
    </fieldset>
  )
}

function Providers(props: SlotPickerProps) {
  const { visit, service, state } = props
  const t = texts(visit.locale)
  const entries = [{ id: undefined, name: t('picker.anyone') }, ...service.providers]
  return (
    <fieldset className="field">
      <legend className="mb-2">{t('picker.provider')}</legend>
      <div className="flex flex-wrap gap-2">
        {entries.map((entry) => (
          <a
            key={entry.id ?? 'anyone'}
            data-swap="picker"
            data-key={`p${entry.id ?? ''}`}
            className="slot px-4"
            aria-current={entry.id === state.provider ? 'true' : undefined}
            href={linkOf(props, { p: entry.id, day: undefined })}
          >
            <bdi>{entry.name}</bdi>
          </a>
        ))}
      </div>
    </fieldset>
  )
}

function Week(props: SlotPickerProps) {
  const { visit, state } = props
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, 'UTC')
  const days = Array.from({ length: shownDays }, (_, index) => addDays(state.week, index))
  const isFree = (day: string) => state.slots.days.some((entry) => entry.date === day && entry.slots.length > 0)
  const before = addDays(state.week, -shownDays)
  const after = addDays(state.week, shownDays)
  return (
    <div>
      <div className="mb-2 flex items-center justify-between gap-2">
        <h2 className="text-lg">{formats.month(noonOf(state.day))}</h2>
        <span className="flex">
          {state.week > state.today && (
            <a className="icon-button" data-swap="picker" data-key="before" href={linkOf(props, { day: before })}>
              <Icon name="back" />
              <span className="sr-only">{t('picker.week_before')}</span>
            </a>
          )}
          {after <= state.last && (
            <a className="icon-button" data-swap="picker" data-key="after" href={linkOf(props, { day: after })}>
              <Icon name="forward" />
              <span className="sr-only">{t('picker.week_after')}</span>
            </a>
          )}
        </span>
      </div>
      <ul className="days">
        {days.map((day) => (
          <li key={day}>
            {day > state.last ? (
              <span className="day" aria-disabled="true">
                <span className="text-xs">{formats.weekday(noonOf(day))}</span>
                <b>{visit.formats.number(Number(day.slice(8)))}</b>
              </span>
            ) : (
              <a
                className="day"
                data-swap="picker"
                data-key={day}
                data-open={isFree(day) ? '' : undefined}
                aria-current={day === state.day ? 'date' : undefined}
                href={linkOf(props, { day })}
              >
                <span className="text-xs">{formats.weekday(noonOf(day))}</span>
                <b>{visit.formats.number(Number(day.slice(8)))}</b>
                <span className="sr-only">{isFree(day) ? t('picker.day_free') : t('picker.day_full')}</span>
                <i />
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Times(props: SlotPickerProps) {
  const { visit, service, state, choose } = props
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, state.timezone)
  const slots = state.slots.days.find((day) => day.date === state.day)?.slots ?? []
  const next = state.slots.days.find((day) => day.date > state.day && day.slots.length > 0)?.date
  const label = formatsOf(visit.locale, 'UTC').day(noonOf(state.day))
  if (slots.length === 0) {
    return (
      <div className="notice flex-wrap items-center">
        <span className="flex-1">{t('picker.full', { day: label })}</span>
        {next ? (
          <a className="button" data-swap="picker" data-key="next" href={linkOf(props, { day: next })}>
            {t('picker.next_free', { day: formatsOf(visit.locale, 'UTC').day(noonOf(next)) })}
          </a>
        ) : (
          <a className="button" data-swap="picker" data-key="next" href={linkOf(props, { day: undefined })}>
            {t('picker.first_free')}
          </a>
        )}
      </div>
    )
  }
  return (
    <div>
      <h3 className="mb-2 text-base" role="status">
        {label} <span className="quiet font-normal">{t('picker.count', { count: slots.length })}</span>
      </h3>
      <ul className="slot-grid">
        {slots.map((slot) => (
          <li key={slot.start}>
            <a className="slot h-full" href={choose(slot.start)} rel="nofollow">
              <time dateTime={slot.start}>{formats.clock(slot.start)}</time>
              {service.seats > 1 && <small>{t('picker.seats_left', { count: slot.seats_left })}</small>}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Whose clock the times are: the place's own first, then others; the script adds the visitor's. */
function Zone(props: SlotPickerProps) {
  const { visit, service, state, path, kept = {} } = props
  const t = texts(visit.locale)
  const at = noonOf(state.day)
  const options = [...new Set([service.timezone, state.timezone, ...zones])]
  const fields: Record<string, string | undefined> = { ...kept, d: String(state.duration), p: state.provider, day: state.day }
  return (
    <form
      method="get"
      action={visit.href(path)}
      data-autosubmit=""
      data-swap="picker"
      className="flex flex-wrap items-center gap-2 text-sm"
    >
      {Object.entries(fields).map(([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />)}
      <label htmlFor="tz" className="quiet flex items-center gap-1.5">
        <Icon name="globe" size={18} />
        {t('picker.zone')}
      </label>
      <select id="tz" name="tz" defaultValue={state.timezone} data-own-zone={t('picker.zone_own')} className="control w-auto! flex-1">
        {options.map((zone) => {
          const { city, offset } = formatsOf(visit.locale, zone).zone
          return (
            <option key={zone} value={zone}>
              {`${city} (${offset(at)})${zone === service.timezone ? ` · ${t('picker.zone_place')}` : ''}`}
            </option>
          )
        })}
      </select>
      <button type="submit" className="button" data-without-script="">
        {visit.t('action.change')}
      </button>
    </form>
  )
}
