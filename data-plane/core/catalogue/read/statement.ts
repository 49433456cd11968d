import type { Locale } from '@cityos/contract'
import { CompiledQuery, type Kysely } from 'kysely'

/** In what language and currency, and at what moment, the catalogue is read. */
export interface Reading {
  locale: Locale
  /** The tenant's default language, for texts that lack the asked one. */
  fallback: Locale
  currency: string
  now: Date
  /** Only what is linked to this sales channel; null or absent: everything. */
  channel?: string | null
}

/**
 * A statement as text with its values. The shopper's reads are written as SQL by hand: one statement per page, its text
 * the same for the same filters, so that Postgres plans it once per connection.
 */
export class Statement {
  readonly values: unknown[] = []
  readonly #named = new Map<string, string>()

  /** The placeholder of a value. Values with a name are sent once; equal values without one are not merged, so that the text never depends on them. */
  value(value: unknown, name?: string): string {
    const known = name && this.#named.get(name)
    if (known) return known
    this.values.push(value)
    const placeholder = `$${this.values.length}`
    if (name) this.#named.set(name, placeholder)
    return placeholder
  }

  currency({ currency }: Reading): string {
    return `${this.value(currency, 'currency')}::bpchar`
  }

  now({ now }: Reading): string {
    return `${this.value(now, 'now')}::timestamptz`
  }

  async rows<Row>(db: Kysely<never> | Pick<Kysely<never>, 'executeQuery'>, text: string): Promise<Row[]> {
    const result = await db.executeQuery(CompiledQuery.raw(text, this.values))
    return result.rows as Row[]
  }
}

/** SQL that picks one language out of an i18n column: asked → tenant's default → English → whatever there is. */
export function localised(column: string, { locale, fallback }: Pick<Reading, 'locale' | 'fallback'>): string {
  const order = [...new Set([locale, fallback, 'en', 'ar', 'fr'])]
  return `coalesce(${order.map((language) => `nullif(${column}->>'${language}', '')`).join(', ')}, '')`
}
