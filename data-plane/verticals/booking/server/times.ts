import { DomainError, type ErrorCode } from '@cityos/contract'
import { minutes } from '../../../platform/clock/clock.ts'
import { type EpochMinute, minuteOf } from '../../../platform/clock/zone.ts'
import { durationsOf, type OfferingFacts, zoneOfOffering } from './offering-facts.ts'

/** No start at or after it: the end of the last day that can be booked, on the service's own clock. */
export function horizonEnd(offering: OfferingFacts, now: Date): EpochMinute {
  const zone = zoneOfOffering(offering)
  return zone.earlier((zone.day(minuteOf(now)) + offering.horizon_days + 1) * 1440)
}

/** First start the notice allows. */
export const earliestStart = (offering: OfferingFacts, now: Date): EpochMinute =>
  Math.ceil((now.getTime() + minutes(offering.lead_time_min)) / 60_000)

/** Why a time cannot be chosen, whoever else wants it; null when it can. */
export function timeProblem(
  offering: OfferingFacts,
  startsAt: Date,
  durationMin: number,
  now: Date,
): { code: ErrorCode; details: Record<string, unknown> } | null {
  const durations = durationsOf(offering)
  if (!durations.includes(durationMin)) return { code: 'duration_not_offered', details: { durations } }
  if (startsAt <= now) return { code: 'slot_in_past', details: { start: startsAt.toISOString() } }
  if (minuteOf(startsAt) < earliestStart(offering, now) || startsAt.getTime() < now.getTime() + minutes(offering.lead_time_min))
    return { code: 'lead_time_not_met', details: { lead_time_min: offering.lead_time_min } }
  return null
}

/** @throws DomainError duration_not_offered | slot_in_past | lead_time_not_met */
export function requireTime(offering: OfferingFacts, startsAt: Date, durationMin: number, now: Date): void {
  const problem = timeProblem(offering, startsAt, durationMin, now)
  if (problem) throw new DomainError(problem.code, { field: 'start', details: problem.details })
}
