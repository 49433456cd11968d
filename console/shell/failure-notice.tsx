import CheckIcon from '@mui/icons-material/Check'
import ContentCopyIcon from '@mui/icons-material/ContentCopy'
import { Alert, Box, IconButton, type SxProps, Tooltip, Typography } from '@mui/material'
import { useState } from 'react'
import { useCloseNotification, useNotify, useTranslate } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'
import { useRequirement } from '../screen/requirement.ts'
import { useFailureWords } from './failure-words.ts'

/** Copies `text`; says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslate()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <Tooltip title={copied ? t('shell.copied') : label}>
      <IconButton size="small" color="inherit" aria-label={copied ? t('shell.copied') : label} onClick={() => void copy()}>
        {copied ? <CheckIcon fontSize="inherit" /> : <ContentCopyIcon fontSize="inherit" />}
      </IconButton>
    </Tooltip>
  )
}

/** The id to quote when asking for help. */
export function RequestId({ id }: { id: string }) {
  const t = useTranslate()
  return (
    <Typography variant="caption" component="div" sx={{ display: 'flex', alignItems: 'center', gap: 0.5 }}>
      {t('shell.request_id')} <bdi dir="ltr">{id}</bdi>
      <CopyButton text={id} label={t('shell.copy')} />
    </Typography>
  )
}

/** What the server says is still missing, each in words. */
function Missing({ error }: { error: unknown }) {
  const requirement = useRequirement()
  const names =
    error instanceof ConsoleError && error.code === 'publish_requirements_missing'
      ? (error.details['missing'] ?? error.details['list'])
      : null
  if (!Array.isArray(names)) return null
  return (
    <Box component="ul" sx={{ margin: 0, paddingInlineStart: 2.5 }}>
      {names.map(String).map((name) => (
        <li key={name}>{requirement(name)}</li>
      ))}
    </Box>
  )
}

/** Says in a form why it could not be sent, with the id to quote; nothing while nothing failed. */
export function FailureAlert({ error, sx }: { error: unknown; sx?: SxProps }) {
  const words = useFailureWords()
  if (!error) return null
  return (
    <Alert severity="error" sx={sx}>
      {words(error)}
      <Missing error={error} />
      {error instanceof ConsoleError && error.requestId && <RequestId id={error.requestId} />}
    </Alert>
  )
}

function FailureNotice({ error }: { error: unknown }) {
  const words = useFailureWords()
  const close = useCloseNotification()
  return (
    <Alert severity="error" variant="filled" onClose={() => close()} sx={{ maxWidth: 480 }}>
      <Box>{words(error)}</Box>
      <Missing error={error} />
      {error instanceof ConsoleError && error.requestId && <RequestId id={error.requestId} />}
    </Alert>
  )
}

/** Says that something a person asked for did not happen, and why. */
export function useFailureNotice(): (error: unknown) => void {
  const notify = useNotify()
  return (error) => notify(<FailureNotice error={error} />, { type: 'error', autoHideDuration: 12_000 })
}
