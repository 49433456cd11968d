import { listReleases, readRelease } from '@cityos/control-plane/contract'
import NewReleasesIcon from '@mui/icons-material/NewReleasesOutlined'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

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
    'created_at',
  ],
  title: (record) => String(record['version']),
  menu: { group: 'fleet', key: 'r' },
}
