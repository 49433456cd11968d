import BedtimeIcon from '@mui/icons-material/BedtimeOutlined'
import BlockIcon from '@mui/icons-material/Block'
import CheckCircleIcon from '@mui/icons-material/CheckCircleOutlined'
import ErrorIcon from '@mui/icons-material/ErrorOutlineOutlined'
import HourglassIcon from '@mui/icons-material/HourglassEmpty'
import PendingIcon from '@mui/icons-material/PendingOutlined'
import UndoIcon from '@mui/icons-material/Undo'
import WarningIcon from '@mui/icons-material/WarningAmber'
import { Chip } from '@mui/material'
import type { ReactElement } from 'react'
import { useTranslate } from 'react-admin'

export type Tone = 'success' | 'warning' | 'error' | 'info' | 'default'

/** A status is an icon, a word and a fixed hue: none of the three alone (ux guide §3). */
const tones: Record<string, Tone> = {
  active: 'success',
  running: 'success',
  ok: 'success',
  succeeded: 'success',
  done: 'success',
  published: 'success',
  approved: 'success',
  completed: 'success',
  fulfilled: 'success',
  captured: 'success',
  paid: 'success',
  verified: 'success',
  available: 'success',
  live: 'success',
  enabled: 'success',
  upgraded: 'success',
  passed: 'success',
  upgrading: 'info',
  soaking: 'info',
  watching: 'info',
  planned: 'info',
  paused: 'warning',
  rolling_back: 'warning',
  rolled_back: 'warning',
  exceeded: 'error',
  trial: 'info',
  provisioning: 'info',
  starting: 'info',
  queued: 'info',
  open: 'info',
  sent: 'success',
  uncollectible: 'error',
  placed: 'info',
  confirmed: 'info',
  accepted: 'info',
  preparing: 'info',
  authorized: 'info',
  registered: 'info',
  'in-review': 'info',
  'documents-pending': 'info',
  applied: 'info',
  in: 'success',
  low: 'warning',
  out: 'error',
  pending_review: 'info',
  pending: 'info',
  waiting: 'warning',
  held: 'info',
  pending_confirmation: 'warning',
  checked_in: 'success',
  in_progress: 'info',
  no_show: 'error',
  requested: 'warning',
  seated: 'success',
  ready: 'success',
  out_for_delivery: 'info',
  delivered: 'success',
  picked_up: 'success',
  auto_rejected: 'error',
  vendor_cancelled: 'error',
  delivery_failed: 'error',
  declined: 'error',
  in_review: 'info',
  submitted: 'info',
  on_sale: 'success',
  sold_out: 'warning',
  finished: 'default',
  postponed: 'warning',
  frozen: 'error',
  scheduled: 'info',
  valid: 'success',
  transferred: 'default',
  blocked: 'warning',
  offered: 'info',
  redeemed: 'success',
  released: 'success',
  stuck: 'error',
  undoing: 'warning',
  past_due: 'warning',
  suspended: 'warning',
  restricted: 'warning',
  closing: 'warning',
  degraded: 'warning',
  partially_fulfilled: 'warning',
  partially_captured: 'warning',
  partially_refunded: 'warning',
  requires_action: 'warning',
  maintenance: 'warning',
  locked: 'warning',
  dead: 'error',
  failed: 'error',
  crashed: 'error',
  rejected: 'error',
  terminated: 'error',
  yanked: 'error',
}

const icons: Record<Tone, ReactElement> = {
  success: <CheckCircleIcon />,
  info: <PendingIcon />,
  warning: <WarningIcon />,
  error: <ErrorIcon />,
  default: <BlockIcon />,
}

const own: Record<string, ReactElement> = {
  asleep: <BedtimeIcon />,
  waiting: <HourglassIcon />,
  queued: <HourglassIcon />,
  undoing: <UndoIcon />,
  undone: <UndoIcon />,
  refunded: <UndoIcon />,
  rolling_back: <UndoIcon />,
  rolled_back: <UndoIcon />,
}

export const toneOf = (status: string): Tone => tones[status] ?? 'default'

export function StatusChip({ status }: { status: string | null | undefined }) {
  const t = useTranslate()
  if (!status) return null
  const tone = toneOf(status)
  return (
    <Chip size="small" variant="outlined" color={tone} icon={own[status] ?? icons[tone]} label={t(`status.${status}`, { _: status })} />
  )
}
