import { TenantStatus } from '@cityos/contract'
import { changeTenant, listTenants, readFleet, readTenant, type Tenant } from '@cityos/control-plane/contract'
import StorefrontIcon from '@mui/icons-material/StorefrontOutlined'
import { Stack } from '@mui/material'
import { lazy } from 'react'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Bytes, Ident, TranslatedText, When } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'
import { ExportTenants } from './export-tenants.tsx'

const TenantPage = lazy(() => import('./tenant-page.tsx').then((module) => ({ default: module.TenantPage })))
const TenantWizard = lazy(() => import('./tenant-wizard.tsx').then((module) => ({ default: module.TenantWizard })))
const TenantEdit = lazy(() => import('./tenant-edit.tsx').then((module) => ({ default: module.TenantEdit })))

function useTenantCounts(): Record<string, number> | undefined {
  const { data } = useRead(readFleet)
  return data && { ...data.counts, all: data.tenants }
}

export const tenantScreen: Screen = {
  name: 'tenants',
  icon: StorefrontIcon,
  endpoints: { list: listTenants, read: readTenant, update: changeTenant },
  columns: [
    {
      source: 'name',
      sortable: true,
      render: (record) => (
        <Stack sx={{ minWidth: { md: 200 } }}>
          <TranslatedText value={(record as unknown as Tenant).name} />
          <Ident value={String(record['slug'])} />
        </Stack>
      ),
    },
    { source: 'status', sortable: true },
    { source: 'runtime', card: 'aside', sortable: true, render: (record) => <StatusChip status={record['runtime'] as string | null} /> },
    { source: 'plan', sortable: true },
    {
      source: 'database_bytes',
      label: 'field.database_size',
      card: 'none',
      render: (record) => <Bytes value={(record as unknown as Tenant).database_bytes} />,
      end: true,
    },
    { source: 'release', card: 'none', sortable: true },
    {
      source: 'backup',
      label: 'field.tested',
      card: 'none',
      render: (record) => <When at={(record as unknown as Tenant).backup?.verified_at} ago />,
    },
    { source: 'created_at', sortable: true },
  ],
  filters: ['runtime', 'quarantined', 'plan', 'release', 'node_id'],
  order: '-created_at',
  tools: ExportTenants,
  tabs: { values: TenantStatus.options, useCounts: useTenantCounts },
  search: 'tenant.search',
  title: (record) => String(record['slug']),
  show: TenantPage,
  create: TenantWizard,
  edit: TenantEdit,
  menu: { group: 'fleet', key: 't' },
}
