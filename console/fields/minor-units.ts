import { currencyExponent } from '@cityos/contract'

const digits = '٠١٢٣٤٥٦٧٨٩'
const persian = '۰۱۲۳۴۵۶۷۸۹'

/** Latin digits and point, whatever keyboard they were typed on: `١٬٢٣٤٫٥` → `1234.5`. */
export function latinNumber(text: string): string {
  return [...text.trim()]
    .map((sign) => {
      const arabic = digits.indexOf(sign)
      if (arabic >= 0) return String(arabic)
      const other = persian.indexOf(sign)
      if (other >= 0) return String(other)
      if (sign === '٫') return '.'
      return sign
    })
    .join('')
    .replace(/[\s\u00a0\u202f٬\u200e\u200f]/g, '')
}

/**
 * Reads an amount a person typed in major units.
 * Works on the digits, never through a float, so that 19.99 is 1999 and 1.005 KWD is 1005.
 * @param text `1234.5`, `1,234.50`, `1 234,50`, `١٢٣٤٫٥`; a single separator followed by three digits groups thousands
 * unless the currency has three decimals
 * @returns integer minor units, or null when it is not an amount of this currency
 */
export function minorFromText(text: string, currency: string): number | null {
  const exponent = currencyExponent(currency)
  const plain = latinNumber(text)
  const match = /^(-?)(\d[\d.,']*|[.,]\d+)$/.exec(plain)
  if (!match) return null
  const body = (match[2] ?? '').replace(/'/g, '')
  const { whole, fraction } = splitNumber(body, exponent)
  if (whole === null || fraction.length > exponent) return null
  const amount = Number(`${whole || '0'}${fraction.padEnd(exponent, '0')}`)
  if (!Number.isSafeInteger(amount)) return null
  return match[1] && amount !== 0 ? -amount : amount
}

function splitNumber(body: string, exponent: number): { whole: string | null; fraction: string } {
  const lastPoint = body.lastIndexOf('.')
  const lastComma = body.lastIndexOf(',')
  const last = Math.max(lastPoint, lastComma)
  if (last < 0) return { whole: body, fraction: '' }
  const sign = body[last] ?? '.'
  const other = sign === '.' ? ',' : '.'
  const tail = body.slice(last + 1)
  const head = body.slice(0, last)
  const onlyOnce = !head.includes(sign)
  const grouping = !onlyOnce || (tail.length === 3 && exponent !== 3 && !head.includes(other) && head !== '' && head.length <= 3)
  if (grouping) return { whole: ungroup(body, sign, other), fraction: '' }
  return { whole: head === '' ? '0' : ungroup(head, other, sign), fraction: tail }
}

/** Takes grouping signs out; null when the groups are not thousands. */
function ungroup(text: string, group: string, forbidden: string): string | null {
  if (text.includes(forbidden)) return null
  const parts = text.split(group)
  if (parts.length > 1 && (parts[0] === '' || parts.slice(1).some((part) => part.length !== 3))) return null
  return parts.join('')
}

/** The amount in major units, as digits with a point and no grouping: what a money input shows. */
export function textFromMinor(amount: number, currency: string): string {
  const exponent = currencyExponent(currency)
  const sign = amount < 0 ? '-' : ''
  const text = String(Math.abs(amount)).padStart(exponent + 1, '0')
  return exponent === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -exponent)}.${text.slice(-exponent)}`
}
