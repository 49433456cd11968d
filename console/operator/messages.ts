import englishMessages from 'ra-language-english'
import { type MessageLoader, type Messages, mergeMessages } from '../shell/messages.ts'

const english = englishMessages as unknown as Messages

/** Texts of the operator's console; each language is a chunk of its own. */
export const operatorMessages: MessageLoader = {
  en: async () =>
    mergeMessages(
      english,
      (await import('../i18n/en/common.json')).default,
      (await import('../i18n/en/operator.json')).default,
      (await import('../i18n/en/platform.json')).default,
      (await import('../i18n/en/upgrade.json')).default,
    ),
  fr: async () => {
    const [own, common, operator, platform, upgrade] = await Promise.all([
      import('ra-language-french'),
      import('../i18n/fr/common.json'),
      import('../i18n/fr/operator.json'),
      import('../i18n/fr/platform.json'),
      import('../i18n/fr/upgrade.json'),
    ])
    return mergeMessages(english, own.default as unknown as Messages, common.default, operator.default, platform.default, upgrade.default)
  },
  ar: async () => {
    const [own, common, operator, platform, upgrade] = await Promise.all([
      import('../i18n/ar/react-admin.json'),
      import('../i18n/ar/common.json'),
      import('../i18n/ar/operator.json'),
      import('../i18n/ar/platform.json'),
      import('../i18n/ar/upgrade.json'),
    ])
    return mergeMessages(own.default, common.default, operator.default, platform.default, upgrade.default)
  },
}
