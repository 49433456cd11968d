import { diffReleases, type ReleaseDiff } from '@cityos/control-plane/contract'
import { Alert, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatBytes, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Dash, Ident } from '../../fields/values.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'

/** What is different between two releases, and whether a tenant of the one can be brought to the other. */
export function ReleaseDifference({ from, to }: { from: string; to: string }) {
  const read = useRead(diffReleases, { params: { version: to }, query: { from } }, { enabled: from !== '' })
  return <Loaded read={read}>{(difference) => <Shown difference={difference} />}</Loaded>
}

function Shown({ difference }: { difference: ReleaseDiff }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const number = (value: number) => formatNumber(value, locale)
  const migrations = [
    ...difference.migrations.added.map((migration) => ({ ...migration, change: 'added' as const })),
    ...difference.migrations.removed.map((migration) => ({ ...migration, change: 'removed' as const })),
  ]
  const files = Object.entries(difference.files).filter(([, count]) => count.added + count.removed + count.changed > 0)
  return (
    <Stack spacing={2}>
      {difference.obstacle ? (
        <Alert severity="warning">
          {t('release.obstacle')} <bdi>{difference.obstacle}</bdi>
        </Alert>
      ) : (
        <Alert severity="success">{t('release.no_obstacle')}</Alert>
      )}
      <Typography>
        {t('release.size_from_to', {
          from: formatBytes(difference.size_bytes.from, locale),
          to: formatBytes(difference.size_bytes.to, locale),
        })}
      </Typography>
      <RowsTable
        title={t('release.files')}
        rows={files}
        rowKey={([part]) => part}
        empty={t('release.same_files')}
        columns={[
          { label: 'release.part', cell: ([part]) => t(`release_part.${part}`, { _: part }) },
          { label: 'release.added', end: true, cell: ([, count]) => number(count.added) },
          { label: 'release.changed', end: true, cell: ([, count]) => number(count.changed) },
          { label: 'release.removed', end: true, cell: ([, count]) => number(count.removed) },
        ]}
      />
      <RowsTable
        title={t('release.migrations')}
        rows={migrations}
        rowKey={(migration) => `${migration.change} ${migration.name}`}
        empty={t('release.same_migrations')}
        columns={[
          { label: 'release.migration', cell: (migration) => <Ident value={migration.name} /> },
          { label: 'field.kind', cell: (migration) => t(`migration_kind.${migration.kind}`) },
          { label: 'release.change', cell: (migration) => t(`release.${migration.change}`) },
        ]}
      />
      <RowsTable
        title={t('release.components')}
        rows={difference.components}
        rowKey={(component) => component.name}
        empty={t('release.same_components')}
        columns={[
          { label: 'release.component', cell: (component) => <Ident value={component.name} /> },
          { label: 'release.before', cell: (component) => (component.from ? <Ident value={component.from} /> : <Dash />) },
          { label: 'release.after', cell: (component) => (component.to ? <Ident value={component.to} /> : <Dash />) },
        ]}
      />
    </Stack>
  )
}
