import { describe, expect, it } from 'vitest'
import { Form, latinDigits, phoneNumber } from './form.ts'

describe('phone numbers as people type them', () => {
  it.each([
    ['050 123 4567', '+966501234567'],
    ['501234567', '+966501234567'],
    ['00966 50 123 4567', '+966501234567'],
    ['+966-50-123-4567', '+966501234567'],
    ['٠٥٠١٢٣٤٥٦٧', '+966501234567'],
    ['+971 4 123 4567', '+97141234567'],
  ])('%s → %s', (typed, expected) => {
    expect(phoneNumber(typed, '966')).toBe(expected)
  })

  it('leaves what is no number for validation to refuse', () => {
    expect(phoneNumber('call me', '966')).toBe('callme')
  })
})

describe('form fields', () => {
  it('reads both digit sets and refuses what is no whole number', () => {
    expect(latinDigits('١٢٣ ۴۵')).toBe('123 45')
    expect(Form.from({ quantity: '٣' }).integer('quantity')).toBe(3)
    expect(Form.from({ quantity: '-1' }).integer('quantity')).toBeNull()
    expect(Form.from({ quantity: '1e3' }).integer('quantity')).toBeNull()
  })

  it('keeps repeated fields, groups by prefix, and ignores what is not text', () => {
    const form = Form.from({ attr: ['a', 'b'], 'shipping.vnd_1': 'opt_1', bad: 3, password: ' x ' })
    expect(form.all('attr')).toEqual(['a', 'b'])
    expect(form.group('shipping.')).toEqual([['vnd_1', 'opt_1']])
    expect(form.text('bad')).toBe('')
    expect(form.raw('password')).toBe(' x ')
  })
})
