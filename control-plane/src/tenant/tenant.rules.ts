import { DomainError, type I18nText, reservedSlugs, slugPattern, verticalCodes } from '@cityos/contract'

/** Rules of a tenant's desired state, as pure functions: each refusal says what to do. */

/** @throws DomainError slug_malformed | slug_reserved */
export function checkSlug(slug: string): void {
  if (!slugPattern.test(slug)) {
    throw new DomainError('slug_malformed', {
      field: 'slug',
      message: `"${slug.slice(0, 60)}" cannot be an address: use 3 to 40 lower-case letters, digits and single hyphens, beginning with a letter, such as "${suggestSlug(slug)}"`,
      details: { suggestion: suggestSlug(slug) },
    })
  }
  if ((reservedSlugs as readonly string[]).includes(slug)) {
    throw new DomainError('slug_reserved', {
      field: 'slug',
      message: `"${slug}" is kept for the platform: choose another address, such as "${slug}-city"`,
      details: { reserved: [...reservedSlugs] },
    })
  }
}

export function slugTaken(slug: string): DomainError {
  return new DomainError('slug_taken', {
    field: 'slug',
    message: `"${slug}" belongs to another tenant: choose another address`,
    details: { slug },
  })
}

/** The nearest well-formed slug, to show what is meant. */
export function suggestSlug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return slugPattern.test(plain) ? plain : 'my-shop'
}

/**
 * Turns what was asked into the list to store, in the platform's order and without doubles.
 * @throws DomainError unknown_vertical naming each one
 */
export function resolveVerticals(asked: 'all' | readonly string[]): string[] {
  if (asked === 'all') return [...verticalCodes]
  const unknown = asked.filter((code) => !verticalCodes.includes(code))
  if (unknown.length > 0) {
    throw new DomainError('unknown_vertical', {
      field: 'verticals',
      message: `${unknown.join(', ')}: not a vertical of this platform. Known: ${verticalCodes.join(', ')}, or "all"`,
      details: { unknown, known: [...verticalCodes] },
    })
  }
  return verticalCodes.filter((code) => asked.includes(code))
}

/** The verticals a plan counts: the shop itself is part of every plan. @throws DomainError quota_exceeded */
export function checkVerticalLimit(verticals: readonly string[], plan: { code: string; limits: unknown }): void {
  const limit = (plan.limits as Record<string, number>)['verticals']
  const counted = verticals.filter((code) => code !== 'catalogue').length
  if (limit !== undefined && counted > limit) {
    throw new DomainError('quota_exceeded', {
      field: 'verticals',
      message: `plan ${plan.code} includes ${limit} verticals beside the shop, ${counted} were asked for: choose fewer, or a larger plan`,
      details: { limit, asked: counted },
    })
  }
}

/** One text is taken for every language. */
export function nameIn(name: string | I18nText, locales: readonly string[]): I18nText {
  if (typeof name !== 'string') {
    if (!Object.values(name).some((text) => text?.trim()))
      throw new DomainError('validation_failed', { field: 'name', message: 'the name is empty in every language' })
    return name
  }
  return Object.fromEntries(locales.map((locale) => [locale, name])) as I18nText
}

/** @throws DomainError validation_failed */
export function checkLocales(locales: readonly string[], defaultLocale: string): void {
  if (!locales.includes(defaultLocale)) {
    throw new DomainError('validation_failed', {
      field: 'default_locale',
      message: `the default language ${defaultLocale} is not one of ${locales.join(', ')}`,
    })
  }
}

/** @throws DomainError validation_failed */
export function checkCurrencies(currencies: readonly string[], defaultCurrency: string): void {
  if (!currencies.includes(defaultCurrency)) {
    throw new DomainError('validation_failed', {
      field: 'currency',
      message: `the default currency ${defaultCurrency} is not one of ${currencies.join(', ')}`,
    })
  }
  const known = new Set(Intl.supportedValuesOf('currency'))
  const unknown = currencies.find((code) => !known.has(code))
  if (unknown) throw new DomainError('validation_failed', { field: 'currencies', message: `${unknown} is not an ISO 4217 currency` })
}

/** @throws DomainError validation_failed */
export function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new DomainError('validation_failed', { field: 'timezone', message: `${timezone} is not a time zone such as Asia/Riyadh`, cause })
  }
}
