import { expect, it } from 'vitest'
import { dateOf, dayNumber, minuteOf, momentOf, weekdayOf, zoneOf } from './zone.ts'

const wall = (date: string, time: string): number => dayNumber(date) * 1440 + Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const iso = (minute: number): string => momentOf(minute).toISOString().slice(0, 16)

it('reads the wall clock of a zone without daylight saving', () => {
  const riyadh = zoneOf('Asia/Riyadh')
  expect(iso(riyadh.earlier(wall('2026-11-24', '09:00')))).toBe('2026-11-24T06:00')
  expect(riyadh.wall(minuteOf(new Date('2026-11-24T06:00:00Z')))).toBe(wall('2026-11-24', '09:00'))
})

it.each([
  // Paris, 29 March 2026: 02:00 becomes 03:00
  ['Europe/Paris', '2026-03-29', '01:59', '2026-03-29T00:59', '2026-03-29T00:59'],
  ['Europe/Paris', '2026-03-29', '02:30', '2026-03-29T01:00', '2026-03-29T01:00'],
  ['Europe/Paris', '2026-03-29', '03:00', '2026-03-29T01:00', '2026-03-29T01:00'],
  // Paris, 25 October 2026: 03:00 becomes 02:00
  ['Europe/Paris', '2026-10-25', '01:30', '2026-10-24T23:30', '2026-10-24T23:30'],
  ['Europe/Paris', '2026-10-25', '02:30', '2026-10-25T00:30', '2026-10-25T01:30'],
  ['Europe/Paris', '2026-10-25', '03:00', '2026-10-25T02:00', '2026-10-25T02:00'],
  // New York, 8 March and 1 November 2026
  ['America/New_York', '2026-03-08', '02:15', '2026-03-08T07:00', '2026-03-08T07:00'],
  ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30', '2026-11-01T06:30'],
  // Lord Howe puts its clocks by half an hour
  ['Australia/Lord_Howe', '2026-04-05', '01:45', '2026-04-04T14:45', '2026-04-04T15:15'],
])('%s %s %s is %s, or %s the second time', (name, date, time, earlier, later) => {
  const zone = zoneOf(name)
  expect([iso(zone.earlier(wall(date, time))), iso(zone.later(wall(date, time)))]).toEqual([earlier, later])
})

it('counts days and weekdays', () => {
  expect(weekdayOf(dayNumber('2026-11-22'))).toBe(7)
  expect(weekdayOf(dayNumber('1969-12-29'))).toBe(1)
  expect(dateOf(dayNumber('2028-02-29'))).toBe('2028-02-29')
})

it('refuses a zone that does not exist', () => {
  expect(() => zoneOf('Mars/Olympus')).toThrow(RangeError)
})
