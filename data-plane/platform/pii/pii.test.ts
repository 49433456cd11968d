import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { Pii } from './pii.ts'

const key = () => ({ secrets: { tenant_key: randomBytes(32).toString('base64'), plane_key: '' } })
const one = key()
const pii = new Pii(one)

it('gives back what it encrypted, and never the same text twice', () => {
  const text = 'شارع التحلية 12, Riyadh'
  const [first, second] = [pii.encrypt(text), pii.encrypt(text)]
  expect(first).toMatch(/^v1\.[\w-]+$/)
  expect(first).not.toBe(second)
  expect([pii.decrypt(first), new Pii(one).decrypt(second)]).toEqual([text, text])
})

it('refuses another tenant’s key and a changed value', () => {
  const value = pii.encrypt('secret')
  expect(() => new Pii(key()).decrypt(value)).toThrow()
  expect(() => pii.decrypt(`${value.slice(0, -2)}AA`)).toThrow()
  expect(() => pii.decrypt('plain text')).toThrow('not an encrypted value')
})

it('finds equal addresses whatever their spelling, and only within its tenant', () => {
  expect(pii.index('email', ' Noura@Example.SA ')).toBe(pii.index('email', 'noura@example.sa'))
  expect(pii.index('phone', '+966 50 123 4567')).toBe(pii.index('phone', '00966501234567'))
  expect(pii.index('email', 'a@b.test')).not.toBe(new Pii(key()).index('email', 'a@b.test'))
  expect(pii.index('email', '1')).not.toBe(pii.index('phone', '1'))
})

it('refuses a key that is not 32 bytes', () => {
  expect(() => new Pii({ secrets: { tenant_key: 'short', plane_key: '' } })).toThrow('32 bytes')
})
