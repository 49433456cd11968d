import { IANAZone } from 'luxon'

/** Minutes since 1970-01-01T00:00Z. */
export type EpochMinute = number
/** Minutes since 1970-01-01T00:00 on the wall clock of a zone: day × 1440 + minute of the day. */
export type WallMinute = number
/** Days since 1970-01-01 of the calendar. */
export type DayNumber = number

const mostCached = 20_000

/**
 * A time zone for arithmetic in whole minutes, exact on the days its clocks change. Offsets come from luxon and are
 * remembered: slot search asks for the same few hundred moments thousands of times.
 */
export class Zone {
  readonly name: string
  readonly #zone: IANAZone
  readonly #offsets = new Map<number, number>()
  readonly #earlier = new Map<WallMinute, EpochMinute>()
  readonly #later = new Map<WallMinute, EpochMinute>()

  /** @throws RangeError when there is no such zone */
  constructor(name: string) {
    this.#zone = IANAZone.create(name)
    if (!this.#zone.isValid) throw new RangeError(`no time zone ${name}`)
    this.name = name
  }

  /** Minutes the wall clock is ahead of UTC at that moment. Zones change on quarters of an hour only. */
  offset(at: EpochMinute): number {
    const quarter = Math.floor(at / 15)
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      if (this.#offsets.size > mostCached) this.#offsets.clear()
      offset = Math.round(this.#zone.offset(quarter * 900_000))
      this.#offsets.set(quarter, offset)
    }
    return offset
  }

  wall(at: EpochMinute): WallMinute {
    return at + this.offset(at)
  }

  day(at: EpochMinute): DayNumber {
    return Math.floor(this.wall(at) / 1440)
  }

  /** The first moment the wall clock shows `wall`; in the gap of a clock put forward: the moment of the jump. */
  earlier(wall: WallMinute): EpochMinute {
    return this.#remember(this.#earlier, wall, Math.min)
  }

  /** The last moment the wall clock shows `wall`; in the gap of a clock put forward: the moment of the jump. */
  later(wall: WallMinute): EpochMinute {
    return this.#remember(this.#later, wall, Math.max)
  }

  #remember(cache: Map<WallMinute, EpochMinute>, wall: WallMinute, pick: (...values: number[]) => number): EpochMinute {
    let at = cache.get(wall)
    if (at === undefined) {
      if (cache.size > mostCached) cache.clear()
      at = this.#resolve(wall, pick)
      cache.set(wall, at)
    }
    return at
  }

  #resolve(wall: WallMinute, pick: (...values: number[]) => number): EpochMinute {
    const before = this.offset(wall - 1440)
    const after = this.offset(wall + 1440)
    const shown = [wall - before, wall - after].filter((at) => this.wall(at) === wall)
    if (shown.length > 0) return pick(...shown)
    return this.#jump(wall - Math.max(before, after), wall - Math.min(before, after))
  }

  /** The moment between two at which the offset changes. */
  #jump(from: EpochMinute, to: EpochMinute): EpochMinute {
    const start = this.offset(from)
    for (let quarter = Math.floor(from / 15) + 1; quarter * 15 <= to; quarter += 1)
      if (this.offset(quarter * 15) !== start) return quarter * 15
    return to
  }
}

const zones = new Map<string, Zone>()

/** The zone of that IANA name, made once. @throws RangeError when there is none */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (!zone) {
    zone = new Zone(name)
    zones.set(name, zone)
  }
  return zone
}

export const minuteOf = (moment: Date): EpochMinute => Math.floor(moment.getTime() / 60_000)
export const momentOf = (minute: EpochMinute): Date => new Date(minute * 60_000)

/** `2026-11-24` → days since 1970-01-01. */
export function dayNumber(date: string): DayNumber {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000)
}

/** Days since 1970-01-01 → `2026-11-24`. */
export function dateOf(day: DayNumber): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(day: DayNumber): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}
