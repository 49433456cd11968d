import DashboardIcon from '@mui/icons-material/DashboardOutlined'
import HelpIcon from '@mui/icons-material/HelpOutlineOutlined'
import { lazy } from 'react'
import { CustomRoutes } from 'react-admin'
import { Route } from 'react-router-dom'
import { createConsoleClient, renewStaffSession } from '../api/call.ts'
import { createDataProvider } from '../api/data-provider.ts'
import { endpointsOf, menuOf, resourcesOf } from '../screen/resources.tsx'
import { startConsole } from '../shell/console.tsx'
import { StaffSignInPage } from '../shell/sign-in-page.tsx'
import { staffAuth } from '../shell/staff-session.ts'
import { operatorMessages } from './messages.ts'
import { operatorScreens } from './screens.ts'

const FleetPage = lazy(() => import('./fleet/fleet-page.tsx').then((module) => ({ default: module.FleetPage })))
const HelpPage = lazy(() => import('./help/help-page.tsx').then((module) => ({ default: module.HelpPage })))

const client = createConsoleClient({ renew: renewStaffSession })

void startConsole({
  title: 'operator.title',
  client,
  dataProvider: createDataProvider(client, endpointsOf(operatorScreens)),
  auth: () => staffAuth(client),
  messages: operatorMessages,
  menu: [
    { label: null, entries: [{ to: '/', label: 'menu.dashboard', icon: DashboardIcon, key: 'd' }] },
    ...menuOf(operatorScreens, ['fleet', 'platform']),
    { label: null, entries: [{ to: '/help', label: 'menu.help', icon: HelpIcon, key: 'h' }] },
  ],
  dashboard: FleetPage,
  loginPage: StaffSignInPage,
  account: '/oauth/account',
  children: [
    ...resourcesOf(operatorScreens),
    <CustomRoutes key="own">
      <Route path="/help" element={<HelpPage />} />
    </CustomRoutes>,
  ],
})
