import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'
import { hashSecret, newCode, newSecret, secretMatches } from './secret.ts'

describe('passwords', () => {
  it('accepts the right password and refuses every other', async () => {
    const hash = await hashPassword('correct horse battery')
    expect(await verifyPassword('correct horse battery', hash)).toBe(true)
    expect(await verifyPassword('correct horse batterz', hash)).toBe(false)
    expect(hash).not.toContain('correct')
  })

  it('salts: the same password gives another hash', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'))
  })

  it('an unknown account costs the same work and is refused', async () => {
    const hash = await hashPassword('x')
    const time = async (stored: string | null) => {
      const start = process.hrtime.bigint()
      await verifyPassword('guess', stored)
      return Number(process.hrtime.bigint() - start)
    }
    const known = Math.min(await time(hash), await time(hash), await time(hash))
    const unknown = Math.min(await time(null), await time(null), await time(null))
    expect(unknown / known).toBeGreaterThan(0.4)
    expect(unknown / known).toBeLessThan(2.5)
    expect(await verifyPassword('guess', null)).toBe(false)
  })
})

describe('secrets', () => {
  it('match their own hash only', () => {
    const secret = newSecret()
    expect(secretMatches(secret, hashSecret(secret))).toBe(true)
    expect(secretMatches(newSecret(), hashSecret(secret))).toBe(false)
  })

  it('codes are six digits', () => {
    for (let i = 0; i < 50; i++) expect(newCode()).toMatch(/^\d{6}$/)
  })
})
