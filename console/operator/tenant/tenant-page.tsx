import { pickText } from '@cityos/contract'
import {
  closeTenant,
  deleteTenant,
  readTenant,
  reopenTenant,
  resumeTenant,
  sleepTenant,
  suspendTenant,
  type Tenant,
  wakeTenant,
} from '@cityos/control-plane/contract'
import OpenInNewIcon from '@mui/icons-material/OpenInNew'
import { Alert, AlertTitle, Box, Button, Stack, Tab, Tabs } from '@mui/material'
import { useState } from 'react'
import { EditButton, Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { useAfterRequest } from './after-request.ts'
import { DeleteTenantButton } from './delete-tenant.tsx'
import { OwnerInvitation } from './invitation.tsx'
import { TenantHealth } from './tenant-health.tsx'
import { TenantHistory } from './tenant-history.tsx'
import { TenantLogs } from './tenant-logs.tsx'
import { TenantUsage } from './tenant-usage.tsx'

const verbs = {
  suspend: suspendTenant,
  resume: resumeTenant,
  sleep: sleepTenant,
  wake: wakeTenant,
  close: closeTenant,
  reopen: reopenTenant,
  delete: deleteTenant,
}
const tabs = ['overview', 'usage', 'history', 'logs'] as const

/** One tenant: where it is, how it is, what it uses, what was done to it, and what can be done now. */
export function TenantPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const watch = useAfterRequest()
  const [tab, setTab] = useState<(typeof tabs)[number]>('overview')
  const { data: tenant, error, refetch } = useRead(readTenant, { params: { id } }, { refetchInterval: 5_000 })
  if (error && !tenant) return <FailureState error={error} retry={refetch} />
  if (!tenant) return <ListSkeleton />
  const { delete: _, ...posted } = verbs
  const actions = tenant.actions.filter((name) => name !== 'change')
  return (
    <Box>
      <Title title={pickText(tenant.name, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          {tenant.actions.includes('change') && <EditButton record={tenant} />}
          <ActionButtons
            resource="tenants"
            record={tenant}
            names={actions}
            endpoints={posted}
            typed={{ close: tenant.slug }}
            onDone={watch}
          />
          {actions.includes('delete') && <DeleteTenantButton tenant={tenant} />}
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        <Head tenant={tenant} />
        <Tabs value={tab} onChange={(_, next) => setTab(next)} variant="scrollable" allowScrollButtonsMobile>
          {tabs.map((name) => (
            <Tab key={name} value={name} label={t(`tenant.${name}`)} />
          ))}
        </Tabs>
        {tab === 'overview' && <Overview tenant={tenant} />}
        {tab === 'usage' && <TenantUsage tenant={tenant} />}
        {tab === 'history' && <TenantHistory tenant={tenant} />}
        {tab === 'logs' && <TenantLogs tenant={tenant} />}
      </Stack>
    </Box>
  )
}

function Head({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const open: [string, string][] = [
    [t('tenant.storefront'), tenant.url],
    [t('tenant.admin'), tenant.admin_url],
    [t('tenant.vendor'), tenant.vendor_url],
  ]
  return (
    <Panel>
      <Stack spacing={1.5}>
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={tenant.status} />
          <StatusChip status={tenant.runtime} />
          <Box sx={{ flex: 1 }} />
          {open.map(([label, url]) => (
            <Button
              key={url}
              variant="outlined"
              size="small"
              href={url}
              target="_blank"
              rel="noreferrer"
              endIcon={<OpenInNewIcon sx={{ transform: (theme) => (theme.direction === 'rtl' ? 'scaleX(-1)' : 'none') }} />}
            >
              {label}
            </Button>
          ))}
        </Stack>
        {tenant.operation_id && (
          <Alert
            severity="info"
            action={
              <Button color="inherit" component={Link} to={`/operations/${tenant.operation_id}/show`}>
                {t('tenant.watch')}
              </Button>
            }
          >
            {t('tenant.operation_running')}
          </Alert>
        )}
        {tenant.failure && (
          <Alert severity="error">
            <AlertTitle>{t('operation.failed_at', { step: t(`step.${tenant.failure.step}`, { _: tenant.failure.step }) })}</AlertTitle>
            {tenant.failure.message}
            <Box sx={{ fontWeight: 600 }}>{tenant.failure.way_out}</Box>
          </Alert>
        )}
        {tenant.status === 'suspended' && <Alert severity="warning">{t('tenant.suspended_text')}</Alert>}
        {tenant.closing_until && (
          <Alert severity="warning">
            {t('tenant.closing_text')} <When at={tenant.closing_until} />
          </Alert>
        )}
      </Stack>
    </Panel>
  )
}

function Overview({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  return (
    <Stack spacing={2}>
      <Panel title={t('tenant.identity')}>
        <Facts
          facts={[
            { label: 'field.url', value: <Ident value={tenant.url} copy /> },
            { label: 'field.owner_email', value: <Ident value={tenant.owner_email} /> },
            { label: 'field.plan', value: tenant.plan },
            { label: 'field.release', value: <Ident value={tenant.release} /> },
            { label: 'field.locales', value: tenant.locales.join(', ') },
            { label: 'field.currencies', value: <bdi dir="ltr">{tenant.currencies.join(', ')}</bdi> },
            { label: 'field.timezone', value: <Ident value={tenant.timezone} /> },
            { label: 'field.driver', value: `${tenant.driver} · ${tenant.region}` },
            { label: 'field.verticals', value: tenant.verticals.join(', ') || '–' },
            { label: 'field.id', value: <Ident value={tenant.id} copy /> },
            { label: 'field.created_at', value: <When at={tenant.created_at} /> },
            { label: 'field.version', value: tenant.version },
          ]}
        />
        <Box sx={{ marginBlockStart: 2 }}>
          <OwnerInvitation tenant={tenant} />
        </Box>
      </Panel>
      <TenantHealth tenant={tenant} />
    </Stack>
  )
}
