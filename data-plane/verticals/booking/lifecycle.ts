import { DomainError } from '@cityos/contract'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'
import { checkInFrom, noShowFrom, unmarkedUntil } from './rules.ts'
import { BookingStatus, OfferingStatus } from './shapes.contract.ts'

const anybody = ['customer', 'guest', 'vendor', 'staff', 'system'] as const

/** States in which a booking takes its provider's time (K2, migrations/0001_init.sql). */
export const occupying = ['held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress'] as const

/** What the guards look at; the moment comes with the call, never from the machine. */
interface Timed {
  starts_at: Date
  ends_at: Date
  confirm_by: Date | null
  status: string
}

function refuse(transition: string, row: Timed, reason: string): never {
  throw new DomainError('invalid_transition', { details: { entity: 'booking', transition, status: row.status, reason } })
}

function moment(payload: Record<string, unknown>): Date | null {
  return typeof payload['at'] === 'string' ? new Date(payload['at']) : null
}

/** Deadlines stored on the row decide, however late a timer runs: every call carries `payload.at`. */
const before = (name: string, limit: (row: Timed) => Date) => (row: Timed, payload: Record<string, unknown>) => {
  const at = moment(payload)
  if (at && at >= limit(row)) refuse(name, row, 'too_late')
}

const from = (name: string, limit: (row: Timed) => Date) => (row: Timed, payload: Record<string, unknown>) => {
  const at = moment(payload)
  if (at && at < limit(row)) refuse(name, row, 'too_early')
}

const answerable = before('confirm', (row) => row.confirm_by ?? row.starts_at)

/** docs/spec/booking.md, States. Names are those of the operations. */
export const bookingLifecycle = defineLifecycle({
  entity: 'booking',
  table: 'booking',
  states: BookingStatus.options,
  transitions: [
    { name: 'book', from: ['held'], to: 'confirmed', by: anybody, event: 'booking.booking.confirmed' },
    { name: 'request', from: ['held'], to: 'pending_confirmation', by: anybody, event: 'booking.booking.requested' },
    { name: 'expire', from: ['held', 'pending_confirmation'], to: 'expired', by: ['system'], event: 'booking.booking.expired' },
    {
      name: 'confirm',
      from: ['pending_confirmation'],
      to: 'confirmed',
      by: ['vendor'],
      event: 'booking.booking.confirmed',
      guard: (row, { payload }) => answerable(row, payload),
    },
    {
      name: 'decline',
      from: ['pending_confirmation'],
      to: 'declined',
      by: ['vendor'],
      event: 'booking.booking.declined',
      guard: (row, { payload }) => answerable(row, payload),
    },
    {
      name: 'cancel',
      from: ['pending_confirmation', 'confirmed'],
      to: 'cancelled',
      by: anybody,
      event: 'booking.booking.cancelled',
      guard: (row, { payload }) => before('cancel', unmarkedUntil)(row, payload),
    },
    {
      name: 'reschedule',
      from: ['confirmed'],
      to: 'rescheduled',
      by: ['customer', 'guest', 'vendor'],
      event: 'booking.booking.rescheduled',
      guard: (row, { payload }) => before('reschedule', (booking) => booking.starts_at)(row, payload),
    },
    {
      name: 'check-in',
      from: ['confirmed'],
      to: 'checked_in',
      by: ['vendor', 'customer', 'guest'],
      event: 'booking.booking.checked_in',
      guard: (row, { payload }) => {
        from('check-in', checkInFrom)(row, payload)
        before('check-in', unmarkedUntil)(row, payload)
      },
    },
    {
      name: 'start',
      from: ['confirmed', 'checked_in'],
      to: 'in_progress',
      by: ['vendor', 'system'],
      event: 'booking.booking.started',
      guard: (row, { ctx, payload }) => {
        from('start', ctx.actor.kind === 'system' ? (booking) => booking.starts_at : checkInFrom)(row, payload)
        if (ctx.actor.kind === 'system' && row.status !== 'checked_in') refuse('start', row, 'not_checked_in')
      },
    },
    { name: 'complete', from: ['in_progress'], to: 'completed', by: ['vendor', 'system'], event: 'booking.booking.completed' },
    { name: 'complete', from: ['confirmed'], to: 'completed', by: ['system'], event: 'booking.booking.completed' },
    {
      name: 'no-show',
      from: ['confirmed'],
      to: 'no_show',
      by: ['vendor', 'staff'],
      event: 'booking.booking.no_show',
      guard: (row, { payload }) => {
        from('no-show', noShowFrom)(row, payload)
        before('no-show', unmarkedUntil)(row, payload)
      },
    },
  ],
})

/** On sale or not; what publishing needs is checked beside the transition (offerings). */
export const offeringLifecycle = defineLifecycle({
  entity: 'service_offering',
  table: 'booking_offering',
  states: OfferingStatus.options,
  transitions: [
    { name: 'publish', from: ['draft', 'unpublished'], to: 'published', by: ['vendor', 'staff'], event: 'booking.offering.published' },
    { name: 'unpublish', from: ['published'], to: 'unpublished', by: ['vendor', 'staff'], event: 'booking.offering.unpublished' },
    { name: 'archive', from: ['draft', 'unpublished'], to: 'archived', by: ['vendor'], event: 'booking.offering.archived' },
  ],
})
