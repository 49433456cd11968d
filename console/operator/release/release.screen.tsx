import { listReleases, ReleaseStatus, readRelease } from '@cityos/control-plane/contract'
import NewReleasesIcon from '@mui/icons-material/NewReleasesOutlined'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const ReleasePage = lazy(() => import('./release-page.tsx').then((module) => ({ default: module.ReleasePage })))

export const releaseScreen: Screen = {
  name: 'releases',
  icon: NewReleasesIcon,
  endpoints: { list: listReleases, read: readRelease, key: 'version' },
  columns: [
    { source: 'version', label: 'field.release', render: (record) => <Ident value={String(record['version'])} copy /> },
    'status',
    { source: 'current', label: 'field.current_release' },
    { source: 'tenants', label: 'field.tenants' },
    { source: 'schema', render: (record) => <Ident value={String(record['schema'])} /> },
    { source: 'built_at', label: 'release.built_at' },
  ],
  tabs: { values: ReleaseStatus.options },
  title: (record) => String(record['version']),
  show: ReleasePage,
  menu: { group: 'fleet', key: 'r' },
}
