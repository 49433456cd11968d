import {
  Confirm,
  FailureState,
  formatNumber,
  formatTimeIn,
  ListSkeleton,
  useClient,
  useConsoleLocale,
  useFailureWords,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import BackIcon from '@mui/icons-material/ArrowBack'
import CloudOffIcon from '@mui/icons-material/CloudOffOutlined'
import DeleteIcon from '@mui/icons-material/DeleteOutlined'
import { Alert, Box, Button, Chip, IconButton, Stack, TextField, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material'
import { type FormEvent, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Link, useTranslate } from 'react-admin'
import { useParams } from 'react-router-dom'
import { listName } from '../list-name.ts'
import { CameraView } from './camera-view.tsx'
import { openDeviceStore } from './device-store.ts'
import { keepPage } from './keep-page.ts'
import { lightOf } from './offline-check.ts'
import { Scanner, type Verdict } from './scanner.ts'
import { signal } from './sound.ts'
import { History, VerdictPanel } from './verdict-panel.tsx'

const syncEveryMs = 15_000
const sameCodeMs = 3500

/** The page at the door: camera, typed codes, one big answer; goes on without a network for a while. */
export function ScannerPage() {
  const { id = '' } = useParams()
  const client = useClient()
  const [scanner, setScanner] = useState<Scanner | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    let closed = false
    let close = () => undefined as undefined
    openDeviceStore()
      .then(async (store) => {
        if (closed) return store.close()
        close = () => {
          store.close()
          return undefined
        }
        const made = new Scanner(id, client, store)
        setScanner(made)
        await made.start()
        await keepPage()
      })
      .catch(setFailure)
    return () => {
      closed = true
      close()
    }
  }, [id, client])
  if (failure) return <FailureState error={failure} />
  if (!scanner) return <ListSkeleton />
  return <Door scanner={scanner} />
}

function Door({ scanner }: { scanner: Scanner }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const words = useFailureWords()
  const state = useSyncExternalStore(scanner.subscribe, scanner.current)
  const [kind, setKind] = useState<'entry' | 'exit'>('entry')
  const [shown, setShown] = useState<Verdict | null>(null)
  const [history, setHistory] = useState<Verdict[]>([])
  const [failure, setFailure] = useState<unknown>(null)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [forgetting, setForgetting] = useState(false)
  const last = useRef({ code: '', at: 0 })
  useEffect(() => {
    const again = () => void scanner.sync().catch(setFailure)
    const timer = setInterval(again, syncEveryMs)
    window.addEventListener('online', again)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', again)
    }
  }, [scanner])
  const take = useCallback(
    async (code: string) => {
      setBusy(true)
      try {
        const verdict = await scanner.scan(code, kind)
        setFailure(null)
        setShown(verdict)
        setHistory((before) => [verdict, ...before].slice(0, 20))
        signal(lightOf(verdict.result))
      } catch (thrown) {
        setShown(null)
        setFailure(thrown)
        signal('red')
      } finally {
        setBusy(false)
      }
    },
    [scanner, kind],
  )
  const seen = useCallback(
    (code: string) => {
      const now = performance.now()
      if (code === last.current.code && now - last.current.at < sameCodeMs) {
        last.current.at = now
        return
      }
      last.current = { code, at: now }
      void take(code)
    },
    [take],
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim().length < 4 || busy) return
    void take(typed.trim())
    setTyped('')
  }
  const { list } = state
  return (
    <Stack
      component="main"
      sx={{ minHeight: '100dvh', backgroundColor: 'background.default', maxWidth: 560, marginInline: 'auto', padding: 1.5, gap: 1.5 }}
    >
      <Stack direction="row" sx={{ alignItems: 'center', gap: 1 }}>
        <IconButton
          component={Link}
          to={list ? `/events/${list.list.event.id}/show?tab=checkin` : '/checkin-lists'}
          aria-label={t('ra.action.back')}
        >
          <BackIcon sx={{ transform: (theme) => (theme.direction === 'rtl' ? 'scaleX(-1)' : 'none') }} />
        </IconButton>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography component="h1" variant="h3" noWrap sx={{ margin: 0 }}>
            <bdi>{list ? pickText(list.list.event.title, locale) : t('event.scanner')}</bdi>
          </Typography>
          <Typography variant="body2" color="textSecondary" noWrap>
            {list && (
              <>
                <bdi>{listName(t, list.list.name)}</bdi> ·{' '}
                <bdi dir="ltr">{`${formatNumber(list.list.entered, locale)} / ${formatNumber(list.list.total, locale)}`}</bdi>
              </>
            )}
          </Typography>
        </Box>
        {list && (
          <IconButton aria-label={t('event.forget_list')} onClick={() => setForgetting(true)}>
            <DeleteIcon />
          </IconButton>
        )}
      </Stack>
      <Connection online={state.online} waiting={state.waiting} tickets={state.tickets} syncedAt={list?.syncedAt} />
      {state.failure && <Alert severity="error">{words(state.failure)}</Alert>}
      {state.refused.length > 0 && (
        <Alert severity="warning" onClose={() => scanner.dismissRefused()}>
          {t('event.refused_later', { smart_count: state.refused.length })}
          {state.refused.map((answer) => (
            <div key={answer.nonce}>
              <bdi dir="ltr">{answer.ticket?.code ?? '–'}</bdi> · {t(`event.result_${answer.result}`)}
              {answer.first_at && list && ` · ${formatTimeIn(answer.first_at, list.list.event.timezone, locale)}`}
            </div>
          ))}
        </Alert>
      )}
      {list?.allowExit && (
        <ToggleButtonGroup
          exclusive
          fullWidth
          value={kind}
          onChange={(_, next: 'entry' | 'exit' | null) => next && setKind(next)}
          aria-label={t('event.direction')}
        >
          <ToggleButton value="entry" sx={{ color: 'text.primary' }}>
            {t('event.entry')}
          </ToggleButton>
          <ToggleButton value="exit" sx={{ color: 'text.primary' }}>
            {t('event.exit')}
          </ToggleButton>
        </ToggleButtonGroup>
      )}
      <CameraView onCode={seen} />
      {failure ? (
        <Alert severity="error" role="alert">
          {words(failure)}
        </Alert>
      ) : (
        <VerdictPanel verdict={shown} timezone={list?.list.event.timezone} busy={busy} />
      )}
      <Stack component="form" direction="row" spacing={1} onSubmit={submit}>
        <TextField
          fullWidth
          label={t('event.typed_code')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          slotProps={{
            htmlInput: {
              dir: 'ltr',
              autoComplete: 'off',
              autoCapitalize: 'characters',
              spellCheck: false,
              maxLength: 400,
              enterKeyHint: 'go',
            },
          }}
        />
        <Button type="submit" variant="contained" size="large" loading={busy} disabled={typed.trim().length < 4}>
          {t('event.check')}
        </Button>
      </Stack>
      <History verdicts={history} timezone={list?.list.event.timezone} />
      {forgetting && (
        <Confirm
          title={t('event.forget_list')}
          consequence={t('event.forget_text')}
          confirmLabel={t('event.forget_list')}
          busy={false}
          failure={null}
          danger
          onClose={() => setForgetting(false)}
          onConfirm={() => {
            setForgetting(false)
            scanner.forget().catch(setFailure)
          }}
        />
      )}
    </Stack>
  )
}

/** Says plainly whether the server is there, how many scans wait, and how old the download is. */
function Connection({
  online,
  waiting,
  tickets,
  syncedAt,
}: {
  online: boolean
  waiting: number
  tickets: number
  syncedAt: string | undefined
}) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const at = syncedAt ? formatTimeIn(syncedAt, Intl.DateTimeFormat().resolvedOptions().timeZone, locale) : null
  if (online)
    return (
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }} role="status">
        <Chip size="small" color="success" variant="outlined" label={t('event.online')} />
        {waiting > 0 && <Chip size="small" color="warning" label={t('event.waiting', { smart_count: waiting })} />}
        {at && <Chip size="small" variant="outlined" label={t('event.downloaded', { count: formatNumber(tickets, locale), at })} />}
      </Stack>
    )
  return (
    <Alert severity="warning" icon={<CloudOffIcon />} role="status">
      <strong>{t('event.offline')}</strong> {t('event.waiting', { smart_count: waiting })}
      <div>{at ? t('event.offline_by', { count: formatNumber(tickets, locale), at }) : t('event.offline_nothing')}</div>
    </Alert>
  )
}
