import { DomainError, newId } from '@cityos/contract'
import { sql } from 'kysely'
import { lockIfFree } from '../../../engines/capacity/exclusive.ts'
import { takeUnits } from '../../../engines/capacity/pool.ts'
import { later, minutes } from '../../../platform/clock/clock.ts'
import { minuteOf } from '../../../platform/clock/zone.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { byTurn, isClear, isFree, servable } from '../rules.ts'
import { expireUnanswered } from './booking-moves.ts'
import { providers, seatPool } from './capacity.ts'
import { crewOf, type OfferingFacts, shapeOf, zoneOfOffering } from './offering-facts.ts'
import { type Candidate, loadSchedule } from './schedule.ts'
import { leadsOf } from './search.ts'
import { horizonEnd } from './times.ts'

export interface Wanted {
  offering: OfferingFacts
  startsAt: Date
  durationMin: number
  seats: number
  providerId: string | null
  now: Date
  /** The vendor's own hand: working time, grid and horizon do not count, only what is taken does. */
  anyTime?: boolean
}

/** What a claim took, still without the booking that holds it. */
export interface Taken {
  providerIds: string[]
  /** The date of a group service; null: the booking itself takes the providers. */
  slotId: string | null
  endsAt: Date
  blockedFrom: Date
  blockedTo: Date
}

const mostTries = 60

/**
 * Takes a time of a service inside the caller's transaction: a seat of a group date (K1), or its provider(s), locked in id
 * order (K3) and looked at again under the lock; the exclusion constraint on assignments has the last word (K2).
 * Round-robin falls to the next when its choice is gone meanwhile; a collective service takes all or none.
 * @throws DomainError slot_unavailable {resources: services whose holds are in the way}
 */
export async function claimTime(tx: Tx, wanted: Wanted): Promise<Taken> {
  const { offering, startsAt, durationMin, now } = wanted
  const endsAt = later(startsAt, minutes(durationMin))
  const span = {
    endsAt,
    blockedFrom: later(startsAt, -minutes(offering.buffer_before_min)),
    blockedTo: later(endsAt, minutes(offering.buffer_after_min)),
  }
  if (!wanted.anyTime) requireWithinHorizon(wanted)
  if (offering.max_per_day !== null) await requireRoomOnDay(tx, wanted)
  let team: Candidate[] = []
  let expired = false
  for (let attempt = 0; attempt < mostTries; attempt += 1) {
    if (offering.seats > 1) {
      const joined = await joinSlot(tx, wanted, endsAt)
      if (joined) return { ...joined, ...span }
    }
    team = await loadSchedule(tx, offering.id, minuteOf(startsAt), minuteOf(endsAt))
    const crew = await pickCrew(tx, team, wanted)
    if (!crew) {
      if (expired) break
      const ids = team.map((candidate) => candidate.id)
      if ((await expireUnanswered(tx, ids, span.blockedFrom, span.blockedTo, now)) === 0) break
      expired = true
      continue
    }
    if (await lockIfFree(tx, providers, crew, { from: span.blockedFrom, to: span.blockedTo })) {
      const slotId = offering.seats > 1 ? await openSlot(tx, wanted, crew, span) : null
      return { providerIds: crew, slotId, ...span }
    }
  }
  throw await unavailable(tx, offering.id, team, span)
}

function requireWithinHorizon({ offering, startsAt, now }: Wanted): void {
  if (minuteOf(startsAt) >= horizonEnd(offering, now) || startsAt.getTime() % 60_000 !== 0) {
    throw new DomainError('slot_unavailable', { field: 'start', details: { reason: 'not_offered', resources: [] } })
  }
}

/** Days are counted under a lock of their own, so that two claims of one day come one after another. */
async function requireRoomOnDay(tx: Tx, { offering, startsAt }: Wanted): Promise<void> {
  const key = `booking.day:${offering.id}:${zoneOfOffering(offering).day(minuteOf(startsAt))}`
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx)
  const { rows } = await sql<{ count: number }>`
    SELECT count(DISTINCT coalesce(slot_id, id))::int AS count FROM booking
    WHERE offering_id = ${offering.id} AND status NOT IN ('declined', 'cancelled', 'expired', 'rescheduled')
      AND starts_at >= date_trunc('day', ${startsAt}::timestamptz, ${offering.timezone})
      AND starts_at < date_trunc('day', ${startsAt}::timestamptz, ${offering.timezone}) + interval '36 hours'
      AND (starts_at AT TIME ZONE ${offering.timezone})::date = (${startsAt}::timestamptz AT TIME ZONE ${offering.timezone})::date
      AND NOT (slot_id IS NOT NULL AND starts_at = ${startsAt})`.execute(tx)
  if (rows[0]!.count >= offering.max_per_day!) {
    throw new DomainError('slot_unavailable', { field: 'start', details: { reason: 'day_full', resources: [offering.id] } })
  }
}

/** K1: seats of a date that is open already; the emptiest last, so that dates fill up. */
async function joinSlot(tx: Tx, { offering, startsAt, seats, providerId, now }: Wanted, endsAt: Date) {
  const slots = await tx
    .selectFrom('booking_slot')
    .select(['id', 'provider_ids'])
    .where('offering_id', '=', offering.id)
    .where('starts_at', '=', startsAt)
    .where('ends_at', '=', endsAt)
    .where('status', '=', 'open')
    .$if(providerId !== null, (query) => query.where('lead_provider_id', '=', providerId!))
    .orderBy('used', 'desc')
    .orderBy('id')
    .execute()
  for (const slot of slots) {
    const refused = await takeUnits(tx, seatPool, new Map([[slot.id, seats]]), now)
    if (refused.length === 0) return { slotId: slot.id, providerIds: slot.provider_ids }
  }
  return null
}

async function openSlot(tx: Tx, wanted: Wanted, providerIds: string[], span: Omit<Taken, 'providerIds' | 'slotId'>): Promise<string> {
  const { offering, startsAt, seats, now } = wanted
  if (seats > offering.seats)
    throw new DomainError('slot_unavailable', { field: 'seats', details: { seats: offering.seats, resources: [] } })
  const id = newId('bsl')
  await tx
    .insertInto('booking_slot')
    .values({
      id,
      offering_id: offering.id,
      lead_provider_id: providerIds[0]!,
      starts_at: startsAt,
      ends_at: span.endsAt,
      blocked_from: span.blockedFrom,
      blocked_to: span.blockedTo,
      provider_ids: providerIds,
      capacity: offering.seats,
      used: seats,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await assign(tx, { bookingId: null, slotId: id }, providerIds, span, 'confirmed')
  return id
}

/** Writes who is taken and when. @throws DomainError slot_unavailable when K2 refuses after all */
export async function assign(
  tx: Tx,
  holder: { bookingId: string | null; slotId: string | null },
  providerIds: readonly string[],
  span: { blockedFrom: Date; blockedTo: Date },
  status: string,
): Promise<void> {
  await tx
    .insertInto('booking_assignment')
    .values(
      [...providerIds].sort().map((providerId) => ({
        id: newId('bas'),
        booking_id: holder.bookingId,
        slot_id: holder.slotId,
        provider_id: providerId,
        blocked_from: span.blockedFrom,
        blocked_to: span.blockedTo,
        status,
      })),
    )
    .execute()
}

/** Who would serve, from what is committed now; the first is who leads. Null when nobody can. */
async function pickCrew(tx: Tx, team: readonly Candidate[], wanted: Wanted): Promise<string[] | null> {
  const { offering, startsAt, durationMin, providerId, anyTime } = wanted
  const start = minuteOf(startsAt)
  const shape = shapeOf(offering, durationMin)
  const crew = crewOf(offering)
  const serves = (candidate: Candidate) =>
    anyTime ? isClear(candidate.busy, shape, start) : isFree(candidate.open, candidate.busy, shape, start)
  const leads = leadsOf(team, crew)
  const free = leads.filter((lead) => serves(lead) && (providerId === null || crew.together || lead.id === providerId))
  const chosen = crew.together ? (free.length === leads.length ? free : []) : await nextInTurn(tx, free, offering.assignment, startsAt)
  if (chosen.length === 0) return null
  const ids = chosen.map((candidate) => candidate.id)
  for (const { kind, quantity } of crew.resources) {
    const pool = team.filter(
      (candidate) =>
        candidate.kind === kind &&
        (anyTime ? isClear(candidate.busy, shape, start) : servable(candidate.open, candidate.busy, shape, [start])[0]),
    )
    if (pool.length < quantity) return null
    ids.push(...pool.slice(0, quantity).map((candidate) => candidate.id))
  }
  return ids
}

async function nextInTurn(tx: Tx, free: Candidate[], assignment: string, startsAt: Date): Promise<Candidate[]> {
  if (free.length <= 1 || assignment === 'fixed') return free.slice(0, 1)
  const week = minutes(7 * 24 * 60)
  const { rows } = await sql<{ provider_id: string; count: number }>`
    SELECT provider_id, count(*)::int AS count FROM booking_assignment
    WHERE provider_id = ANY (${free.map((candidate) => candidate.id)}::text[])
      AND blocked_from >= ${later(startsAt, -week)} AND blocked_from < ${later(startsAt, week)}
      AND status NOT IN ('declined', 'cancelled', 'expired', 'rescheduled') GROUP BY provider_id`.execute(tx)
  const loads = new Map(rows.map((row) => [row.provider_id, row.count]))
  const turn = (candidate: Candidate) => ({ ...candidate, load: loads.get(candidate.id) ?? 0 })
  return [...free].sort((a, b) => byTurn(turn(a), turn(b))).slice(0, 1)
}

/** Names the services whose holds are in the way, so that overdue ones are ended and the claim tried once more. */
async function unavailable(
  tx: Tx,
  offeringId: string,
  team: readonly Candidate[],
  span: { blockedFrom: Date; blockedTo: Date },
): Promise<DomainError> {
  const held = await tx
    .selectFrom('booking_assignment as a')
    .leftJoin('booking_slot as s', 's.id', 'a.slot_id')
    .leftJoin('booking as b', (join) =>
      join.on((eb) => eb.or([eb('b.id', '=', eb.ref('a.booking_id')), eb('b.slot_id', '=', eb.ref('a.slot_id'))])),
    )
    .select((eb) => eb.fn.coalesce('b.offering_id', 's.offering_id').as('offering_id'))
    .distinct()
    .where('b.status', '=', 'held')
    .where('a.provider_id', 'in', ['', ...team.map((candidate) => candidate.id)])
    .where('a.blocked_from', '<', span.blockedTo)
    .where('a.blocked_to', '>', span.blockedFrom)
    .where('a.blocked_from', '>', later(span.blockedFrom, -minutes(2 * 24 * 60)))
    .execute()
  const resources = new Set([offeringId, ...held.flatMap((row) => row.offering_id ?? [])])
  return new DomainError('slot_unavailable', { field: 'start', details: { resources: [...resources].sort() } })
}
