import ICAL from 'ical.js'

export interface BusyTime {
  /** Unique in the calendar: the event's UID, with the date of one of its repetitions. */
  uid: string
  startsAt: Date
  endsAt: Date
}

const mostTimes = 2000

/**
 * The times an iCalendar text takes between two moments: repetitions unfolded, cancelled and free-marked events left out.
 * @throws Error when it is no iCalendar
 */
export function busyTimes(text: string, from: Date, to: Date): BusyTime[] {
  const calendar = new ICAL.Component(ICAL.parse(text))
  if (calendar.name !== 'vcalendar') throw new Error('not an iCalendar')
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone)
  const times: BusyTime[] = []
  const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component))
  for (const event of events) {
    if (event.isRecurrenceException() || !takesTime(event)) continue
    const exceptions = events.filter((other) => other.isRecurrenceException() && other.uid === event.uid)
    for (const exception of exceptions) event.relateException(exception)
    for (const time of occurrences(event, from, to)) {
      times.push(time)
      if (times.length > mostTimes) throw new Error(`more than ${mostTimes} times`)
    }
  }
  return times
}

function takesTime(event: ICAL.Event): boolean {
  const status = event.component.getFirstPropertyValue('status')
  const transparency = event.component.getFirstPropertyValue('transp')
  return String(status).toUpperCase() !== 'CANCELLED' && String(transparency).toUpperCase() !== 'TRANSPARENT'
}

function* occurrences(event: ICAL.Event, from: Date, to: Date): Generator<BusyTime> {
  if (!event.isRecurring()) {
    const time = { uid: event.uid, startsAt: event.startDate.toJSDate(), endsAt: event.endDate.toJSDate() }
    if (time.startsAt < time.endsAt && time.startsAt < to && time.endsAt > from) yield time
    return
  }
  const repetitions = event.iterator()
  for (let next = repetitions.next(); next && next.toJSDate() < to; next = repetitions.next()) {
    const details = event.getOccurrenceDetails(next)
    if (!takesTime(details.item)) continue
    const [startsAt, endsAt] = [details.startDate.toJSDate(), details.endDate.toJSDate()]
    if (startsAt < endsAt && endsAt > from && startsAt < to) yield { uid: `${event.uid}/${next.toICALString()}`, startsAt, endsAt }
  }
}
