import './fonts.css'
import { type Client, direction, type Locale } from '@cityos/contract'
import { QueryClient } from '@tanstack/react-query'
import { type ComponentType, type ReactNode, StrictMode, useMemo, useState, useSyncExternalStore } from 'react'
import { Admin, type AuthProvider, type DashboardComponent, type DataProvider, type I18nProvider, localStorageStore } from 'react-admin'
import { createRoot } from 'react-dom/client'
import { ClientProvider } from '../api/query.ts'
import { Direction } from './direction.tsx'
import { ConsoleLayout } from './layout.tsx'
import { applyLocale, initialLocale } from './locale.ts'
import { consoleMessages, type MessageLoader } from './messages.ts'
import type { MenuGroup } from './navigation.ts'
import { MenuContext } from './navigation.ts'
import { AccessDenied, AuthenticationFailed, NotFoundPage, PageFailure, PageLoading } from './states.tsx'
import { consoleTheme } from './theme.ts'

export interface ConsoleOptions {
  /** i18n key of the console's name. */
  title: string
  client: Client
  dataProvider: DataProvider
  authProvider: AuthProvider
  messages: MessageLoader
  menu: MenuGroup[]
  dashboard: ComponentType
  loginPage: ComponentType
  /** `<Resource>`s and `<CustomRoutes>`. */
  children: ReactNode
}

/** Starts a console in `#root`: the language first, so that the first paint is already in the right direction. */
export async function startConsole(options: ConsoleOptions): Promise<void> {
  const locale = initialLocale()
  const listeners = new Set<() => void>()
  let current = locale
  applyLocale(locale)
  const i18n = await consoleMessages(options.messages, locale, (next) => {
    current = next
    applyLocale(next)
    for (const listener of listeners) listener()
  })
  const store = localStorageStore('1', 'cityos')
  store.setItem('locale', locale)
  const watch = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const root = document.getElementById('root')
  if (!root) throw new Error('#root is missing')
  createRoot(root).render(
    <StrictMode>
      <Frame {...options} i18n={i18n} store={store} watch={watch} locale={() => current} />
    </StrictMode>,
  )
}

interface FrameProps extends ConsoleOptions {
  i18n: I18nProvider
  store: ReturnType<typeof localStorageStore>
  watch: (listener: () => void) => () => void
  locale: () => Locale
}

function Frame({ i18n, store, watch, locale: readLocale, ...options }: FrameProps) {
  const locale = useSyncExternalStore(watch, readLocale)
  const dir = direction(locale)
  const light = useMemo(() => consoleTheme('light', dir), [dir])
  const dark = useMemo(() => consoleTheme('dark', dir), [dir])
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }))
  return (
    <Direction locale={locale}>
      <ClientProvider value={options.client}>
        <MenuContext.Provider value={{ groups: options.menu, title: options.title }}>
          <Admin
            title={options.title}
            store={store}
            queryClient={queryClient}
            dataProvider={options.dataProvider}
            authProvider={options.authProvider}
            i18nProvider={i18n}
            theme={light}
            darkTheme={dark}
            layout={ConsoleLayout}
            dashboard={options.dashboard as DashboardComponent}
            loginPage={options.loginPage}
            catchAll={NotFoundPage}
            accessDenied={AccessDenied}
            authenticationError={AuthenticationFailed}
            error={PageFailure}
            loading={PageLoading}
            requireAuth
            disableTelemetry
          >
            {options.children}
          </Admin>
        </MenuContext.Provider>
      </ClientProvider>
    </Direction>
  )
}
