import type { I18nText } from '@cityos/contract'
import { verticals } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'

/** What an invoice's line says, in the three languages of the platform. */

export async function nameOfItem(tx: Tx, item: { kind: string; code: string }): Promise<Required<I18nText>> {
  if (item.kind === 'plan') {
    const plan = await tx.plan.findUniqueOrThrow({ where: { code: item.code }, select: { name: true } })
    return complete(plan.name as I18nText, item.code)
  }
  const vertical = verticals.find((known) => known.code === item.code)
  return complete(vertical?.name ?? {}, item.code)
}

function complete(names: I18nText, fallback: string): Required<I18nText> {
  const any = names.en ?? Object.values(names)[0] ?? fallback
  return { en: names.en ?? any, fr: names.fr ?? any, ar: names.ar ?? any }
}

const words = {
  plan: { en: 'Plan {name}', fr: 'Formule {name}', ar: 'باقة {name}' },
  add_on: { en: 'Add-on {name}', fr: 'Module {name}', ar: 'إضافة {name}' },
  back: { en: '{name}, unused time', fr: '{name}, temps non utilisé', ar: '{name}، المدة غير المستخدمة' },
  rest: { en: '{name}, rest of the period', fr: '{name}, reste de la période', ar: '{name}، بقية الفترة' },
  carried: { en: 'Carried over', fr: 'Report', ar: 'مرحّل' },
  orders: { en: 'Orders beyond the plan', fr: 'Commandes au-delà de la formule', ar: 'طلبات تتجاوز الباقة' },
  gmv_amount: {
    en: 'Share of sales beyond the plan',
    fr: 'Part des ventes au-delà de la formule',
    ar: 'نسبة من المبيعات التي تتجاوز الباقة',
  },
  storage_mb: { en: 'Storage beyond the plan', fr: 'Stockage au-delà de la formule', ar: 'تخزين يتجاوز الباقة' },
} as const

/** @param name put where the words say `{name}` */
export function describe(what: keyof typeof words, name?: Required<I18nText>): Required<I18nText> {
  const text = (locale: 'en' | 'fr' | 'ar') => words[what][locale].replace('{name}', () => name?.[locale] ?? '')
  return { en: text('en'), fr: text('fr'), ar: text('ar') }
}
