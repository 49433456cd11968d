import { type Backup, deleteBackup, listTenantBackups, restoreBackupAs, restoreTenant, type Tenant } from '@cityos/control-plane/contract'
import { Alert, Button, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { formatBytes, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Dash, Ident, When } from '../../fields/values.tsx'
import { Confirm } from '../../screen/confirm.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'
import { useAfterRequest } from './after-request.ts'
import { CopyDialog } from './tenant-verbs.tsx'

type Verb = Backup['actions'][number]

/** How well the tenant's data is kept: the badge of the last proven backup, and every backup with what it can be used for. */
export function TenantBackups({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [asked, setAsked] = useState<{ verb: Verb; backup: Backup } | null>(null)
  const read = useRead(listTenantBackups, { params: { id: tenant.id }, query: { limit: 100 } }, { refetchInterval: 10_000 })
  return (
    <Stack spacing={2}>
      <BackupBadge tenant={tenant} />
      <Loaded read={read} rows={4}>
        {({ items }) => (
          <Panel title={t('backup.all')} dense>
            <RowsTable
              title={t('backup.all')}
              rows={items}
              rowKey={(row) => row.id}
              empty={t('backup.none')}
              columns={[
                { label: 'field.when', cell: (row) => <When at={row.taken_at ?? row.created_at} /> },
                { label: 'field.kind', cell: (row) => t(`backup_kind.${row.kind}`) },
                { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
                {
                  label: 'field.size',
                  cell: (row) => (row.size_bytes === null ? <Dash /> : formatBytes(row.size_bytes, locale)),
                  end: true,
                },
                { label: 'field.rows', cell: (row) => (row.rows === null ? <Dash /> : formatNumber(row.rows, locale)), end: true },
                { label: 'field.release', cell: (row) => <Ident value={row.release} /> },
                { label: 'field.tested', cell: (row) => <When at={row.verified_at} /> },
                { label: 'field.kept_until', cell: (row) => <When at={row.expires_at} /> },
              ]}
              buttons={(row) =>
                row.actions.map((verb) => (
                  <Button
                    key={verb}
                    size="small"
                    color={verb === 'delete' ? 'error' : 'primary'}
                    onClick={() => setAsked({ verb, backup: row })}
                  >
                    {t(`backup.${verb}`)}
                  </Button>
                ))
              }
            />
          </Panel>
        )}
      </Loaded>
      {asked?.verb === 'restore_as' && (
        <CopyDialog
          title={t('backup.restore_as')}
          consequence={t('consequence.tenants.restore_as')}
          endpoint={restoreBackupAs}
          id={asked.backup.id}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.verb === 'restore' && <RestoreDialog tenant={tenant} backup={asked.backup} onClose={() => setAsked(null)} />}
      {asked?.verb === 'delete' && <DeleteDialog backup={asked.backup} onClose={() => setAsked(null)} />}
    </Stack>
  )
}

/** When a backup was last proven by restoring it, and what was compared then. */
export function BackupBadge({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const badge = tenant.backup
  if (!badge) return <Alert severity="info">{t('backup.not_yet')}</Alert>
  const number = (value: number) => formatNumber(value, locale)
  return (
    <Panel title={t('backup.badge')}>
      <Stack spacing={2}>
        {badge.failure && <Alert severity="error">{badge.failure}</Alert>}
        <Alert severity={badge.verified_at ? 'success' : 'warning'}>
          {badge.verified_at ? (
            <>
              {t('backup.proven')} <When at={badge.verified_at} ago />
              {badge.compared && (
                <Typography variant="body2">
                  {t('backup.compared', {
                    tables: number(badge.compared.tables),
                    rows: number(badge.compared.rows),
                    files: number(badge.compared.files),
                  })}{' '}
                  <Ident value={badge.compared.content_checksum.slice(0, 16)} />
                </Typography>
              )}
            </>
          ) : (
            t('backup.unproven')
          )}
        </Alert>
        <Facts
          facts={[
            { label: 'field.last_backup', value: <When at={badge.last_at} /> },
            { label: 'field.next_backup', value: <When at={badge.next_at} /> },
          ]}
        />
      </Stack>
    </Panel>
  )
}

function RestoreDialog({ tenant, backup, onClose }: { tenant: Tenant; backup: Backup; onClose: () => void }) {
  const t = useTranslate()
  const watch = useAfterRequest()
  const send = useSend(restoreTenant)
  return (
    <Confirm
      title={t('backup.restore')}
      consequence={t('consequence.tenants.restore')}
      confirmLabel={t('backup.restore')}
      typed={tenant.slug}
      busy={send.isPending}
      failure={send.error}
      danger
      onConfirm={() =>
        send.mutate({ params: { id: tenant.id }, body: { backup_id: backup.id, confirm: tenant.slug } }, { onSuccess: watch })
      }
      onClose={onClose}
    >
      <Typography>
        <When at={backup.taken_at} />
      </Typography>
    </Confirm>
  )
}

function DeleteDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const t = useTranslate()
  const send = useSend(deleteBackup)
  return (
    <Confirm
      title={t('backup.delete')}
      consequence={t('consequence.tenants.delete_backup')}
      confirmLabel={t('backup.delete')}
      busy={send.isPending}
      failure={send.error}
      danger
      onConfirm={() => send.mutate({ params: { id: backup.id } }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
