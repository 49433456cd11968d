import { currencyExponent, formatLocale, formatMoney, type Locale, type Money } from '@cityos/contract'

/** Prints money, dates and numbers of one page: in its language, in the tenant's time zone. */
export interface Formats {
  money(money: Money): string
  /** `SAR 250` where there is nothing behind the point: labels of price bands, never a price. */
  roundMoney(money: Money): string
  /** `21 November 2026` */
  date(iso: string): string
  /** `21 Nov 2026, 18:30` */
  time(iso: string): string
  /** `Thu 26 November` */
  day(iso: string): string
  /** `Thu` */
  weekday(iso: string): string
  /** `26 Nov` */
  shortDay(iso: string): string
  /** `November 2026` */
  month(iso: string): string
  /** `18:30` */
  clock(iso: string): string
  /** `Thu 26 November, 18:30` */
  moment(iso: string): string
  /** `Thu 26 November, 18:30–19:00`; both days where it ends on another one. */
  span(from: string, to: string): string
  /** `Riyadh` and `GMT+3`: how people name the zone these times are in. */
  zone: { city: string; offset(iso: string): string }
  /** Calendar day in this zone: `2026-11-26`. */
  isoDay(iso: string): string
  /** `1 h 30 min`. @param minutes whole */
  duration(minutes: number): string
  number(value: number): string
  /** `480 g`, `1.25 kg` */
  weight(grams: number): string
  /** Name of a country. @param code ISO 3166 alpha-2 */
  country(code: string): string
}

const made = new Map<string, Formats>()

/** @param timezone IANA name, e.g. `Asia/Riyadh` */
export function formatsOf(locale: Locale, timezone: string): Formats {
  const key = `${locale}:${timezone}`
  let formats = made.get(key)
  if (!formats) {
    const tag = formatLocale[locale]
    const date = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: timezone })
    const time = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone })
    const number = new Intl.NumberFormat(tag)
    const day = new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric', month: 'long', timeZone: timezone })
    const weekday = new Intl.DateTimeFormat(tag, { weekday: 'short', timeZone: timezone })
    const shortDay = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', timeZone: timezone })
    const month = new Intl.DateTimeFormat(tag, { month: 'long', year: 'numeric', timeZone: timezone })
    const clock = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: timezone })
    const offset = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset', timeZone: timezone })
    const isoDay = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: timezone })
    const unit = (name: 'day' | 'hour' | 'minute') =>
      new Intl.NumberFormat(tag, { style: 'unit', unit: name, unitDisplay: name === 'day' ? 'long' : 'short' })
    const [days, hours, minutes] = [unit('day'), unit('hour'), unit('minute')]
    const separator = locale === 'ar' ? '، ' : ', '
    const moment = (iso: string) => `${day.format(new Date(iso))}${separator}${clock.format(new Date(iso))}`
    const kilograms = new Intl.NumberFormat(tag, { style: 'unit', unit: 'kilogram', maximumFractionDigits: 2 })
    const grammes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'gram' })
    const countries = new Intl.DisplayNames([tag], { type: 'region' })
    const round = new Map<string, Intl.NumberFormat>()
    formats = {
      money: (money) => formatMoney(money, locale),
      roundMoney: (money) => {
        const unit = 10 ** currencyExponent(money.currency)
        if (money.amount % unit !== 0) return formatMoney(money, locale)
        const format = round.get(money.currency) ?? roundFormat(money.currency, locale)
        round.set(money.currency, format)
        return format.format(money.amount / unit)
      },
      date: (iso) => date.format(new Date(iso)),
      time: (iso) => time.format(new Date(iso)),
      day: (iso) => day.format(new Date(iso)),
      weekday: (iso) => weekday.format(new Date(iso)),
      shortDay: (iso) => shortDay.format(new Date(iso)),
      month: (iso) => month.format(new Date(iso)),
      clock: (iso) => clock.format(new Date(iso)),
      moment,
      span: (from, to) =>
        isoDay.format(new Date(from)) === isoDay.format(new Date(to))
          ? `${moment(from)}–${clock.format(new Date(to))}`
          : `${moment(from)} – ${moment(to)}`,
      zone: {
        city: cityName(locale, timezone.slice(timezone.lastIndexOf('/') + 1).replaceAll('_', ' ')),
        // Isolated: a plus sign must not wander in a line of Arabic.
        offset: (iso) => `\u2066${offset.formatToParts(new Date(iso)).find((part) => part.type === 'timeZoneName')?.value ?? ''}\u2069`,
      },
      isoDay: (iso) => isoDay.format(new Date(iso)),
      duration: (total) =>
        total >= 2880 && total % 1440 === 0
          ? days.format(total / 1440)
          : [total >= 60 ? hours.format(Math.floor(total / 60)) : '', total % 60 || total === 0 ? minutes.format(total % 60) : '']
              .filter(Boolean)
              .join(' '),
      number: (value) => number.format(value),
      weight: (grams) => (grams >= 1000 ? kilograms.format(grams / 1000) : grammes.format(grams)),
      country: (code) => countries.of(code) ?? code,
    }
    made.set(key, formats)
  }
  return formats
}

/** Names of cities where they differ from the English ones. */
const cityNames: Partial<Record<Locale, Record<string, string>>> = {
  fr: {
    Riyadh: 'Riyad',
    Jeddah: 'Djeddah',
    Dubai: 'Dubaï',
    Cairo: 'Le Caire',
    London: 'Londres',
    'New York': 'New York',
    Kuwait: 'Koweït',
  },
  ar: {
    Riyadh: 'الرياض',
    Jeddah: 'جدة',
    Diriyah: 'الدرعية',
    Dammam: 'الدمام',
    Makkah: 'مكة المكرمة',
    Madinah: 'المدينة المنورة',
    Dubai: 'دبي',
    Cairo: 'القاهرة',
    Paris: 'باريس',
    London: 'لندن',
    'New York': 'نيويورك',
    Kolkata: 'كلكتا',
    Kuwait: 'الكويت',
    Qatar: 'قطر',
    Bahrain: 'البحرين',
    Muscat: 'مسقط',
    Amman: 'عمّان',
    Casablanca: 'الدار البيضاء',
  },
}

/** A city that is stored by its English name, in the page's language where it has a name of its own there. */
export const cityName = (locale: Locale, city: string): string => cityNames[locale]?.[city] ?? city

/** Address and city, the city once and in the page's language. */
export function placeLine(locale: Locale, parts: readonly (string | null)[], city: string | null): string {
  const name = city ? cityName(locale, city) : ''
  const known = city !== null && parts.some((part) => part?.includes(city) || part?.includes(name))
  return [...parts, known ? '' : name].filter(Boolean).join(locale === 'ar' ? '، ' : ', ')
}

function roundFormat(currency: string, locale: Locale): Intl.NumberFormat {
  const currencyDisplay = locale === 'ar' ? 'symbol' : 'code'
  return new Intl.NumberFormat(formatLocale[locale], { style: 'currency', currency, currencyDisplay, maximumFractionDigits: 0 })
}
