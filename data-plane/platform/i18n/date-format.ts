import { formatLocale, type Locale } from '@cityos/contract'

const formats = new Map<string, Intl.DateTimeFormat>()
const mostFormats = 200

/** A format of moments that is made once per language, zone and shape: making one takes longer than a hundred uses of it. */
export function dateFormat(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat(formatLocale[locale], options)
  if (formats.size < mostFormats) formats.set(key, format)
  return format
}
