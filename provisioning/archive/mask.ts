import { createHmac, hkdfSync } from 'node:crypto'

export type PersonalKind = 'name' | 'email' | 'phone' | 'address' | 'text'

const latinFirst = ['Layla', 'Omar', 'Sara', 'Yusuf', 'Mona', 'Karim', 'Huda', 'Tariq', 'Dana', 'Samir', 'Rania', 'Fahd', 'Lina', 'Adel']
const latinLast = ['Haddad', 'Nasser', 'Salem', 'Farouk', 'Aziz', 'Darwish', 'Mansour', 'Khalil', 'Rashid', 'Sabbagh', 'Amari', 'Zayed']
const arabicFirst = ['ليلى', 'عمر', 'سارة', 'يوسف', 'منى', 'كريم', 'هدى', 'طارق', 'دانة', 'سمير', 'رانيا', 'فهد', 'لينا', 'عادل']
const arabicLast = ['حداد', 'ناصر', 'سالم', 'فاروق', 'عزيز', 'درويش', 'منصور', 'خليل', 'راشد', 'صباغ', 'عماري', 'زايد']
const streets = ['Palm Street', 'Garden Road', 'Harbour Street', 'Market Lane', 'Museum Avenue', 'Orchard Road', 'Station Road']
const arabicStreets = ['شارع النخيل', 'طريق الحديقة', 'شارع الميناء', 'ممر السوق', 'جادة المتحف', 'طريق البستان', 'طريق المحطة']

const emails = /(\\[bfnrtv])?([\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+)/gu
const phones = /(?<![\w.:+-])\+[1-9]\d{8,14}(?![\w])/g
/** Keys of sealed documents whose values say nothing about a person. */
const plainKeys =
  /^(kind|type|locale|language|country|country_code|city|region|district|province|postal_code|zip|currency|status|.*_id|id)$/

/**
 * Makes up persons: the same value always becomes the same other one (under a key of the original tenant), so that
 * joins, unique columns and look-ups still fit, and nobody can tell who it was. Addresses end in `example.com`, phone
 * numbers in the 555-01 range: nobody can be reached by them.
 */
export class Mask {
  private readonly key: Buffer
  /** How many values were replaced. */
  replaced = 0

  /** @param tenantKey of the original, 32 bytes base64 */
  constructor(tenantKey: string) {
    this.key = Buffer.from(hkdfSync('sha256', Buffer.from(tenantKey, 'base64'), Buffer.alloc(0), 'cityos.mask.v1', 32))
  }

  value(kind: PersonalKind, text: string): string {
    if (text === '') return text
    this.replaced += 1
    const dice = this.dice(kind, text)
    const arabic = /\p{Script=Arabic}/u.test(text)
    const pick = (list: readonly string[], at: number) => list[dice[at]! % list.length]!
    switch (kind) {
      case 'name':
        return arabic ? `${pick(arabicFirst, 0)} ${pick(arabicLast, 1)}` : `${pick(latinFirst, 0)} ${pick(latinLast, 1)}`
      case 'email':
        return `${pick(latinFirst, 0)}.${pick(latinLast, 1)}.${dice.subarray(2, 8).toString('hex')}@example.com`.toLowerCase()
      case 'phone':
        return `+1${200 + (dice.readUInt16BE(0) % 800)}55501${String(dice[2]! % 100).padStart(2, '0')}`
      case 'address':
        return `${1 + (dice[0]! % 180)} ${pick(arabic ? arabicStreets : streets, 1)}`
      case 'text':
        return ''
    }
  }

  /** A sealed value: a document by its keys, else a text by the name of its column. */
  sealed(column: string, text: string): string {
    if (/^[[{]/.test(text)) {
      try {
        return JSON.stringify(this.document(column, JSON.parse(text)))
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
    return this.value(kindOf(column, text), text)
  }

  /** A row in the clear: whatever looks like an e-mail address or a phone number, wherever it stands. */
  row(text: string): string {
    return text
      .replace(emails, (whole, escaped: string | undefined, address: string) =>
        /@example\.com$/i.test(address) ? whole : `${escaped ?? ''}${this.value('email', address.toLowerCase())}`,
      )
      .replace(phones, (found) => this.value('phone', found))
  }

  private document(key: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.document(key, item))
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.document(name, item)]))
    }
    if (typeof value === 'number' && /^(lat|lng|lon|latitude|longitude)$/.test(key)) return Math.round(value * 100) / 100
    if (typeof value !== 'string' || plainKeys.test(key)) return value
    return this.value(kindOf(key, value), value)
  }

  private dice(kind: PersonalKind, text: string): Buffer {
    const plain = kind === 'email' ? text.trim().toLowerCase() : kind === 'phone' ? text.replace(/[^\d+]/g, '') : text.trim()
    return createHmac('sha256', this.key).update(`${kind}\n${plain}`).digest()
  }
}

function kindOf(column: string, text: string): PersonalKind {
  if (/e_?mail/.test(column) || /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)) return 'email'
  if (/phone|mobile/.test(column) || /^\+?[\d ()-]{8,17}$/.test(text)) return 'phone'
  if (/name|attendee|recipient|contact/.test(column)) return 'name'
  if (/line\d?|street|address|building|unit|floor|apartment|landmark|formatted/.test(column)) return 'address'
  return 'text'
}
