import { Statement } from '../../../core/catalogue/read/statement.ts'
import { type EpochMinute, momentOf, type Zone, zoneOf } from '../../../platform/clock/zone.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { type DayException, joined, openTimes, type WeekRule } from '../rules.ts'

/** A provider of a service, with its working time and what is taken in the range asked for. */
export interface Candidate {
  id: string
  kind: 'person' | 'room' | 'equipment'
  zone: Zone
  priority: number
  weight: number
  /** When it works: flat intervals of epoch minutes, one piece per day at least. */
  open: number[]
  /** What is taken, buffers included, joined. */
  busy: number[]
}

interface Row {
  id: string
  kind: Candidate['kind']
  timezone: string
  priority: number
  weight: number
  rules: [weekday: number, start: number, end: number, from: number | null, to: number | null][] | null
  exceptions: [day: number, kind: 'closed' | 'open', start: number, end: number][] | null
  /** Pairs of big-endian int4: starts and ends in epoch minutes. */
  busy: Buffer | null
}

const occupied = `('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress')`

/**
 * Working time and taken time of all providers of a service, in one statement: what is taken comes packed, four bytes a
 * minute, so that 31 days of 200 providers cost little to read.
 * @param from first minute that matters; a service that starts before it may reach in
 * @param to end of the range
 */
export async function loadSchedule(db: Tx, offeringId: string, from: EpochMinute, to: EpochMinute): Promise<Candidate[]> {
  const statement = new Statement()
  const offering = statement.value(offeringId)
  const start = `${statement.value(momentOf(from - 1440))}::timestamptz`
  const end = `${statement.value(momentOf(to + 1440))}::timestamptz`
  const rows = await statement.rows<Row>(
    db,
    `WITH team AS (
      SELECT p.id, p.kind, p.timezone, p.priority, p.weight FROM booking_offering_provider op JOIN booking_provider p ON p.id = op.provider_id
      WHERE op.offering_id = ${offering} AND p.active AND p.verification <> 'rejected' AND p.deleted_at IS NULL),
    taken AS (
      SELECT provider_id, string_agg(int4send(floor(extract(epoch FROM s) / 60)::int) || int4send(ceil(extract(epoch FROM e) / 60)::int), ''::bytea ORDER BY s) AS busy FROM (
        SELECT a.provider_id, a.blocked_from AS s, a.blocked_to AS e FROM booking_assignment a JOIN team ON team.id = a.provider_id
          WHERE a.blocked_from < ${end} AND a.blocked_from >= ${start} - interval '2 days' AND a.blocked_to > ${start} AND a.status IN ${occupied}
        UNION ALL
        SELECT b.provider_id, greatest(b.starts_at, ${start}), least(b.ends_at, ${end}) FROM booking_calendar_block b JOIN team ON team.id = b.provider_id
          WHERE b.starts_at < ${end} AND b.ends_at > ${start}
      ) t GROUP BY provider_id),
    weeks AS (
      SELECT r.provider_id, json_agg(json_build_array(r.weekday, r.start_minute, r.end_minute, r.valid_from - date '1970-01-01', r.valid_to - date '1970-01-01')) AS rules
      FROM booking_availability_rule r JOIN team ON team.id = r.provider_id GROUP BY r.provider_id),
    days AS (
      SELECT x.provider_id, json_agg(json_build_array(x.date - date '1970-01-01', x.kind, x.start_minute, x.end_minute)) AS exceptions
      FROM booking_availability_exception x JOIN team ON team.id = x.provider_id
      WHERE x.date >= (${start} - interval '2 days')::date AND x.date <= (${end} + interval '2 days')::date GROUP BY x.provider_id)
    SELECT team.*, weeks.rules, days.exceptions, taken.busy FROM team
    LEFT JOIN weeks ON weeks.provider_id = team.id LEFT JOIN days ON days.provider_id = team.id LEFT JOIN taken ON taken.provider_id = team.id
    ORDER BY team.id`,
  )
  return rows.map((row) => candidateOf(row, from, to))
}

function candidateOf(row: Row, from: EpochMinute, to: EpochMinute): Candidate {
  const zone = zoneOf(row.timezone)
  const rules = (row.rules ?? []).map(
    ([weekday, startMinute, endMinute, fromDay, toDay]): WeekRule => ({ weekday, startMinute, endMinute, fromDay, toDay }),
  )
  const exceptions = (row.exceptions ?? []).map(
    ([day, kind, startMinute, endMinute]): DayException => ({ day, kind, startMinute, endMinute }),
  )
  return {
    id: row.id,
    kind: row.kind,
    zone,
    priority: row.priority,
    weight: row.weight,
    open: openTimes(zone, rules, exceptions, zone.day(from), zone.day(to)),
    busy: joined(unpack(row.busy)),
  }
}

function unpack(bytes: Buffer | null): number[] {
  if (!bytes) return []
  const numbers = new Array<number>(bytes.length / 4)
  for (let index = 0; index < numbers.length; index += 1) numbers[index] = bytes.readInt32BE(index * 4)
  return numbers
}
