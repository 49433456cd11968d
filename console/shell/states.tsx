import BlockIcon from '@mui/icons-material/Block'
import CloudOffIcon from '@mui/icons-material/CloudOff'
import ErrorOutlineIcon from '@mui/icons-material/ErrorOutlineOutlined'
import ExploreOffIcon from '@mui/icons-material/ExploreOff'
import InboxIcon from '@mui/icons-material/Inbox'
import { Box, Button, Skeleton, Stack, Typography } from '@mui/material'
import type { ComponentType, ReactNode } from 'react'
import { Title, useTranslate } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'
import { RequestId } from './failure-notice.tsx'
import { useFailureWords } from './failure-words.ts'

interface StateProps {
  icon: ComponentType<{ fontSize?: 'large' }>
  title: string
  text: string
  children?: ReactNode
  role?: 'alert' | 'status'
}

/** A page or panel that has something to say instead of something to show. */
export function State({ icon: Icon, title, text, children, role = 'status' }: StateProps) {
  return (
    <Stack
      role={role}
      spacing={1.5}
      sx={{ alignItems: 'center', textAlign: 'center', paddingBlock: 6, paddingInline: 2, maxWidth: 520, marginInline: 'auto' }}
    >
      <Box sx={{ color: 'text.secondary', '& svg': { fontSize: 44 } }}>
        <Icon fontSize="large" />
      </Box>
      <Typography variant="h2" component="p">
        {title}
      </Typography>
      <Typography color="textSecondary">{text}</Typography>
      {children}
    </Stack>
  )
}

/** Nothing there yet: says what will be here and offers the first step. */
export function EmptyState({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <State icon={InboxIcon} title={title} text={text}>
      {children}
    </State>
  )
}

/** A read that failed, in words, with the request's id and a way to try again. */
export function FailureState({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const t = useTranslate()
  const words = useFailureWords()
  const known = error instanceof ConsoleError ? error : null
  if (known?.status === 403) return <AccessDenied />
  if (known?.status === 404) return <NotFoundState />
  return (
    <State icon={known?.code === 'network' ? CloudOffIcon : ErrorOutlineIcon} title={t('shell.failed')} text={words(error)} role="alert">
      {known?.requestId && <RequestId id={known.requestId} />}
      {retry && (
        <Button variant="outlined" onClick={() => void retry()}>
          {t('shell.retry')}
        </Button>
      )}
    </State>
  )
}

/** What a read brought; until then a skeleton of so many rows, or why it failed. */
export function Loaded<Data>({
  read,
  rows,
  children,
}: {
  read: { data: Data | undefined; error: unknown; refetch: () => unknown }
  rows?: number
  children: (data: Data) => ReactNode
}) {
  if (read.data !== undefined) return children(read.data)
  return read.error ? <FailureState error={read.error} retry={read.refetch} /> : <ListSkeleton rows={rows} />
}

export function AccessDenied() {
  const t = useTranslate()
  return <State icon={BlockIcon} title={t('shell.no_permission')} text={t('shell.no_permission_text')} role="alert" />
}

function NotFoundState() {
  const t = useTranslate()
  return <State icon={ExploreOffIcon} title={t('shell.not_found')} text={t('shell.not_found_text')} role="alert" />
}

export function NotFoundPage() {
  return (
    <>
      <Title title="shell.not_found" />
      <NotFoundState />
    </>
  )
}

export function AuthenticationFailed() {
  const t = useTranslate()
  return (
    <State icon={CloudOffIcon} title={t('shell.sign_in_unreachable')} text={t('shell.sign_in_unreachable_text')} role="alert">
      <Button variant="outlined" onClick={() => window.location.reload()}>
        {t('shell.retry')}
      </Button>
    </State>
  )
}

/** A screen whose code failed. */
export function PageFailure({ error, resetErrorBoundary }: { error: Error; resetErrorBoundary: (...args: unknown[]) => void }) {
  return <FailureState error={error} retry={() => resetErrorBoundary()} />
}

/** Grey boxes of the final size, so that nothing jumps when the rows arrive. */
export function ListSkeleton({ rows = 6 }: { rows?: number }) {
  const t = useTranslate()
  return (
    <Stack spacing={1} sx={{ padding: 2 }} role="status" aria-label={t('ra.message.loading')}>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((row) => (
        <Skeleton key={row} variant="rounded" height={36} />
      ))}
    </Stack>
  )
}

/** A page whose rights are still being asked for. */
export function PageLoading() {
  return <ListSkeleton />
}
