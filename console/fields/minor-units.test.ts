import { currencyExponent, formatMoney } from '@cityos/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latinNumber, minorFromText, textFromMinor } from './minor-units.ts'

const currencies = fc.constantFrom('SAR', 'USD', 'EUR', 'KWD', 'BHD', 'JPY')
const amounts = fc.integer({ min: -99_999_999_999, max: 99_999_999_999 })

describe('money input', () => {
  it('round trip: what an amount is shown as reads back as the same amount', () => {
    fc.assert(
      fc.property(amounts, currencies, (amount, currency) => minorFromText(textFromMinor(amount, currency), currency) === amount),
      { numRuns: 2000 },
    )
  })

  it('round trip in Arabic digits and separators', () => {
    const arabic = (text: string) => text.replace(/\d/g, (digit) => '٠١٢٣٤٥٦٧٨٩'[Number(digit)] as string).replace('.', '٫')
    fc.assert(
      fc.property(amounts, currencies, (amount, currency) => minorFromText(arabic(textFromMinor(amount, currency)), currency) === amount),
    )
  })

  it('reads what the console itself prints, with its grouping, in English', () => {
    const positive = fc.integer({ min: 0, max: 99_999_999 })
    fc.assert(
      fc.property(positive, currencies, (amount, currency) => {
        const printed = formatMoney({ amount, currency }, 'en').replace(currency, '')
        return minorFromText(printed, currency) === amount
      }),
    )
  })

  it('never goes through a float: 19.99 is 1999, 1.005 KWD is 1005, 0.1 + 0.2 style amounts are exact', () => {
    expect(minorFromText('19.99', 'SAR')).toBe(1999)
    expect(minorFromText('1.005', 'KWD')).toBe(1005)
    expect(minorFromText('1.15', 'SAR')).toBe(115)
    expect(minorFromText('4.35', 'SAR')).toBe(435)
  })

  it.each([
    ['1,234.50', 'SAR', 123_450],
    ['1 234,50', 'SAR', 123_450],
    ['1.234,50', 'SAR', 123_450],
    ['1,234', 'SAR', 123_400],
    ['1,234', 'KWD', 1234],
    ['1,234,567', 'SAR', 123_456_700],
    ['.5', 'SAR', 50],
    ['٤٩٫٩٥', 'SAR', 4995],
    ['500', 'JPY', 500],
  ])('%s in %s is %i', (text, currency, amount) => {
    expect(minorFromText(text, currency)).toBe(amount)
  })

  it.each([
    ['1.999', 'USD', 199_900],
    ['12,34,5', 'SAR', null],
    ['1.005', 'JPY', 1005],
    ['12.345', 'SAR', 1_234_500],
    ['49.955555', 'SAR', null],
    ['abc', 'SAR', null],
    ['', 'SAR', null],
    ['1e5', 'SAR', null],
    ['99999999999999999999', 'SAR', null],
    ['--5', 'SAR', null],
  ])('%s in %s → %s: groups of three are thousands, anything unclear is refused', (text, currency, amount) => {
    expect(minorFromText(text, currency)).toBe(amount)
  })

  it('shows exactly the decimals of the currency', () => {
    fc.assert(
      fc.property(
        amounts,
        currencies,
        (amount, currency) => (textFromMinor(amount, currency).split('.')[1]?.length ?? 0) === currencyExponent(currency),
      ),
    )
  })

  it('takes direction marks and odd spaces out', () => {
    expect(latinNumber('\u200f١٬٢٣٤٫٥\u00a0')).toBe('1234.5')
  })
})
