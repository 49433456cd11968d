import { type Cell, closeCell, createCell, listCells, openCell, readCell } from '@cityos/control-plane/contract'
import HubIcon from '@mui/icons-material/HubOutlined'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const CellDetail = lazy(() => import('./cell-detail.tsx').then((module) => ({ default: module.CellDetail })))
const CellCreate = lazy(() => import('./cell-create.tsx').then((module) => ({ default: module.CellCreate })))

const cell = (record: unknown) => record as Cell

/** How full it is: tenants of as many as it takes. */
function Filled({ cell: { tenants, capacity } }: { cell: Cell }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const most = Math.min(capacity.databases, capacity.namespaces)
  return <>{t('tenant.of_limit', { used: formatNumber(tenants, locale), limit: formatNumber(most, locale) })}</>
}

function Answers({ cell: { unreachable, open } }: { cell: Cell }) {
  const t = useTranslate()
  return <>{t(unreachable ? 'cell.unreachable' : open ? 'cell.open' : 'cell.closed')}</>
}

export const cellScreen: Screen = {
  name: 'cells',
  icon: HubIcon,
  endpoints: { list: listCells, read: readCell, create: createCell, actions: { open: openCell, close: closeCell }, key: 'name' },
  columns: [
    { source: 'name', label: 'cell.name', render: (record) => <Ident value={cell(record).name} /> },
    { source: 'region', label: 'cell.region' },
    { source: 'open', label: 'field.status', render: (record) => <Answers cell={cell(record)} /> },
    { source: 'tenants', label: 'field.tenants', render: (record) => <Filled cell={cell(record)} />, end: true },
    { source: 'residency_zone', label: 'field.residency_zone', render: (record) => <Ident value={cell(record).residency_zone} /> },
  ],
  facts: [
    { source: 'region', label: 'cell.region' },
    { source: 'open', label: 'field.status', render: (record) => <Answers cell={cell(record)} /> },
    { source: 'tenants', label: 'field.tenants', render: (record) => <Filled cell={cell(record)} /> },
    { source: 'room', label: 'cell.room' },
    { source: 'residency_zone', label: 'field.residency_zone', render: (record) => <Ident value={cell(record).residency_zone} /> },
    { source: 'plans', label: 'cell.plans', render: (record) => cell(record).plans?.join(', ') ?? '–' },
    { source: 'from_installation', label: 'cell.from_installation' },
    'created_at',
    'updated_at',
  ],
  detail: CellDetail,
  create: CellCreate,
  filters: ['region'],
  title: (record) => cell(record).name,
  menu: { group: 'fleet', key: 'c' },
}
