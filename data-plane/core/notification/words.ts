import type { Locale } from '@cityos/contract'

export type Word = 'total' | 'carrier' | 'tracking_number' | 'when' | 'where' | 'reference' | 'people'

/** Labels of the small tables in messages. */
const labels: Record<Locale, Record<Word, string>> = {
  en: {
    total: 'Total',
    carrier: 'Carrier',
    tracking_number: 'Tracking number',
    when: 'When',
    where: 'Where',
    reference: 'Reference',
    people: 'People',
  },
  fr: {
    total: 'Total',
    carrier: 'Transporteur',
    tracking_number: 'Numéro de suivi',
    when: 'Quand',
    where: 'Où',
    reference: 'Référence',
    people: 'Personnes',
  },
  ar: {
    total: 'الإجمالي',
    carrier: 'شركة الشحن',
    tracking_number: 'رقم التتبع',
    when: 'الموعد',
    where: 'المكان',
    reference: 'رقم المرجع',
    people: 'عدد الأشخاص',
  },
}

/** @returns says a label in a language */
export function words(locale: Locale): (word: Word) => string {
  return (word) => labels[locale][word]
}
