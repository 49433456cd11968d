import { listTenantOperations, type Tenant } from '@cityos/control-plane/contract'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../../shell/states.tsx'
import { OperationRows } from '../operation/operation-rows.tsx'

/** Everything that was done to the tenant, newest first. */
export function TenantHistory({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const { data, error, refetch } = useRead(listTenantOperations, { params: { id: tenant.id }, query: { limit: 50 } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  if (data.total === 0) return <EmptyState title={t('resources.operations.empty')} text={t('resources.operations.empty_text')} />
  return (
    <Panel dense>
      <OperationRows operations={data.items} />
    </Panel>
  )
}
