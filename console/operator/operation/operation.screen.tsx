import { listOperations, type Operation, OperationStatus, readOperation } from '@cityos/control-plane/contract'
import HistoryIcon from '@mui/icons-material/History'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const OperationPage = lazy(() => import('./operation-page.tsx').then((module) => ({ default: module.OperationPage })))

export function OperationKindText({ kind }: { kind: Operation['kind'] }) {
  const t = useTranslate()
  return <>{t(`operation_kind.${kind}`)}</>
}

function ProgressText({ operation }: { operation: Operation }) {
  const t = useTranslate()
  return <>{t('operation.progress', operation.progress)}</>
}

export const operationScreen: Screen = {
  name: 'operations',
  icon: HistoryIcon,
  endpoints: { list: listOperations, read: readOperation },
  columns: [
    { source: 'kind', render: (record) => <OperationKindText kind={record['kind'] as Operation['kind']} /> },
    { source: 'tenant_slug', label: 'field.tenant', render: (record) => <Ident value={String(record['tenant_slug'])} /> },
    'status',
    { source: 'progress', render: (record) => <ProgressText operation={record as unknown as Operation} />, end: false },
    'requested_by',
    'created_at',
    'finished_at',
  ],
  filters: ['kind'],
  tabs: { values: OperationStatus.options },
  title: (record) => String(record['tenant_slug']),
  show: OperationPage,
  menu: { group: 'fleet', key: 'o' },
}
