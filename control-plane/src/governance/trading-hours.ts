import { type PolicyRules, type Weekday, weekdays } from '@cityos/contract'

export type TradingHours = NonNullable<PolicyRules['trading_hours']>
/** Open from a minute of the day until another, the end excluded; sorted, apart from each other. */
type Span = readonly [from: number, to: number]
export type Days = Readonly<Record<Weekday, readonly Span[]>>

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const timeOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Windows as spans by day; windows that touch or overlap become one. */
export function toDays(hours: TradingHours): Days {
  const days = Object.fromEntries(weekdays.map((day) => [day, [] as Span[]])) as Record<Weekday, Span[]>
  for (const { days: on, from, to } of hours) for (const day of on) days[day].push([minutesOf(from), minutesOf(to)])
  return mapDays((day) => joined(days[day]))
}

/** The shortest list of windows that says the same: days with equal spans share one. */
export function toWindows(days: Days): TradingHours {
  const bySpan = new Map<string, { days: Weekday[]; from: string; to: string }>()
  for (const day of weekdays) {
    for (const [from, to] of days[day]) {
      const key = `${timeOf(from)}-${timeOf(to)}`
      const window = bySpan.get(key) ?? { days: [], from: timeOf(from), to: timeOf(to) }
      window.days.push(day)
      bySpan.set(key, window)
    }
  }
  const order = (window: { days: Weekday[]; from: string }) => `${weekdays.indexOf(window.days[0]!)}${window.from}`
  return [...bySpan.values()].sort((a, b) => order(a).localeCompare(order(b)))
}

/** Open where both are. */
export function intersect(one: Days, other: Days): Days {
  return mapDays((day) =>
    joined(
      one[day].flatMap(([from, to]) =>
        other[day].map(([start, end]): Span => [Math.max(from, start), Math.min(to, end)]).filter(([start, end]) => start < end),
      ),
    ),
  )
}

/** The first day on which `inner` is open while `outer` is not; null when there is none. */
export function covers(outer: Days, inner: Days): Weekday | null {
  const within = intersect(outer, inner)
  const minutes = (spans: readonly Span[]) => spans.reduce((sum, [from, to]) => sum + to - from, 0)
  return weekdays.find((day) => minutes(within[day]) < minutes(inner[day])) ?? null
}

function joined(spans: readonly Span[]): Span[] {
  const result: [number, number][] = []
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

function mapDays(of: (day: Weekday) => readonly Span[]): Days {
  return Object.fromEntries(weekdays.map((day) => [day, of(day)])) as unknown as Days
}
