import { listRolloutTenants, type Rollout, type RolloutTenant } from '@cityos/control-plane/contract'
import { Box, Button, Typography } from '@mui/material'
import { useState } from 'react'
import { Link, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Dash, Ident, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Pager } from '../../screen/pager.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'
import { CountsText } from './rings.tsx'
import { isOver } from './use-rollout.ts'
import { ringText, useSeconds } from './words.ts'

interface RolloutTenantsProps {
  rollout: Rollout
  /** Position of the ring to show; null: all. */
  ring: number | null
  onSkip: (tenant: RolloutTenant) => void
}

const size = 20
const skippable: readonly RolloutTenant['status'][] = ['pending', 'upgrading']

/** Every tenant of a rollout: its ring, how it stands, how long it took and what holds it up. */
export function RolloutTenants({ rollout, ring, onSkip }: RolloutTenantsProps) {
  const t = useTranslate()
  const [status, setStatus] = useState<RolloutTenant['status'] | null>(null)
  const [page, setPage] = useState(0)
  const chosen = rollout.rings.find((each) => each.position === ring)
  const query = { ring: ring ?? undefined, status: status ?? undefined, limit: size, offset: page * size }
  const read = useRead(
    listRolloutTenants,
    { params: { id: rollout.id }, query },
    { refetchInterval: isOver(rollout) ? false : 3_000, placeholderData: (before) => before },
  )
  return (
    <Panel title={chosen ? t('rollout.tenants_of', { ring: ringText(t, chosen.name) }) : t('field.tenants')} dense>
      <Box sx={{ paddingInline: 1 }}>
        <CountsText
          counts={chosen?.counts ?? rollout.counts}
          chosen={status}
          onChoose={(next) => {
            setStatus(next)
            setPage(0)
          }}
        />
      </Box>
      <Loaded read={read} rows={4}>
        {({ items, total }) => (
          <>
            <TenantRows tenants={items} onSkip={rollout.actions.includes('skip') ? onSkip : null} />
            <Pager total={total} page={page} size={size} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

/** Tenants with the ring they are in and what holds them up; of a rollout, or of a plan for one. */
export function TenantRows({ tenants, onSkip }: { tenants: readonly RolloutTenant[]; onSkip: ((tenant: RolloutTenant) => void) | null }) {
  const t = useTranslate()
  const seconds = useSeconds()
  return (
    <RowsTable
      title={t('field.tenants')}
      rows={tenants}
      rowKey={(tenant) => tenant.tenant_id}
      empty={t('rollout.no_tenants')}
      columns={[
        {
          label: 'field.tenant',
          cell: (tenant) => (
            <Link to={`/tenants/${tenant.tenant_id}/show`}>
              <bdi dir="ltr">{tenant.tenant_slug}</bdi>
            </Link>
          ),
        },
        { label: 'rollout.ring', cell: (tenant) => (tenant.ring ? <bdi>{ringText(t, tenant.ring)}</bdi> : <Dash />) },
        { label: 'field.status', cell: (tenant) => <StatusChip status={tenant.status} /> },
        { label: 'rollout.from', cell: (tenant) => <Ident value={tenant.from_release} /> },
        { label: 'rollout.took', end: true, cell: (tenant) => (tenant.seconds === null ? <Dash /> : <bdi>{seconds(tenant.seconds)}</bdi>) },
        { label: 'rollout.why', cell: (tenant) => <Why tenant={tenant} /> },
      ]}
      buttons={(tenant) => (
        <>
          {tenant.operation_id && (
            <Button size="small" component={Link} to={`/operations/${tenant.operation_id}/show`}>
              {t('rollout.watch')}
            </Button>
          )}
          {onSkip && skippable.includes(tenant.status) && (
            <Button size="small" color="inherit" onClick={() => onSkip(tenant)}>
              {t('rollout.skip')}
            </Button>
          )}
        </>
      )}
    />
  )
}

function Why({ tenant }: { tenant: RolloutTenant }) {
  const t = useTranslate()
  if (!tenant.reason) return tenant.message ? <bdi>{tenant.message}</bdi> : <Dash />
  return (
    <>
      {t(`rollout_reason.${tenant.reason}`)}
      {tenant.window_opens_at && (
        <>
          {' · '}
          {t('rollout.opens')} <When at={tenant.window_opens_at} />
        </>
      )}
      {tenant.message && (
        <Typography variant="body2" color="textSecondary" dir="auto" sx={{ overflowWrap: 'anywhere' }}>
          {tenant.message}
        </Typography>
      )}
    </>
  )
}
