import { describe, expect, it } from 'vitest'
import { breachedEntries, isBreached } from './breached.ts'

describe('the list of leaked passwords', () => {
  it('has more than ten thousand entries', () => {
    expect(breachedEntries).toBeGreaterThan(10_000)
  })

  it.each(['password', 'Password1', 'Password1!', 'P@ssw0rd', 'P@ssword1', 'Qwertyuiop', '1qaz2wsx', 'LetMeIn!', 'trustno1', 'Iloveyou1!'])(
    'knows %s',
    (password) => {
      expect(isBreached(password)).toBe(true)
    },
  )

  it.each(['Souq-2026!', 'Some-pass-1', 'correct horse battery staple', 'كلمة-مرور-1', 'Wadi Hanifa 1444'])(
    'does not know %s',
    (password) => {
      expect(isBreached(password)).toBe(false)
    },
  )
})
