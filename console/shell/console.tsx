import './fonts.css'
import { type Client, direction, type Locale } from '@cityos/contract'
import { QueryClient } from '@tanstack/react-query'
import { type ComponentType, type ReactElement, StrictMode, useMemo, useState, useSyncExternalStore } from 'react'
import { Admin, type AuthProvider, type DashboardComponent, type DataProvider, type I18nProvider, localStorageStore } from 'react-admin'
import { createRoot } from 'react-dom/client'
import type { Endpoints } from '../api/data-provider.ts'
import { ClientProvider } from '../api/query.ts'
import { verticalGroups, verticalRoutes } from '../screen/vertical-routes.tsx'
import { Direction } from './direction.tsx'
import { ConsoleLayout } from './layout.tsx'
import { applyLocale, initialLocale } from './locale.ts'
import { consoleMessages, type MessageLoader } from './messages.ts'
import type { MenuGroup } from './navigation.ts'
import { MenuContext } from './navigation.ts'
import { AccessDenied, AuthenticationFailed, NotFoundPage, PageFailure, PageLoading } from './states.tsx'
import { consoleTheme } from './theme.ts'
import { LiveVerticals, type VerticalConsole } from './verticals.ts'

export interface ConsoleOptions {
  /** i18n key of the console's name. */
  title: string
  client: Client
  dataProvider: DataProvider
  /** @param verticalOf tells which vertical a resource belongs to */
  auth: (verticalOf: (resource: string) => string | null) => AuthProvider
  messages: MessageLoader
  menu: MenuGroup[]
  /** The verticals' screens come after this group of the menu. */
  verticals?: { side: 'admin' | 'vendor'; registered: Record<string, VerticalConsole>; endpoints: Endpoints; after: string }
  dashboard: ComponentType
  loginPage: ComponentType
  /** Page of one's own account: password, authenticator app, sessions. */
  account?: string
  /** `<Resource>`s and `<CustomRoutes>`. */
  children: ReactElement[]
}

/** Starts a console in `#root`: the language first, so that the first paint is already in the right direction. */
export async function startConsole(options: ConsoleOptions): Promise<void> {
  const locale = initialLocale()
  const listeners = new Set<() => void>()
  let current = locale
  applyLocale(locale)
  const messages = await consoleMessages(options.messages, locale, (next) => {
    current = next
    applyLocale(next)
    for (const listener of listeners) listener()
  })
  const { registered = {}, endpoints = {}, side = 'admin' } = options.verticals ?? {}
  const verticals = new LiveVerticals({ side, registered, endpoints, client: options.client, addTexts: messages.add })
  if (options.verticals) await verticals.refresh()
  const authProvider = options.auth(verticals.verticalOf)
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
      <Frame
        {...options}
        i18n={messages.provider}
        authProvider={authProvider}
        live={verticals}
        store={store}
        watch={watch}
        locale={() => current}
      />
    </StrictMode>,
  )
}

interface FrameProps extends ConsoleOptions {
  i18n: I18nProvider
  authProvider: AuthProvider
  live: LiveVerticals
  store: ReturnType<typeof localStorageStore>
  watch: (listener: () => void) => () => void
  locale: () => Locale
}

const noVerticals = { subscribe: () => () => undefined }

function Frame({ i18n, authProvider, live, store, watch, locale: readLocale, ...options }: FrameProps) {
  const locale = useSyncExternalStore(watch, readLocale)
  const loaded = useSyncExternalStore(options.verticals ? live.subscribe : noVerticals.subscribe, live.current)
  const after = options.verticals?.after
  // react-admin reads its routes anew whenever the list of children is another one.
  const children = useMemo(() => [...options.children, ...verticalRoutes(loaded)], [options.children, loaded])
  const menu = useMemo(() => {
    const at = options.menu.findIndex((group) => group.label === after) + 1
    return {
      groups: [...options.menu.slice(0, at), ...verticalGroups(loaded), ...options.menu.slice(at)],
      title: options.title,
      account: options.account,
    }
  }, [options.menu, options.title, options.account, after, loaded])
  const dir = direction(locale)
  const light = useMemo(() => consoleTheme('light', dir), [dir])
  const dark = useMemo(() => consoleTheme('dark', dir), [dir])
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }))
  return (
    <Direction locale={locale}>
      <ClientProvider value={options.client}>
        <MenuContext.Provider value={menu}>
          <Admin
            title={options.title}
            store={store}
            queryClient={queryClient}
            dataProvider={options.dataProvider}
            authProvider={authProvider}
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
            {children}
          </Admin>
        </MenuContext.Provider>
      </ClientProvider>
    </Direction>
  )
}
