import { Alert, Button, Stack, TextField } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { useLogin, useTranslate } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'
import { useFailureWords } from '../shell/failure-words.ts'
import { SignInFrame } from '../shell/sign-in-page.tsx'

/** Vendor staff sign in with e-mail and password. */
export function VendorSignIn() {
  const t = useTranslate()
  const login = useLogin()
  const words = useFailureWords()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await login({ email: email.trim(), password })
    } catch (thrown) {
      setFailure(thrown)
    } finally {
      setBusy(false)
    }
  }
  const wrong = failure instanceof ConsoleError && (failure.status === 401 || failure.status === 400)
  return (
    <SignInFrame>
      <Stack component="form" spacing={2} onSubmit={(event) => void submit(event)}>
        {Boolean(failure) && <Alert severity="error">{wrong ? t('vendor.wrong_password') : words(failure)}</Alert>}
        <TextField
          type="email"
          label={t('field.email')}
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'username' } }}
        />
        <TextField
          type="password"
          label={t('field.password')}
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'current-password' } }}
        />
        <Button type="submit" variant="contained" size="large" loading={busy}>
          {t('shell.sign_in')}
        </Button>
      </Stack>
    </SignInFrame>
  )
}
