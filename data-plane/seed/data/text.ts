import type { I18nText } from '@cityos/contract'

/** English, French, Arabic. */
export type Text = readonly [en: string, fr: string, ar: string]

export function i18n([en, fr, ar]: Text): Required<I18nText> {
  return { en, fr, ar }
}
