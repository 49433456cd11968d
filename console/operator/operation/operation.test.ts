import type { OperationEvent, OperationStep } from '@cityos/control-plane/contract'
import { describe, expect, it } from 'vitest'
import { withEvent } from '../../api/event-stream.ts'
import { initialLocale } from '../../shell/locale.ts'
import { roleMay, signInAddress } from '../../shell/staff-session.ts'
import { elapsed } from './timeline.tsx'

const event = (sequence: number) => ({ sequence }) as OperationEvent

describe('an operation followed live', () => {
  it('takes each event once, however often a reconnect replays it', () => {
    const events = [1, 2, 2, 1, 3].reduce<OperationEvent[]>((before, sequence) => withEvent(before, event(sequence)), [])
    expect(events.map((item) => item.sequence)).toEqual([1, 2, 3])
  })

  it('counts a running step up to now and a finished one to its end', () => {
    const step = { duration_ms: null, started_at: '2026-11-22T10:00:00.000Z', finished_at: null } as OperationStep
    expect(elapsed(step, Date.parse('2026-11-22T10:00:04.000Z'))).toBe(4000)
    expect(elapsed({ ...step, finished_at: '2026-11-22T10:00:01.000Z' }, Date.parse('2026-11-22T10:01:00.000Z'))).toBe(1000)
    expect(elapsed({ ...step, started_at: null }, 0)).toBeNull()
  })
})

describe('who sees what', () => {
  it('the audit trail is for auditors and administrators; a viewer changes nothing', () => {
    expect(roleMay('auditor', 'list', 'audit')).toBe(true)
    expect(roleMay('viewer', 'list', 'audit')).toBe(false)
    expect(roleMay('viewer', 'edit', 'products')).toBe(false)
    expect(roleMay('sre', 'list', 'orders')).toBe(false)
    expect(roleMay('tenant-admin', 'edit', 'settings')).toBe(true)
  })

  it('comes back to the page it left', () => {
    expect(signInAddress('/#/tenants?filter={}')).toBe('/auth/sign-in?return_to=%2F%23%2Ftenants%3Ffilter%3D%7B%7D')
  })

  it('speaks the language chosen before, else the browser’s, else English', () => {
    expect(initialLocale('ar', ['en'])).toBe('ar')
    expect(initialLocale(null, ['de-DE', 'fr-CA'])).toBe('fr')
    expect(initialLocale('xx', ['de'])).toBe('en')
  })
})
