import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'

export interface HeldProps {
  visit: Visit
  /** What is held, for the announcements. */
  title: string
  /** ISO time the hold ends at. */
  expiresAt: string
  /** Other words than "Held for …": `before` and `after` the time left, and what is said when it is over. */
  words?: { text: (left: string) => string; over: string }
}

/** From so many milliseconds on the day is said too, not the time alone. */
const anotherDay = 6 * 3_600_000

/** Milliseconds → `9:41`, from an hour on `23:09:41`, as the script counts on. */
function leftText(visit: Visit, milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (value: number) => `${value < 10 ? visit.formats.number(0) : ''}${visit.formats.number(value)}`
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const start = hours > 0 ? `${visit.formats.number(hours)}:${two(minutes)}` : visit.formats.number(minutes)
  return `${start}:${two(seconds % 60)}`
}

/**
 * How long something stays with this visitor. Written by the server with its own clock; `client/countdown.ts` goes on counting
 * from the difference, so that a wrong clock on the phone does no harm. Without scripts the time it ends at is there.
 */
export function Held({ visit, title, expiresAt, words }: HeldProps) {
  const left = Date.parse(expiresAt) - visit.now.getTime()
  const over = words?.over ?? visit.t('line.hold_over')
  if (left <= 0) return <HoldOver text={over} />
  const text = words?.text('\u0000') ?? visit.t('line.held_left', { left: '\u0000' })
  const [before, after = ''] = text.split('\u0000')
  return (
    <p
      className="held"
      data-held={left}
      data-state={left <= 120_000 ? 'soon' : undefined}
      data-soon-5={visit.t('line.held_soon', { minutes: 5, title })}
      data-soon-2={visit.t('line.held_soon', { minutes: 2, title })}
      data-over={`${title}: ${over}`}
    >
      <Icon name="clock" size={18} />
      <span>
        {before}
        <bdi data-left="">{leftText(visit, left)}</bdi>
        {after}
      </span>
      <span className="font-normal">
        {visit.t('line.held', { time: left > anotherDay ? visit.formats.moment(expiresAt) : visit.formats.clock(expiresAt) })}
      </span>
      <span className="sr-only" aria-live="polite" data-announce="" />
    </p>
  )
}

export function HoldOver({ text }: { text: string }) {
  return (
    <p className="held" data-state="over">
      <Icon name="clock" size={18} />
      {text}
    </p>
  )
}
