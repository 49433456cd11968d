import DashboardIcon from '@mui/icons-material/DashboardOutlined'
import HelpIcon from '@mui/icons-material/HelpOutlineOutlined'
import QueryStatsIcon from '@mui/icons-material/QueryStatsOutlined'
import TuneIcon from '@mui/icons-material/TuneOutlined'
import { lazy } from 'react'
import { CustomRoutes } from 'react-admin'
import { Route } from 'react-router-dom'
import { createConsoleClient, renewStaffSession } from '../api/call.ts'
import { createDataProvider } from '../api/data-provider.ts'
import { endpointsOf, menuOf, resourcesOf } from '../screen/resources.tsx'
import { startConsole } from '../shell/console.tsx'
import type { MenuEntry, MenuGroup } from '../shell/navigation.ts'
import { StaffSignInPage } from '../shell/sign-in-page.tsx'
import { staffAuth } from '../shell/staff-session.ts'
import { operatorMessages } from './messages.ts'
import { operatorScreens } from './screens.ts'

const FleetPage = lazy(() => import('./fleet/fleet-page.tsx').then((module) => ({ default: module.FleetPage })))
const RevenuePage = lazy(() => import('./billing/revenue-page.tsx').then((module) => ({ default: module.RevenuePage })))
const SettingsPage = lazy(() => import('./setting/settings-page.tsx').then((module) => ({ default: module.SettingsPage })))
const HelpPage = lazy(() => import('./help/help-page.tsx').then((module) => ({ default: module.HelpPage })))

const pages: Record<string, MenuEntry> = {
  'menu.finance': { to: '/revenue', label: 'menu.revenue', icon: QueryStatsIcon, resource: 'revenue', key: 'r' },
  'menu.platform': { to: '/settings', label: 'menu.settings', icon: TuneIcon, resource: 'platform-settings' },
}

/** Pages that are no lists of anything stand in the group they belong to. */
function withPages(group: MenuGroup): MenuGroup {
  const page = group.label === null ? undefined : pages[group.label]
  return page ? { ...group, entries: [...group.entries, page] } : group
}

const client = createConsoleClient({ renew: renewStaffSession })

void startConsole({
  title: 'operator.title',
  client,
  dataProvider: createDataProvider(client, endpointsOf(operatorScreens)),
  auth: () => staffAuth(client),
  messages: operatorMessages,
  menu: [
    { label: null, entries: [{ to: '/', label: 'menu.dashboard', icon: DashboardIcon, key: 'd' }] },
    ...menuOf(operatorScreens, ['fleet', 'finance', 'city', 'platform']).map(withPages),
    { label: null, entries: [{ to: '/help', label: 'menu.help', icon: HelpIcon, key: 'h' }] },
  ],
  dashboard: FleetPage,
  loginPage: StaffSignInPage,
  account: '/oauth/account',
  children: [
    ...resourcesOf(operatorScreens),
    <CustomRoutes key="own">
      <Route path="/revenue" element={<RevenuePage />} />
      <Route path="/settings" element={<SettingsPage />} />
      <Route path="/help" element={<HelpPage />} />
    </CustomRoutes>,
  ],
})
