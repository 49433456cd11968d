/** The fields of a posted form. Names that appear several times keep all their values. */
export class Form {
  readonly #fields: Map<string, string[]>

  private constructor(fields: Map<string, string[]>) {
    this.#fields = fields
  }

  /** @param body what the urlencoded parser made: an object of strings or lists of strings */
  static from(body: unknown): Form {
    const fields = new Map<string, string[]>()
    if (typeof body === 'object' && body !== null) {
      for (const [name, value] of Object.entries(body)) {
        const values = (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string')
        fields.set(name, values)
      }
    }
    return new Form(fields)
  }

  static empty(values: Record<string, string | null | undefined> = {}): Form {
    return new Form(new Map(Object.entries(values).flatMap(([name, value]) => (value == null ? [] : [[name, [value]] as const]))))
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** The trimmed text of a field; empty when it was not sent. */
  text(name: string): string {
    return this.#fields.get(name)?.[0]?.trim() ?? ''
  }

  /** The field as it was typed: passwords are not trimmed. */
  raw(name: string): string {
    return this.#fields.get(name)?.[0] ?? ''
  }

  /** The trimmed text, or null when it is empty. */
  optional(name: string): string | null {
    return this.text(name) || null
  }

  all(name: string): string[] {
    return this.#fields.get(name) ?? []
  }

  checked(name: string): boolean {
    return this.has(name)
  }

  /** A whole number, in Latin or Arabic-Indic digits; null when it is not one. */
  integer(name: string): number | null {
    const text = latinDigits(this.text(name))
    return /^\d{1,9}$/.test(text) ? Number(text) : null
  }

  /** Fields whose name starts with `prefix`, without it: `shipping.vnd_1` → `vnd_1`. */
  group(prefix: string): [name: string, value: string][] {
    return [...this.#fields].flatMap(([name, values]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), values[0] ?? ''] as [string, string]] : [],
    )
  }
}

/** ٠–٩ and ۰–۹ as 0–9: both digit sets are accepted wherever digits are typed. */
export function latinDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
}

/**
 * A phone number as people type it → E.164: `050 123 4567` → `+966501234567`, `00966…` → `+966…`.
 * Returns what was typed, without spaces, when it is neither; validation then says so.
 * @param countryCode calling code of the tenant's country, e.g. `966`
 */
export function phoneNumber(text: string, countryCode: string): string {
  const compact = latinDigits(text).replace(/[\s().-]/g, '')
  if (compact.startsWith('+')) return compact
  if (compact.startsWith('00')) return `+${compact.slice(2)}`
  if (compact.startsWith('0')) return `+${countryCode}${compact.slice(1)}`
  if (/^\d{8,9}$/.test(compact)) return `+${countryCode}${compact}`
  return compact
}

const callingCodes: Record<string, string> = {
  SA: '966',
  AE: '971',
  BH: '973',
  KW: '965',
  OM: '968',
  QA: '974',
  EG: '20',
  JO: '962',
  MA: '212',
  FR: '33',
}

/** @param country ISO 3166 alpha-2 */
export function callingCode(country: string): string {
  return callingCodes[country] ?? '966'
}
