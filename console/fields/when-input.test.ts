import { describe, expect, it } from 'vitest'
import { clockText, momentOfClock } from './when-input.tsx'

describe('times are typed on the place’s clock', () => {
  it('shows a moment as the place sees it, and gives the same moment back', () => {
    expect(clockText('2026-11-24T15:30:00.000Z', 'Asia/Riyadh')).toBe('2026-11-24T18:30')
    expect(momentOfClock('2026-11-24T18:30', 'Asia/Riyadh')).toBe('2026-11-24T15:30:00.000Z')
    expect(clockText('2026-11-24T22:05:00.000Z', 'Asia/Riyadh')).toBe('2026-11-25T01:05')
  })

  it('leaves what is typed already as it is, and knows nothing', () => {
    expect(clockText('2026-11-24T18:30', 'America/New_York')).toBe('2026-11-24T18:30')
    expect(clockText(null, 'Asia/Riyadh')).toBe('')
    expect(momentOfClock('', 'Asia/Riyadh')).toBeNull()
  })

  it('knows the days on which clocks change', () => {
    expect(momentOfClock('2026-03-29T12:00', 'Europe/Paris')).toBe('2026-03-29T10:00:00.000Z')
    expect(momentOfClock('2026-03-28T12:00', 'Europe/Paris')).toBe('2026-03-28T11:00:00.000Z')
  })
})
