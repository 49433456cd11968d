import { listReleases, type ReleaseDetail, readRelease, yankRelease } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Box, Button, Chip, MenuItem, Stack, TextField, Typography } from '@mui/material'
import { useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useCanAccess, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, leftToRight, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Bytes, Ident, When } from '../../fields/values.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { ReleaseDifference } from './release-difference.tsx'

/** One release: what is in it, who is on it, how it differs from another, and the way to bring the fleet to it. */
export function ReleasePage() {
  const version = String(useGetRecordId())
  const { data, error, refetch } = useRead(readRelease, { params: { version } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  return <Shown release={data} />
}

function Shown({ release }: { release: ReleaseDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Box>
      <Title title={leftToRight(release.version)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Verbs release={release} />
      </TopToolbar>
      <Stack spacing={2}>
        {release.yanked && (
          <Alert severity="error">
            <AlertTitle>
              {t('release.yanked')} <When at={release.yanked.at} />
            </AlertTitle>
            <bdi>{release.yanked.by}</bdi>: <bdi>{release.yanked.reason}</bdi>
          </Alert>
        )}
        <Panel>
          <Stack spacing={2}>
            <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
              <StatusChip status={release.status} />
              {release.current && <Chip size="small" color="primary" variant="outlined" label={t('release.current')} />}
              {release.platform && <Chip size="small" variant="outlined" label={t('release.platform')} />}
            </Stack>
            <Facts
              facts={[
                { label: 'release.built_at', value: <When at={release.built_at} /> },
                { label: 'release.commit', value: <Ident value={release.commit} copy /> },
                { label: 'release.schema', value: <Ident value={release.schema} /> },
                { label: 'release.upgrade_from', value: release.upgrade_from ? <Ident value={release.upgrade_from} /> : t('release.any') },
                { label: 'release.protocol', value: formatNumber(release.protocol, locale) },
                { label: 'release.size', value: <Bytes value={release.size_bytes} /> },
                { label: 'release.files', value: formatNumber(release.files, locale) },
                {
                  label: 'release.components',
                  value:
                    release.components === null ? (
                      '–'
                    ) : (
                      <a href={`/api/v1/releases/${encodeURIComponent(release.version)}/sbom`} download={`${release.version}.sbom.json`}>
                        {formatNumber(release.components, locale)} · {t('release.sbom')}
                      </a>
                    ),
                },
              ]}
            />
          </Stack>
        </Panel>
        <TenantsOnIt release={release} />
        <Compare release={release} />
        {release.changelog && (
          <Panel title={t('release.changelog')}>
            <Typography component="div" dir="auto" sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {release.changelog}
            </Typography>
          </Panel>
        )}
        <Panel title={t('release.migrations')} dense>
          <RowsTable
            title={t('release.migrations')}
            rows={release.migrations.toReversed().slice(0, 50)}
            rowKey={(migration) => migration.name}
            empty={t('release.no_migrations')}
            columns={[
              { label: 'field.name', cell: (migration) => <Ident value={migration.name} /> },
              { label: 'field.kind', cell: (migration) => t(`migration_kind.${migration.kind}`) },
            ]}
          />
        </Panel>
      </Stack>
    </Box>
  )
}

function Verbs({ release }: { release: ReleaseDetail }) {
  const t = useTranslate()
  const [yanking, setYanking] = useState(false)
  const { canAccess: mayUpgrade } = useCanAccess({ resource: 'rollouts', action: 'create' })
  const { canAccess: mayYank } = useCanAccess({ resource: 'releases', action: 'edit' })
  if (release.status !== 'available') return null
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
      {mayUpgrade && (
        <Button variant="contained" component={Link} to={`/rollouts/create?to=${encodeURIComponent(release.version)}`}>
          {t('release.upgrade_to')}
        </Button>
      )}
      {mayYank && (
        <Button variant="outlined" color="error" onClick={() => setYanking(true)}>
          {t('release.yank')}
        </Button>
      )}
      {yanking && (
        <EndpointDialog
          title={t('release.yank')}
          endpoint={yankRelease}
          params={{ version: release.version }}
          consequence={t('release.yank_text')}
          submitLabel={t('release.yank')}
          danger
          onClose={() => setYanking(false)}
        />
      )}
    </Stack>
  )
}

function TenantsOnIt({ release }: { release: ReleaseDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (release.tenants === 0) return <Alert severity="info">{t('release.nobody_on_it')}</Alert>
  const more = release.tenants - release.tenants_on_it.length
  return (
    <Panel title={t('release.on_it', { count: formatNumber(release.tenants, locale) })}>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
        {release.tenants_on_it.map((tenant) => (
          <Chip key={tenant.id} component={Link} to={`/tenants/${tenant.id}/show`} clickable label={<bdi dir="ltr">{tenant.slug}</bdi>} />
        ))}
        {more > 0 && <Typography color="textSecondary">{t('release.and_more', { count: formatNumber(more, locale) })}</Typography>}
      </Stack>
    </Panel>
  )
}

function Compare({ release }: { release: ReleaseDetail }) {
  const t = useTranslate()
  const [from, setFrom] = useState<string | null>(null)
  const { data } = useRead(listReleases, { query: { limit: 100 } })
  const others = (data?.items ?? []).filter((other) => other.version !== release.version)
  if (others.length === 0) return null
  const older = others.find((other) => other.created_at < release.created_at) ?? others[0]
  const chosen = from ?? older?.version ?? ''
  return (
    <Panel
      title={t('release.difference')}
      actions={
        <TextField
          select
          size="small"
          label={t('release.compared_with')}
          value={chosen}
          onChange={(event) => setFrom(event.target.value)}
          sx={{ minWidth: 200 }}
        >
          {others.map((other) => (
            <MenuItem key={other.version} value={other.version}>
              <bdi dir="ltr">{other.version}</bdi>
            </MenuItem>
          ))}
        </TextField>
      }
    >
      <ReleaseDifference from={chosen} to={release.version} />
    </Panel>
  )
}
