import { createHash } from 'node:crypto'

/** Pure rules of the backup calendar: when the next one is made, and which are kept. Times are instants; hours are the tenant's own. */

const hour = 3_600_000
const day = 24 * hour

/**
 * The next night's moment for a tenant's backup: after `after`, in the hour `atHour` of its own clock, somewhere within
 * that hour by its id, so that a fleet does not start at once.
 * @param timezone such as Asia/Riyadh
 */
export function nextBackupAt(tenantId: string, timezone: string, atHour: number, after: Date): Date {
  const jitter = jitterOf(tenantId) * hour
  for (let ahead = 0; ahead <= 2; ahead++) {
    const at = new Date(localHour(timezone, new Date(after.getTime() + ahead * day), atHour).getTime() + jitter)
    if (at > after) return at
  }
  return new Date(after.getTime() + day)
}

/** 0 ≤ n < 1, always the same for a tenant. */
export function jitterOf(tenantId: string): number {
  return createHash('sha256').update(tenantId).digest().readUInt32BE(0) / 0x1_0000_0000
}

/** The instant at which that hour begins on the local day of `on`; where the clock jumps over it, the hour after. */
function localHour(timezone: string, on: Date, atHour: number): Date {
  const local = partsOf(timezone, on)
  const wanted = Date.UTC(local.year, local.month - 1, local.day, atHour)
  let guess = wanted
  let before = wanted
  for (let turn = 0; turn < 4; turn++) {
    const seen = partsOf(timezone, new Date(guess))
    const off = wanted - Date.UTC(seen.year, seen.month - 1, seen.day, seen.hour, seen.minute)
    if (off === 0) return new Date(guess)
    before = guess
    guess += off
  }
  return new Date(Math.max(before, guess))
}

const formats = new Map<string, Intl.DateTimeFormat>()

function partsOf(timezone: string, at: Date): { year: number; month: number; day: number; hour: number; minute: number } {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
  formats.set(timezone, format)
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, Number(part.value)]))
  return { year: parts['year']!, month: parts['month']!, day: parts['day']!, hour: parts['hour']!, minute: parts['minute']! }
}

/** What is known of a backup when it is decided whether it stays. */
export interface KeptBackup {
  id: string
  takenAt: Date
  verifiedAt: Date | null
  kind: string
  /** Kept until then, whatever the calendar says; null: the calendar decides. */
  expiresAt: Date | null
}

export interface Keeping {
  days: number
  weeks: number
  months: number
}

/**
 * Which backups may go: every daily of the last `days` stays, then the newest of each week for `weeks`, then the newest
 * of each month for `months`. The newest of all and the one verified last always stay; what a person made stays until
 * its own date, and final archives until the tenant is erased.
 */
export function thinnedOut(backups: readonly KeptBackup[], keeping: Keeping, now: Date): string[] {
  const newestFirst = [...backups].sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
  const always = new Set<string>()
  if (newestFirst[0]) always.add(newestFirst[0].id)
  const verified = [...backups].filter((one) => one.verifiedAt).sort((a, b) => b.verifiedAt!.getTime() - a.verifiedAt!.getTime())[0]
  if (verified) always.add(verified.id)
  const daily = new Date(now.getTime() - keeping.days * day)
  const weekly = new Date(daily.getTime() - keeping.weeks * 7 * day)
  const monthly = monthsBefore(weekly, keeping.months)
  const held = new Set<string>()
  return newestFirst.filter((one) => !stays(one)).map((one) => one.id)

  function stays(one: KeptBackup): boolean {
    if (always.has(one.id) || one.kind === 'archive') return true
    if (one.expiresAt) return one.expiresAt > now
    if (one.kind !== 'scheduled' || one.takenAt > daily) return true
    if (one.takenAt > weekly) return isFirst(`week ${weekOf(one.takenAt)}`)
    return one.takenAt > monthly && isFirst(`month ${one.takenAt.toISOString().slice(0, 7)}`)
  }

  /** The newest of its week or month: they come newest first. */
  function isFirst(period: string): boolean {
    if (held.has(period)) return false
    held.add(period)
    return true
  }
}

/** Weeks begin on Monday: days since an arbitrary Monday, in sevens. */
function weekOf(at: Date): number {
  return Math.floor((at.getTime() / day + 3) / 7)
}

function monthsBefore(at: Date, months: number): Date {
  const before = new Date(at)
  before.setUTCMonth(before.getUTCMonth() - months)
  return before
}
