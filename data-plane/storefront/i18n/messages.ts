import { formatLocale, type Locale } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'
import ar from './ar.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }

export type MessageKey = keyof typeof en
export type MessageValues = Record<string, string | number>

/** Text of one key in one language; `values` fill its ICU placeholders. */
export type TextOf<Key extends string> = (key: Key, values?: MessageValues) => string
export type Translate = TextOf<MessageKey>

/** ICU messages by locale; the three files have the same keys (messages.test.ts). */
export const messages: Record<Locale, Record<MessageKey, string>> = { en, fr, ar }

/** Reads the messages of one folder: each is parsed once, when it is first shown. */
export function textsOf<Key extends string>(files: Record<Locale, Record<Key, string>>): (locale: Locale) => TextOf<Key> {
  const parsed = new Map<string, IntlMessageFormat>()
  const format = (locale: Locale, key: Key, values: MessageValues): string => {
    const id = `${locale}:${key}`
    let message = parsed.get(id)
    if (!message) {
      message = new IntlMessageFormat(files[locale][key], formatLocale[locale])
      parsed.set(id, message)
    }
    return String(message.format(values))
  }
  const made: Partial<Record<Locale, TextOf<Key>>> = {}
  return (locale) => {
    made[locale] ??= (key, values) => (values ? format(locale, key, values) : files[locale][key])
    return made[locale]
  }
}

/** The shop's own texts. */
export const translator: (locale: Locale) => Translate = textsOf(messages)

/** Whether a key that was put together from data (`order.event.…`) has a text. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}
