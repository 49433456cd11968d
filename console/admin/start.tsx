import DashboardIcon from '@mui/icons-material/DashboardOutlined'
import SettingsIcon from '@mui/icons-material/SettingsOutlined'
import { lazy } from 'react'
import { CustomRoutes } from 'react-admin'
import { Route } from 'react-router-dom'
import { createConsoleClient, renewStaffSession } from '../api/call.ts'
import { createDataProvider } from '../api/data-provider.ts'
import { endpointsOf, menuOf, resourcesOf } from '../screen/resources.tsx'
import { startConsole } from '../shell/console.tsx'
import { StaffSignInPage } from '../shell/sign-in-page.tsx'
import { staffAuth } from '../shell/staff-session.ts'
import { tenantMessages } from '../tenant/messages.ts'
import { verticalConsoles } from '../verticals.ts'
import { adminScreens } from './screens.ts'

const AdminDashboard = lazy(() => import('./dashboard/admin-dashboard.tsx').then((module) => ({ default: module.AdminDashboard })))
const SettingsPage = lazy(() => import('./settings/settings-page.tsx').then((module) => ({ default: module.SettingsPage })))

/** The tenant's admin console, on `admin.<host>`. */
export function startAdmin(): Promise<void> {
  const client = createConsoleClient({ renew: renewStaffSession })
  const endpoints = endpointsOf(adminScreens)
  return startConsole({
    title: 'admin.title',
    client,
    dataProvider: createDataProvider(client, endpoints),
    auth: () => staffAuth(client),
    messages: tenantMessages,
    verticals: { side: 'admin', registered: verticalConsoles, endpoints, after: 'menu.selling' },
    menu: [
      { label: null, entries: [{ to: '/', label: 'menu.dashboard', icon: DashboardIcon, key: 'd' }] },
      ...menuOf(adminScreens, ['selling', 'catalogue', 'money', 'shop', 'upkeep']),
      { label: null, entries: [{ to: '/settings', label: 'menu.settings', icon: SettingsIcon, resource: 'settings', key: 's' }] },
    ],
    dashboard: AdminDashboard,
    loginPage: StaffSignInPage,
    children: [
      ...resourcesOf(adminScreens),
      <CustomRoutes key="own">
        <Route path="/settings" element={<SettingsPage />} />
      </CustomRoutes>,
    ],
  })
}
