import { describe, expect, it } from 'vitest'
import { jitterOf, type KeptBackup, nextBackupAt, thinnedOut } from './backup-times.ts'

const at = (text: string) => new Date(text)
const hourIn = (timezone: string, moment: Date) =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: 'numeric', hourCycle: 'h23' }).format(moment))

describe('the night of a tenant', () => {
  it.each(['Asia/Riyadh', 'America/New_York', 'Europe/Paris', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC'])(
    'is two o’clock on its own clock in %s, once a day, all year',
    (timezone) => {
      let moment = at('2026-01-01T00:00:00Z')
      for (let night = 0; night < 366; night++) {
        const next = nextBackupAt('tnt_a', timezone, 2, moment)
        const hours = (next.getTime() - moment.getTime()) / 3_600_000
        expect(hours).toBeGreaterThan(0)
        if (night > 0) expect(hours).toBeLessThanOrEqual(26)
        // where summer time skips the hour, the one after
        expect([2, 3]).toContain(hourIn(timezone, next))
        moment = next
      }
    },
  )

  it('is spread over the hour by the tenant', () => {
    const minutes = new Set(
      Array.from({ length: 200 }, (_, index) => nextBackupAt(`tnt_${index}`, 'UTC', 2, at('2026-11-22T12:00:00Z')).getUTCMinutes()),
    )
    expect(minutes.size).toBeGreaterThan(45)
    expect(jitterOf('tnt_1')).toBe(jitterOf('tnt_1'))
  })
})

const day = 86_400_000
const now = at('2026-11-22T12:00:00Z')
const keeping = { days: 30, weeks: 12, months: 12 }

/** One backup a night for so many days, newest last. */
function nights(count: number): KeptBackup[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `night ${count - 1 - index}`,
    takenAt: new Date(now.getTime() - (count - 1 - index) * day - 10 * 3_600_000),
    verifiedAt: null,
    kind: 'scheduled',
    expiresAt: null,
  }))
}

describe('thinning', () => {
  it('keeps every daily of the last 30 days, whatever else goes', () => {
    const gone = thinnedOut(nights(30), keeping, now)
    expect(gone).toEqual([])
  })

  it('leaves, run every night for two years, 30 dailies, 12 weeklies and 12 monthlies, give or take the edges', () => {
    let backups: KeptBackup[] = []
    const start = now.getTime() - 730 * day
    for (let night = 0; night <= 730; night++) {
      const moment = new Date(start + night * day)
      backups.push({ id: `n${night}`, takenAt: moment, verifiedAt: null, kind: 'scheduled', expiresAt: null })
      const gone = new Set(thinnedOut(backups, keeping, moment))
      backups = backups.filter((one) => !gone.has(one.id))
    }
    const age = (one: KeptBackup) => (now.getTime() - one.takenAt.getTime()) / day
    expect(backups.filter((one) => age(one) < 30)).toHaveLength(30)
    const weeklies = backups.filter((one) => age(one) >= 30 && age(one) < 30 + 84)
    expect(weeklies.length).toBeGreaterThanOrEqual(12)
    expect(weeklies.length).toBeLessThanOrEqual(13)
    const monthlies = backups.filter((one) => age(one) >= 30 + 84)
    expect(monthlies.length).toBeGreaterThanOrEqual(11)
    expect(monthlies.length).toBeLessThanOrEqual(13)
  })

  it('never takes the last verified one, nor the newest', () => {
    const old = nights(400).map((one) => ({ ...one, takenAt: new Date(one.takenAt.getTime() - 1000 * day) }))
    const verified = old[17]!
    verified.verifiedAt = new Date(now.getTime() - 900 * day)
    old[3]!.verifiedAt = new Date(now.getTime() - 950 * day)
    const gone = thinnedOut(old, keeping, now)
    expect(old.filter((one) => !gone.includes(one.id)).map((one) => one.id)).toEqual([verified.id, old.at(-1)!.id])
  })

  it('leaves what people made until its own date, and final archives', () => {
    const base = { takenAt: new Date(now.getTime() - 900 * day), verifiedAt: null }
    const backups: KeptBackup[] = [
      ...nights(2),
      { ...base, id: 'manual', kind: 'manual', expiresAt: null },
      { ...base, id: 'until tomorrow', kind: 'manual', expiresAt: new Date(now.getTime() + day) },
      { ...base, id: 'until yesterday', kind: 'safety', expiresAt: new Date(now.getTime() - day) },
      { ...base, id: 'final', kind: 'archive', expiresAt: null },
    ]
    expect(thinnedOut(backups, keeping, now)).toEqual(['until yesterday'])
  })

  it('with nothing to keep keeps the newest', () => {
    expect(thinnedOut(nights(5), { days: 0, weeks: 0, months: 0 }, now)).toEqual(['night 1', 'night 2', 'night 3', 'night 4'])
    expect(thinnedOut([], keeping, now)).toEqual([])
  })
})
