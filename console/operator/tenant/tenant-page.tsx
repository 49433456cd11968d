import { pickText } from '@cityos/contract'
import { readOperation, readTenant, type Tenant } from '@cityos/control-plane/contract'
import OpenInNewIcon from '@mui/icons-material/OpenInNew'
import { Alert, AlertTitle, Box, Button, LinearProgress, Stack, Tab, Tabs } from '@mui/material'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { OwnerInvitation } from './invitation.tsx'
import { TenantAudit } from './tenant-audit.tsx'
import { TenantBackups } from './tenant-backups.tsx'
import { TenantCluster } from './tenant-cluster.tsx'
import { TenantDomains } from './tenant-domains.tsx'
import { TenantHealth } from './tenant-health.tsx'
import { TenantHistory } from './tenant-history.tsx'
import { TenantLogs } from './tenant-logs.tsx'
import { TenantPolicy } from './tenant-policy.tsx'
import { TenantSubscription } from './tenant-subscription.tsx'
import { TenantSupport } from './tenant-support.tsx'
import { TenantUpgrades } from './tenant-upgrades.tsx'
import { TenantUsage } from './tenant-usage.tsx'
import { TenantVerbs } from './tenant-verbs.tsx'

const tabs = {
  overview: Overview,
  subscription: TenantSubscription,
  usage: TenantUsage,
  backups: TenantBackups,
  domains: TenantDomains,
  upgrades: TenantUpgrades,
  policy: TenantPolicy,
  support: TenantSupport,
  history: TenantHistory,
  audit: TenantAudit,
  logs: TenantLogs,
  cluster: TenantCluster,
}
const names = Object.keys(tabs) as (keyof typeof tabs)[]

/** One tenant: where it is, how it is, what it uses, what was done to it, and what can be done now. */
export function TenantPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('tab') as keyof typeof tabs
  const tab = names.includes(asked) ? asked : 'overview'
  const Shown = tabs[tab]
  const { data: tenant, error, refetch } = useRead(readTenant, { params: { id } }, { refetchInterval: 5_000 })
  if (error && !tenant) return <FailureState error={error} retry={refetch} />
  if (!tenant) return <ListSkeleton />
  const shown = names.filter((name) => name !== 'cluster' || tenant.cell !== null)
  return (
    <Box>
      <Title title={pickText(tenant.name, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <TenantVerbs tenant={tenant} />
      </TopToolbar>
      <Stack spacing={2}>
        <Head tenant={tenant} />
        <Tabs
          value={tab}
          onChange={(_, next: string) => setSearch({ tab: next }, { replace: true })}
          variant="scrollable"
          allowScrollButtonsMobile
          aria-label={t('tenant.parts')}
        >
          {shown.map((name) => (
            <Tab key={name} value={name} label={t(`tenant.${name}`)} />
          ))}
        </Tabs>
        <Shown tenant={tenant} />
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
        {tenant.operation_id && <LiveOperation id={tenant.operation_id} />}
        {tenant.quarantined && <Alert severity="warning">{t('tenant.quarantined_text')}</Alert>}
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

/** What is being done to the tenant now, and how far it is. */
function LiveOperation({ id }: { id: string }) {
  const t = useTranslate()
  const { data: operation } = useRead(readOperation, { params: { id } }, { refetchInterval: 2_000 })
  const { done, total } = operation?.progress ?? { done: 0, total: 0 }
  return (
    <Alert
      severity="info"
      slotProps={{ message: { sx: { flex: 1 } } }}
      action={
        <Button color="inherit" component={Link} to={`/operations/${id}/show`}>
          {t('tenant.watch')}
        </Button>
      }
    >
      {operation ? t(`operation_kind.${operation.kind}`) : t('tenant.operation_running')}
      {operation && (
        <>
          {' · '}
          {t('operation.progress', { done, total })}
          <LinearProgress
            variant="determinate"
            value={total === 0 ? 0 : (done / total) * 100}
            aria-label={t('operation.progress', { done, total })}
            sx={{ marginBlockStart: 1, borderRadius: 2 }}
          />
        </>
      )}
    </Alert>
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
            { label: 'field.driver', value: [tenant.driver, tenant.region, tenant.cell].filter(Boolean).join(' · ') },
            { label: 'field.verticals', value: tenant.verticals.join(', ') || '–' },
            { label: 'field.residency_zone', value: <Ident value={tenant.residency_zone} /> },
            { label: 'field.last_backup', value: <When at={tenant.backup?.last_at} ago /> },
            { label: 'field.tested', value: <When at={tenant.backup?.verified_at} ago /> },
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
