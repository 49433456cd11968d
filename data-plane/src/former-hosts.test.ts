import { describe, expect, it } from 'vitest'
import { movedHost } from './former-hosts.ts'

describe('a former address', () => {
  const domains = ['souq.city', 'bazaar.city', 'souq.example']
  it.each([
    ['bazaar.city', 'souq.city'],
    ['admin.bazaar.city', 'admin.souq.city'],
    ['api.bazaar.city', 'api.souq.city'],
    ['souq.city', null],
    ['souq.example', null],
    ['notbazaar.city', null],
  ])('%s → %s', (host, moved) => {
    expect(movedHost(host, ['bazaar.city'], domains)).toBe(moved)
  })
  it('leads nowhere when there is no present one', () => {
    expect(movedHost('bazaar.city', ['bazaar.city'], ['bazaar.city'])).toBe(null)
  })
})
