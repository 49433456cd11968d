import { applyRate, divideHalfUp } from '@cityos/contract'
import type { DayNumber, EpochMinute, Zone } from '../../platform/clock/zone.ts'
import { weekdayOf } from '../../platform/clock/zone.ts'

/** A window of every week in minutes of the provider's local day; days bound its validity, null = unbounded. */
export interface WeekRule {
  weekday: number
  startMinute: number
  endMinute: number
  fromDay: DayNumber | null
  toDay: DayNumber | null
}

export interface DayException {
  day: DayNumber
  kind: 'closed' | 'open'
  startMinute: number
  endMinute: number
}

/** Half-open intervals `[start, end)` of epoch minutes in one flat list: s0, e0, s1, e1 … sorted and apart from each other. */
export type Intervals = readonly number[]

/** Length and distance rules of one search. */
export interface SlotShape {
  durationMin: number
  bufferBeforeMin: number
  bufferAfterMin: number
  intervalMin: number
}

/** Sorts and joins what touches or overlaps. @param pairs flat list of starts and ends in any order; sorted ones cost least */
export function joined(pairs: Intervals): number[] {
  return join(isSorted(pairs) ? pairs : sorted(pairs))
}

function isSorted(pairs: Intervals): boolean {
  for (let index = 2; index < pairs.length; index += 2) if (pairs[index]! < pairs[index - 2]!) return false
  return true
}

function sorted(pairs: Intervals): number[] {
  const order = Array.from({ length: pairs.length / 2 }, (_, index) => index * 2).sort((a, b) => pairs[a]! - pairs[b]!)
  return order.flatMap((index) => [pairs[index]!, pairs[index + 1]!])
}

function join(pairs: Intervals): number[] {
  const result: number[] = []
  for (let index = 0; index < pairs.length; index += 2) {
    const start = pairs[index]!
    const end = pairs[index + 1]!
    const last = result.length - 1
    if (start >= end) continue
    if (last > 0 && start <= result[last]!) result[last] = Math.max(result[last]!, end)
    else result.push(start, end)
  }
  return result
}

/** What is left of `from` without `taken`; both joined. */
export function without(from: Intervals, taken: Intervals): number[] {
  const result: number[] = []
  let next = 0
  for (let index = 0; index < from.length; index += 2) {
    let start = from[index]!
    const end = from[index + 1]!
    while (next < taken.length && taken[next + 1]! <= start) next += 2
    for (let at = next; at < taken.length && taken[at]! < end; at += 2) {
      if (taken[at]! > start) result.push(start, taken[at]!)
      start = Math.max(start, taken[at + 1]!)
    }
    if (start < end) result.push(start, end)
  }
  return result
}

/**
 * When a provider works: rules ∪ open exceptions − closed ones, in the provider's own zone. A wall-clock window starts at
 * the first moment the clock shows its start and ends at the last it shows its end, so that it is an hour shorter on the
 * day clocks go forward across it and an hour longer on the day they go back.
 * @returns at least one piece per day: pieces may touch at midnight, but each day has a slot grid of its own
 */
export function openTimes(
  zone: Zone,
  rules: readonly WeekRule[],
  exceptions: readonly DayException[],
  fromDay: DayNumber,
  toDay: DayNumber,
): number[] {
  const pieces: number[] = []
  const closed: number[] = []
  for (let day = fromDay; day <= toDay; day += 1) {
    const weekday = weekdayOf(day)
    const open: number[] = []
    const add = (list: number[], startMinute: number, endMinute: number) =>
      list.push(zone.earlier(day * 1440 + startMinute), zone.later(day * 1440 + endMinute))
    for (const rule of rules) {
      if (rule.weekday !== weekday || (rule.fromDay !== null && day < rule.fromDay) || (rule.toDay !== null && day > rule.toDay)) continue
      add(open, rule.startMinute, rule.endMinute)
    }
    for (const exception of exceptions) {
      if (exception.day === day) add(exception.kind === 'open' ? open : closed, exception.startMinute, exception.endMinute)
    }
    const before = pieces.at(-1) ?? Number.NEGATIVE_INFINITY
    const daily = joined(open)
    for (let index = 0; index < daily.length; index += 2) {
      const start = Math.max(daily[index]!, before)
      if (start < daily[index + 1]!) pieces.push(start, daily[index + 1]!)
    }
  }
  return closed.length === 0 ? pieces : without(pieces, joined(closed))
}

/**
 * Calls `found` with each start a provider can serve: on the grid of its working time, with buffers free of what is taken.
 * Buffers may reach beyond the working time, the service may not.
 * @param open when the provider works; a service may run on into a piece that touches
 * @param busy what is taken, buffers of the others included, joined
 * @param earliest first start allowed (lead time)
 * @param latest no start at or after it (horizon, end of the range)
 */
export function freeStarts(
  open: Intervals,
  busy: Intervals,
  shape: SlotShape,
  earliest: EpochMinute,
  latest: EpochMinute,
  found: (start: EpochMinute) => void,
): void {
  const { durationMin, bufferBeforeMin, bufferAfterMin, intervalMin } = shape
  let next = 0
  let reach = Number.NEGATIVE_INFINITY
  for (let index = 0; index < open.length; index += 2) {
    reach = reachFrom(open, index, reach)
    const last = Math.min(open[index + 1]! - 1, reach - durationMin, latest - 1)
    let start = open[index]!
    if (start < earliest) start += Math.ceil((earliest - start) / intervalMin) * intervalMin
    while (start <= last) {
      while (next < busy.length && busy[next + 1]! <= start - bufferBeforeMin) next += 2
      if (next >= busy.length || busy[next]! >= start + durationMin + bufferAfterMin) {
        found(start)
        start += intervalMin
      } else {
        const clear = busy[next + 1]! + bufferBeforeMin
        start += Math.max(1, Math.ceil((clear - start) / intervalMin)) * intervalMin
      }
    }
  }
}

/** End of the working time without a break that piece `index` belongs to. @param known end of the stretch before it */
function reachFrom(open: Intervals, index: number, known: number): number {
  let reach = open[index + 1]!
  if (reach <= known) return known
  for (let next = index + 2; open[next] === reach; next += 2) reach = open[next + 1]!
  return reach
}

/** Which of some starts a provider could serve, on its grid or off it. @param starts ascending */
export function servable(open: Intervals, busy: Intervals, shape: SlotShape, starts: readonly EpochMinute[]): boolean[] {
  let piece = 0
  let next = 0
  let reach = Number.NEGATIVE_INFINITY
  return starts.map((start) => {
    while (piece < open.length && open[piece + 1]! <= start) piece += 2
    if (piece >= open.length || open[piece]! > start) return false
    reach = reachFrom(open, piece, reach)
    if (start + shape.durationMin > reach) return false
    while (next < busy.length && busy[next + 1]! <= start - shape.bufferBeforeMin) next += 2
    return next >= busy.length || busy[next]! >= start + shape.durationMin + shape.bufferAfterMin
  })
}

/** Whether one start is free: what `freeStarts` would find, for a claim. */
export function isFree(open: Intervals, busy: Intervals, shape: SlotShape, start: EpochMinute): boolean {
  let free = false
  freeStarts(open, busy, shape, start, start + 1, () => {
    free = true
  })
  return free
}

/** Whether nothing that is taken touches the time with its buffers, working or not. */
export function isClear(busy: Intervals, shape: SlotShape, start: EpochMinute): boolean {
  for (let index = 0; index < busy.length; index += 2) {
    if (busy[index]! < start + shape.durationMin + shape.bufferAfterMin && busy[index + 1]! > start - shape.bufferBeforeMin) return false
  }
  return true
}

/** Whose turn it is: fewest bookings for their weight, then higher priority, then the older id. */
export interface Turn {
  id: string
  priority: number
  weight: number
  /** Bookings in the week around the start. */
  load: number
}

export function byTurn(a: Turn, b: Turn): number {
  return a.load * b.weight - b.load * a.weight || b.priority - a.priority || (a.id < b.id ? -1 : 1)
}

/** Price of one seat for a length: pro rata of the base price, half-up to the minor unit. */
export function priceFor(offering: { price_amount: number; duration_min: number }, durationMin: number): number {
  return Number(divideHalfUp(BigInt(offering.price_amount) * BigInt(durationMin), BigInt(offering.duration_min)))
}

export type Plan = 'now' | 'deposit' | 'on_confirmation' | 'at_place' | 'free'

export function paymentPlan(offering: {
  price_amount: number
  pay_at_place: boolean
  requires_confirmation: boolean
  deposit_bps: number | null
}): Plan {
  if (offering.price_amount === 0) return 'free'
  if (offering.pay_at_place) return 'at_place'
  if (offering.requires_confirmation) return 'on_confirmation'
  return offering.deposit_bps === null ? 'now' : 'deposit'
}

/** Deposit of one seat; null unless the plan takes one. */
export function depositFor(plan: Plan, price: number, depositBps: number | null): number | null {
  return plan === 'deposit' && depositBps !== null ? applyRate(price, depositBps) : null
}

/** Minor units the vendor keeps when the customer does not come; null = what the cancellation policy keeps after the start. */
export function noShowFee(booking: { price_amount: number; no_show_fee_bps: number | null }): number | null {
  return booking.no_show_fee_bps === null ? null : applyRate(booking.price_amount, booking.no_show_fee_bps)
}

const minute = 60_000
const plus = (moment: Date, minutes: number): Date => new Date(moment.getTime() + minutes * minute)

export const earlierOf = (a: Date, b: Date): Date => (a > b ? b : a)

/** The customer may say they are there from half an hour before. */
export const checkInFrom = ({ starts_at }: { starts_at: Date }): Date => plus(starts_at, -30)
/** Ten minutes are everybody's. */
export const noShowFrom = ({ starts_at }: { starts_at: Date }): Date => plus(starts_at, 10)
/** Half an hour after the end an unmarked booking counts as given; nobody marks it otherwise from then on. */
export const unmarkedUntil = ({ ends_at }: { ends_at: Date }): Date => plus(ends_at, 30)
/** The vendor's money comes available two days after the service. */
export const releaseAt = (completedAt: Date): Date => plus(completedAt, 48 * 60)
/** A review is asked for two hours after the service. */
export const reviewFrom = (completedAt: Date): Date => plus(completedAt, 120)
/** A request is answered within the offering's time, and before it starts at the latest. */
export function confirmBy(now: Date, deadlineMin: number, startsAt: Date): Date {
  return earlierOf(plus(now, deadlineMin), startsAt)
}

const earthMetres = 6_371_008.8
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great-circle distance in metres (haversine). */
export function distance(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const half =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lng - a.lng) / 2) ** 2
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(half)))
}

export interface Question {
  key: string
  kind: 'text' | 'long_text' | 'choice' | 'yes_no'
  required: boolean
  choices: readonly { value: string }[]
}

export interface WrongAnswer {
  field: string
  code: 'required' | 'unknown' | 'invalid'
}

/**
 * Checks answers against the intake form.
 * @returns fields that do not fit: `{field: 'answers.skin', code: 'required'}`
 */
export function wrongAnswers(form: readonly Question[], answers: Readonly<Record<string, string | boolean>>): WrongAnswer[] {
  const wrong: WrongAnswer[] = []
  const known = new Set(form.map((question) => question.key))
  for (const key of Object.keys(answers)) if (!known.has(key)) wrong.push({ field: `answers.${key}`, code: 'unknown' })
  for (const { key, kind, required, choices } of form) {
    const answer = answers[key]
    if (answer === undefined || answer === '') {
      if (required) wrong.push({ field: `answers.${key}`, code: 'required' })
      continue
    }
    const fits = kind === 'yes_no' ? typeof answer === 'boolean' : typeof answer === 'string'
    const chosen = kind !== 'choice' || choices.some((choice) => choice.value === answer)
    if (!fits || !chosen) wrong.push({ field: `answers.${key}`, code: 'invalid' })
  }
  return wrong
}
