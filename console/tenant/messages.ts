import englishMessages from 'ra-language-english'
import { type MessageLoader, type Messages, mergeMessages } from '../shell/messages.ts'

const english = englishMessages as unknown as Messages

/** Texts of the tenant's two consoles; each language is a chunk of its own. */
export const tenantMessages: MessageLoader = {
  en: async () =>
    mergeMessages(english, (await import('../i18n/en/common.json')).default, (await import('../i18n/en/tenant.json')).default),
  fr: async () => {
    const [own, common, tenant] = await Promise.all([
      import('ra-language-french'),
      import('../i18n/fr/common.json'),
      import('../i18n/fr/tenant.json'),
    ])
    return mergeMessages(english, own.default as unknown as Messages, common.default, tenant.default)
  },
  ar: async () => {
    const [own, common, tenant] = await Promise.all([
      import('../i18n/ar/react-admin.json'),
      import('../i18n/ar/common.json'),
      import('../i18n/ar/tenant.json'),
    ])
    return mergeMessages(own.default, common.default, tenant.default)
  },
}
