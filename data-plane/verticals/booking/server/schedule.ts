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
  /** JSON text: many providers work the same week, which is read once. */
  rules: string | null
  exceptions: string | null
  /** Pairs of timestamps as Postgres sends them: big-endian int8, microseconds since 2000. */
  busy: Buffer | null
}

type RuleRow = [weekday: number, start: number, end: number, from: number | null, to: number | null]
type ExceptionRow = [day: number, kind: 'closed' | 'open', start: number, end: number]

const occupied = `('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress')`

/**
 * Working time and taken time of all providers of a service, in one statement: what is taken comes packed, so that 31 days of
 * 200 providers cost little to read.
 * @param from first minute that matters; a service that starts before it may reach in
 * @param to end of the range
 */
export async function loadSchedule(db: Tx, offeringId: string, from: EpochMinute, to: EpochMinute): Promise<Candidate[]> {
  const statement = new Statement()
  const offering = statement.value(offeringId)
  const moment = (minute: EpochMinute) => `${statement.value(momentOf(minute))}::timestamptz`
  const [start, end, reach] = [moment(from - 1440), moment(to + 1440), moment(from - 3 * 1440)]
  const rows = await statement.rows<Row>(
    db,
    `WITH team AS MATERIALIZED (
      SELECT p.id, p.kind, p.timezone, p.priority, p.weight FROM booking_offering_provider op JOIN booking_provider p ON p.id = op.provider_id
      WHERE op.offering_id = ${offering} AND p.active AND p.verification <> 'rejected' AND p.deleted_at IS NULL)
    SELECT team.*,
      (SELECT json_agg(json_build_array(r.weekday, r.start_minute, r.end_minute, r.valid_from - date '1970-01-01', r.valid_to - date '1970-01-01'))::text
        FROM booking_availability_rule r WHERE r.provider_id = team.id) AS rules,
      (SELECT json_agg(json_build_array(x.date - date '1970-01-01', x.kind, x.start_minute, x.end_minute))::text
        FROM booking_availability_exception x WHERE x.provider_id = team.id AND x.date >= (${start})::date - 2 AND x.date <= (${end})::date + 2) AS exceptions,
      coalesce((SELECT string_agg(timestamptz_send(a.blocked_from) || timestamptz_send(a.blocked_to), ''::bytea)
        FROM booking_assignment a WHERE a.provider_id = team.id AND a.blocked_from < ${end} AND a.blocked_from >= ${reach} AND a.status IN ${occupied}), ''::bytea)
      || coalesce((SELECT string_agg(timestamptz_send(greatest(b.starts_at, ${start})) || timestamptz_send(least(b.ends_at, ${end})), ''::bytea)
        FROM booking_calendar_block b WHERE b.provider_id = team.id AND b.starts_at < ${end} AND b.ends_at > ${start}), ''::bytea) AS busy
    FROM team ORDER BY team.id`,
  )
  const weeks = new Map<string, number[]>()
  return rows.map(({ timezone, rules, exceptions, busy, ...row }) => {
    const zone = zoneOf(timezone)
    const key = `${timezone}|${rules}|${exceptions}`
    const open = weeks.get(key) ?? openOf(zone, rules, exceptions, from, to)
    weeks.set(key, open)
    return { ...row, zone, open, busy: joined(unpack(busy)) }
  })
}

function openOf(zone: Zone, rules: string | null, exceptions: string | null, from: EpochMinute, to: EpochMinute): number[] {
  const week = (JSON.parse(rules ?? '[]') as RuleRow[]).map(
    ([weekday, startMinute, endMinute, fromDay, toDay]): WeekRule => ({ weekday, startMinute, endMinute, fromDay, toDay }),
  )
  const days = (JSON.parse(exceptions ?? '[]') as ExceptionRow[]).map(
    ([day, kind, startMinute, endMinute]): DayException => ({ day, kind, startMinute, endMinute }),
  )
  return openTimes(zone, week, days, zone.day(from), zone.day(to))
}

const minutesTo2000 = Date.UTC(2000, 0, 1) / 60_000

/** Epoch minutes, starts rounded down and ends up. */
function unpack(bytes: Buffer | null): number[] {
  if (!bytes) return []
  const numbers = new Array<number>(bytes.length / 8)
  for (let index = 0; index < numbers.length; index += 1) {
    const microseconds = bytes.readInt32BE(index * 8) * 4_294_967_296 + bytes.readUInt32BE(index * 8 + 4)
    const minutes = microseconds / 60_000_000
    numbers[index] = minutesTo2000 + (index % 2 === 0 ? Math.floor(minutes) : Math.ceil(minutes))
  }
  return numbers
}
