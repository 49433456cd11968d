import {
  listRollouts,
  pauseRollout,
  type Rollout,
  RolloutStatus,
  readRollout,
  resumeRollout,
  rollBackRollout,
  startRollout,
} from '@cityos/control-plane/contract'
import RocketLaunchIcon from '@mui/icons-material/RocketLaunchOutlined'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'
import { FreezeButton } from './freeze.tsx'

const RolloutPage = lazy(() => import('./rollout-page.tsx').then((module) => ({ default: module.RolloutPage })))
const RolloutCreate = lazy(() => import('./rollout-create.tsx').then((module) => ({ default: module.RolloutCreate })))

function Progress({ rollout }: { rollout: Rollout }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return <>{t('rollout.progress', { done: formatNumber(rollout.counts.upgraded, locale), total: formatNumber(rollout.tenants, locale) })}</>
}

export const rolloutScreen: Screen = {
  name: 'rollouts',
  icon: RocketLaunchIcon,
  endpoints: {
    list: listRollouts,
    read: readRollout,
    actions: { start: startRollout, resume: resumeRollout, pause: pauseRollout, 'roll-back': rollBackRollout },
  },
  columns: [
    { source: 'to', label: 'rollout.to', render: (record) => <Ident value={String(record['to'])} /> },
    'status',
    {
      source: 'counts',
      label: 'rollout.upgraded_arm',
      render: (record) => <Progress rollout={record as unknown as Rollout} />,
      end: false,
    },
    'requested_by',
    'created_at',
    'finished_at',
  ],
  tabs: { values: RolloutStatus.options },
  title: (record) => String(record['to']),
  tools: FreezeButton,
  show: RolloutPage,
  create: RolloutCreate,
  menu: { group: 'fleet', key: 'u' },
}
