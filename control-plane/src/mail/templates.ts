import type { Locale } from '@cityos/contract'
import type { MailTexts } from '@cityos/mail'
import ar from './i18n/ar.json' with { type: 'json' }
import en from './i18n/en.json' with { type: 'json' }
import fr from './i18n/fr.json' with { type: 'json' }

/** A kind of message: its words are in `i18n/{en,fr,ar}.json` under this name. */
export type MailTemplate = keyof typeof en

const texts: Record<Locale, Record<MailTemplate, MailTexts>> = { en, fr, ar }

export function textsOf(template: MailTemplate, locale: Locale): MailTexts {
  return texts[locale][template]
}

export function isMailTemplate(name: string): name is MailTemplate {
  return Object.hasOwn(en, name)
}
