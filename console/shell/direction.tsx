import { direction, type Locale } from '@cityos/contract'
import createCache from '@emotion/cache'
import { CacheProvider } from '@emotion/react'
import rtlPlugin from '@mui/stylis-plugin-rtl'
import type { ReactNode } from 'react'
import { prefixer } from 'stylis'

const caches = {
  ltr: createCache({ key: 'ltr', prepend: true }),
  rtl: createCache({ key: 'rtl', prepend: true, stylisPlugins: [prefixer, rtlPlugin] }),
}

/** Styles of one direction: switching the language swaps the whole cache, so that no left-over rule keeps the old side. */
export function Direction({ locale, children }: { locale: Locale; children: ReactNode }) {
  return <CacheProvider value={caches[direction(locale)]}>{children}</CacheProvider>
}
