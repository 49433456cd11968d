import type { LetterTexts } from '../../platform/mail/letters.ts'

/** The words of the messages of core; a kind has the same keys in every language. */
export async function loadTexts(): Promise<LetterTexts> {
  const [ar, en, fr] = await Promise.all([
    import('./i18n/ar.json', { with: { type: 'json' } }),
    import('./i18n/en.json', { with: { type: 'json' } }),
    import('./i18n/fr.json', { with: { type: 'json' } }),
  ])
  return { ar: ar.default, en: en.default, fr: fr.default }
}
