/** Names of the timers of this vertical; `ref` is the booking's id, for imports the import's. */
export const timerKinds = {
  unanswered: 'booking.confirmation_deadline',
  start: 'booking.start',
  complete: 'booking.complete',
  dayReminder: 'booking.reminder_day',
  hourReminder: 'booking.reminder_hours',
  review: 'booking.review_invitation',
  calendarImport: 'booking.calendar_import',
  /** Pointless once a booking is over; the deadline's stays, it also voids money. */
  ofLiveBooking: ['booking.start', 'booking.complete', 'booking.reminder_day', 'booking.reminder_hours'],
} as const
