import { textsOf } from '../../../storefront/i18n/messages.ts'
import ar from './i18n/ar.json' with { type: 'json' }
import en from './i18n/en.json' with { type: 'json' }
import fr from './i18n/fr.json' with { type: 'json' }

export type TextKey = keyof typeof en
const messages: Record<'en' | 'fr' | 'ar', Record<TextKey, string>> = { en, fr, ar }

/** Words of these pages in a language. */
export const texts = textsOf(messages)
