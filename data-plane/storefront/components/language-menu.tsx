import { direction, type Locale } from '@cityos/contract'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'

/** Each language in its own words, whatever the page's language is. */
export const languageNames: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }

/** Leads to this very page in the other languages. */
export function LanguageMenu({ visit }: { visit: Visit }) {
  const others = visit.tenant.locales.filter((locale) => locale !== visit.locale)
  if (others.length === 0) return null
  return (
    <details className="relative" name="header-menu">
      <summary className="icon-button lg:px-3">
        <Icon name="globe" size={22} />
        <span className="sr-only">{visit.t('header.language')}</span>
        <span className="hidden lg:inline">{languageNames[visit.locale]}</span>
      </summary>
      <ul className="card absolute end-0 z-20 mt-1 min-w-44 p-1.5">
        {others.map((locale) => (
          <li key={locale}>
            <a
              href={visit.inLocale(locale)}
              lang={locale}
              dir={direction(locale)}
              hrefLang={locale}
              className="flex min-h-11 items-center rounded-control px-3 hover:bg-panel"
            >
              {languageNames[locale]}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}
