import type { Translate } from '../i18n/messages.ts'

/** Words the search field needs in the browser. */
export interface SearchTexts {
  label: string
  placeholder: string
  submit: string
  suggestions: string
  product: string
  category: string
  vendor: string
  none: string
  /** With `{count}` still in it. */
  found: string
}

export function searchTexts(t: Translate): SearchTexts {
  return {
    label: t('search.label'),
    placeholder: t('search.placeholder'),
    submit: t('search.submit'),
    suggestions: t('search.suggestions'),
    product: t('search.kind.product'),
    category: t('search.kind.category'),
    vendor: t('search.kind.vendor'),
    none: t('search.suggestions_none'),
    found: t('search.suggestions_found'),
  }
}
