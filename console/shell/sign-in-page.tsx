import LoginIcon from '@mui/icons-material/Login'
import { Box, Button, Card, CardContent, Stack, Typography } from '@mui/material'
import type { ReactNode } from 'react'
import { LocalesMenuButton, ToggleThemeButton, useAuthProvider, useLocation, useTranslate } from 'react-admin'
import icon from './icon.svg'
import { useMenu } from './navigation.ts'

/** The page before the console: what this is, and one button. */
export function SignInFrame({ children }: { children: ReactNode }) {
  const t = useTranslate()
  const { title } = useMenu()
  return (
    <Stack
      component="main"
      sx={{ minHeight: '100vh', alignItems: 'center', justifyContent: 'center', padding: 2, backgroundColor: 'background.default' }}
    >
      <Card sx={{ width: '100%', maxWidth: 400 }}>
        <CardContent sx={{ padding: 3 }}>
          <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center', marginBlockEnd: 2 }}>
            <Box component="img" src={icon} alt="" width={40} height={40} />
            <Box>
              <Typography variant="h1">{t(title)}</Typography>
              <Typography variant="body2" color="textSecondary">
                <bdi dir="ltr">{window.location.hostname}</bdi>
              </Typography>
            </Box>
          </Stack>
          {children}
        </CardContent>
      </Card>
      <Stack direction="row" sx={{ marginBlockStart: 1 }}>
        <LocalesMenuButton />
        <ToggleThemeButton />
      </Stack>
    </Stack>
  )
}

/** Staff: the control plane asks for the password, this page only sends the browser there. */
export function StaffSignInPage() {
  const t = useTranslate()
  const auth = useAuthProvider()
  // Where react-admin was when it found nobody signed in.
  const came = useLocation().state as { nextPathname?: string; nextSearch?: string } | null
  const returnTo = came?.nextPathname ? `${came.nextPathname}${came.nextSearch ?? ''}` : undefined
  return (
    <SignInFrame>
      <Stack spacing={2}>
        <Typography>{t('shell.sign_in_text')}</Typography>
        <Button variant="contained" size="large" startIcon={<LoginIcon />} onClick={() => void auth?.login({ returnTo })}>
          {t('shell.sign_in')}
        </Button>
      </Stack>
    </SignInFrame>
  )
}
