import { businessDay, businessDaySpan, type LocalTime, openSpanAt, openSpans, type Week } from './hours.ts'

/** A stretch in which food becomes ready, epoch minutes. */
export interface SlotSpan {
  from: number
  to: number
}

export interface KitchenRule {
  week: Week
  slotMinutes: number
  prepMinutes: number
  leadMinutes: number
  futureDays: number
  pause: Pause
}

/** `stopped`: no orders; else promises are `extraMinutes` later. `until` (epoch minute) ends both; null = by hand. */
export interface Pause {
  stopped: boolean
  extraMinutes: number
  until: number | null
}

/** As soon as possible means within this many minutes after the earliest moment; later slots are for those who choose them. */
export const asapReach = 60

/** What of a pause still holds; the moment on the row decides, not the timer that clears it. */
export function pauseAt(pause: Pause, now: number): Pause {
  return pause.until !== null && pause.until <= now ? { stopped: false, extraMinutes: 0, until: null } : pause
}

/** The earliest moment at which food ordered now is ready: now + preparation + rush. */
export function earliestReady(rule: KitchenRule, now: number): number {
  const { stopped, extraMinutes } = pauseAt(rule.pause, now)
  return now + rule.prepMinutes + (stopped ? 0 : extraMinutes)
}

/** All slots of a business day, open or past, in order. */
export function slotsOfDay(rule: Pick<KitchenRule, 'week' | 'slotMinutes'>, service: string, day: number, zone: LocalTime): SlotSpan[] {
  const { from, to } = businessDaySpan(day, zone)
  const slots: SlotSpan[] = []
  for (const start of [day - 1, day, day + 1]) {
    for (const span of openSpans(rule.week, service, start, zone)) {
      const skipped = Math.ceil((span.from - span.grid) / rule.slotMinutes)
      for (let at = span.grid + skipped * rule.slotMinutes; at + rule.slotMinutes <= span.to; at += rule.slotMinutes) {
        if (from <= at && at < to) slots.push({ from: at, to: at + rule.slotMinutes })
      }
    }
  }
  return slots.sort((a, b) => a.from - b.from)
}

/** Why a chosen slot cannot be had; null when it can (its room is the counters' affair). */
export function slotProblem(
  rule: KitchenRule,
  service: string,
  start: number,
  now: number,
  zone: LocalTime,
): 'no_such_slot' | 'too_soon' | 'too_far' | 'paused' | null {
  const day = businessDay(start, zone)
  if (day > businessDay(now, zone) + rule.futureDays) return 'too_far'
  if (!slotsOfDay(rule, service, day, zone).some((slot) => slot.from === start)) return 'no_such_slot'
  if (start < Math.max(now + rule.leadMinutes, earliestReady(rule, now))) return 'too_soon'
  return blocked(pauseAt(rule.pause, now), start) ? 'paused' : null
}

function blocked(pause: Pause, start: number): boolean {
  return pause.stopped && (pause.until === null || start < pause.until)
}

/** Slots for an order now, as soon as possible first; empty while it is closed or stopped. */
export function asapSlots(rule: KitchenRule, service: string, now: number, zone: LocalTime): SlotSpan[] {
  if (pauseAt(rule.pause, now).stopped || !openSpanAt(rule.week, service, now, zone)) return []
  const ready = earliestReady(rule, now)
  const day = businessDay(ready, zone)
  return [day, day + 1]
    .flatMap((candidate) => slotsOfDay(rule, service, candidate, zone))
    .filter((slot) => slot.to > ready && slot.from <= ready + asapReach)
}

/** Slots that may be chosen from a moment on, in order, at most `count`. */
export function choosableSlots(
  rule: KitchenRule,
  service: string,
  given: { from: number; now: number; count: number },
  zone: LocalTime,
): SlotSpan[] {
  const today = businessDay(given.now, zone)
  const earliest = Math.max(given.from, given.now + rule.leadMinutes, earliestReady(rule, given.now))
  const pause = pauseAt(rule.pause, given.now)
  const found: SlotSpan[] = []
  for (let day = businessDay(earliest, zone); day <= today + rule.futureDays && found.length < given.count; day += 1) {
    for (const slot of slotsOfDay(rule, service, day, zone)) {
      if (slot.from >= earliest && !blocked(pause, slot.from)) found.push(slot)
    }
  }
  return found.slice(0, given.count)
}

/**
 * When the food is ready: never before now + preparation + rush (docs/spec/restaurant.md, invariant 5).
 * @returns epoch minutes
 */
export function promise(
  rule: KitchenRule,
  slot: SlotSpan,
  given: { now: number; service: string; deliveryMinutes: number },
): { ready: number; delivery: number | null } {
  const ready = Math.max(slot.from, earliestReady(rule, given.now))
  return { ready, delivery: given.service === 'delivery' ? ready + given.deliveryMinutes : null }
}
