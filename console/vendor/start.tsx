import BadgeIcon from '@mui/icons-material/BadgeOutlined'
import DashboardIcon from '@mui/icons-material/DashboardOutlined'
import GroupIcon from '@mui/icons-material/GroupOutlined'
import { lazy } from 'react'
import { CustomRoutes } from 'react-admin'
import { Route } from 'react-router-dom'
import { createConsoleClient } from '../api/call.ts'
import { createDataProvider } from '../api/data-provider.ts'
import { endpointsOf, menuOf, resourcesOf } from '../screen/resources.tsx'
import { startConsole } from '../shell/console.tsx'
import { tenantMessages } from '../tenant/messages.ts'
import { verticalConsoles } from '../verticals.ts'
import { vendorScreens } from './screens.ts'
import { vendorAuth } from './vendor-session.ts'
import { VendorSignIn } from './vendor-sign-in.tsx'

const VendorDashboard = lazy(() => import('./dashboard.tsx').then((module) => ({ default: module.VendorDashboard })))
const ProfilePage = lazy(() => import('./profile-page.tsx').then((module) => ({ default: module.ProfilePage })))
const TeamPage = lazy(() => import('./team-page.tsx').then((module) => ({ default: module.TeamPage })))

/** The vendor's dashboard, on `vendor.<host>`. */
export function startVendor(): Promise<void> {
  const client = createConsoleClient()
  const endpoints = endpointsOf(vendorScreens)
  return startConsole({
    title: 'vendor.title',
    client,
    dataProvider: createDataProvider(client, endpoints),
    auth: (verticalOf) => vendorAuth(client, verticalOf),
    messages: tenantMessages,
    verticals: { side: 'vendor', registered: verticalConsoles, endpoints, after: 'menu.selling' },
    menu: [
      { label: null, entries: [{ to: '/', label: 'menu.dashboard', icon: DashboardIcon, key: 'd' }] },
      ...menuOf(vendorScreens, ['selling', 'catalogue']),
      {
        label: 'menu.shop',
        entries: [
          { to: '/profile', label: 'menu.profile', icon: BadgeIcon, resource: 'profile', key: 'p' },
          { to: '/team', label: 'menu.team', icon: GroupIcon, resource: 'team' },
        ],
      },
    ],
    dashboard: VendorDashboard,
    loginPage: VendorSignIn,
    children: [
      ...resourcesOf(vendorScreens),
      <CustomRoutes key="own">
        <Route path="/profile" element={<ProfilePage />} />
        <Route path="/team" element={<TeamPage />} />
      </CustomRoutes>,
    ],
  })
}
