import { formatLocale, type Locale } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'
import ar from './ar.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }

export type MessageKey = keyof typeof en
export type MessageValues = Record<string, string | number>

/** ICU messages by locale; the three files have the same keys (messages.test.ts). */
export const messages: Record<Locale, Record<MessageKey, string>> = { en, fr, ar }

/** Text of one key in the page's language; `values` fill its ICU placeholders. */
export type Translate = (key: MessageKey, values?: MessageValues) => string

const parsed = new Map<string, IntlMessageFormat>()

function format(locale: Locale, key: MessageKey, values: MessageValues): string {
  const id = `${locale}:${key}`
  let message = parsed.get(id)
  if (!message) {
    message = new IntlMessageFormat(messages[locale][key], formatLocale[locale])
    parsed.set(id, message)
  }
  return String(message.format(values))
}

const translators: Partial<Record<Locale, Translate>> = {}

export function translator(locale: Locale): Translate {
  translators[locale] ??= (key, values) => (values ? format(locale, key, values) : messages[locale][key])
  return translators[locale]
}

/** Whether a key that was put together from data (`order.event.…`) has a text. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}
