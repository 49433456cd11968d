import HelpOutlineIcon from '@mui/icons-material/HelpOutlineOutlined'
import ManageAccountsIcon from '@mui/icons-material/ManageAccountsOutlined'
import SearchIcon from '@mui/icons-material/Search'
import {
  Box,
  Button,
  Chip,
  IconButton,
  ListItemIcon,
  ListItemText,
  MenuItem,
  Tooltip,
  Typography,
  useMediaQuery,
  useTheme,
} from '@mui/material'
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useEffect, useState } from 'react'
import {
  AppBar,
  Layout,
  LocalesMenuButton,
  Logout,
  TitlePortal,
  ToggleThemeButton,
  UserMenu,
  useGetIdentity,
  useLocation,
  useTranslate,
} from 'react-admin'
import { ConsoleMenu } from './menu.tsx'
import { useMenu } from './navigation.ts'
import { useShortcuts } from './shortcuts.ts'
import { ListSkeleton, PageFailure } from './states.tsx'
import { SupportBanner } from './support-banner.tsx'

const Palette = lazy(() => import('./palette.tsx'))
const Keys = lazy(() => import('./keys.tsx'))

type Opened = 'palette' | 'keys'

/** Opens one of the two dialogs; a context, so that the bar stays one component and keeps the page's title. */
const OpenContext = createContext<(dialog: Opened) => void>(() => undefined)

/** What every screen stands in: header with the place one is at, menu, and the two dialogs the keyboard opens. */
export function ConsoleLayout({ children }: { children: ReactNode }) {
  const [dialog, setDialog] = useState<Opened | null>(null)
  const onPalette = useCallback(() => setDialog('palette'), [])
  const onHelp = useCallback(() => setDialog('keys'), [])
  useShortcuts({ onPalette, onHelp })
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes whatever was open over the last one
  useEffect(() => setDialog(null), [pathname])
  return (
    <OpenContext.Provider value={setDialog}>
      <Layout appBar={ConsoleBar} menu={ConsoleMenu} error={PageFailure as never} appBarAlwaysOn>
        <SupportBanner />
        <Suspense fallback={<ListSkeleton />}>{children}</Suspense>
        <Suspense fallback={null}>
          {dialog === 'palette' && <Palette onClose={() => setDialog(null)} />}
          {dialog === 'keys' && <Keys onClose={() => setDialog(null)} />}
        </Suspense>
      </Layout>
    </OpenContext.Provider>
  )
}

function ConsoleBar() {
  const open = useContext(OpenContext)
  const t = useTranslate()
  const { title } = useMenu()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('sm'))
  return (
    <AppBar
      color="default"
      elevation={0}
      alwaysOn
      userMenu={<NamedUserMenu />}
      sx={{ borderBlockEnd: 1, borderColor: 'divider', backgroundColor: 'background.paper' }}
      toolbar={
        <>
          <Box sx={narrow ? iconOnly : undefined}>
            <LocalesMenuButton />
          </Box>
          <ToggleThemeButton />
        </>
      }
    >
      {!narrow && <Chip size="small" color="primary" variant="outlined" label={t(title)} sx={{ marginInlineEnd: 1.5 }} />}
      <Box component="h1" sx={{ flex: 1, minWidth: 0, margin: 0, fontSize: '1rem', display: 'flex' }}>
        <TitlePortal variant="h6" component="span" />
      </Box>
      {narrow ? (
        <IconButton color="inherit" aria-label={t('shell.find')} onClick={() => open('palette')}>
          <SearchIcon />
        </IconButton>
      ) : (
        <>
          <Button
            color="inherit"
            variant="outlined"
            startIcon={<SearchIcon />}
            onClick={() => open('palette')}
            sx={{ borderColor: 'divider', color: 'text.secondary', minWidth: 160 }}
          >
            {t('shell.find')}
            <Typography component="kbd" variant="caption" sx={{ marginInlineStart: 'auto', paddingInlineStart: 1 }}>
              <bdi dir="ltr">Ctrl K</bdi>
            </Typography>
          </Button>
          <Tooltip title={t('shell.keys')}>
            <IconButton color="inherit" aria-label={t('shell.keys')} onClick={() => open('keys')}>
              <HelpOutlineIcon />
            </IconButton>
          </Tooltip>
        </>
      )}
    </AppBar>
  )
}

/** On a phone the language's name is for screen readers only: the title needs the room. */
const iconOnly = {
  '& .MuiButton-root': { minWidth: 44, paddingInline: 1, fontSize: 0 },
  '& .MuiButton-startIcon': { margin: 0 },
  '& .MuiButton-endIcon': { display: 'none' },
}

/** The menu of the person signed in, called by the name it shows (2.5.3). */
function NamedUserMenu() {
  const { identity } = useGetIdentity()
  const { account } = useMenu()
  return (
    <UserMenu label={identity?.fullName ?? 'ra.auth.user_menu'}>
      {account && <AccountEntry href={account} />}
      <Logout />
    </UserMenu>
  )
}

/** Leads to the pages of one's own account, which the sign-in serves. */
function AccountEntry({ href }: { href: string }) {
  const t = useTranslate()
  return (
    <MenuItem component="a" href={href}>
      <ListItemIcon>
        <ManageAccountsIcon fontSize="small" />
      </ListItemIcon>
      <ListItemText>{t('shell.account')}</ListItemText>
    </MenuItem>
  )
}
