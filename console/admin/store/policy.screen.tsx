import { adminListPolicies, adminPublishPolicy, type ManagedPolicy } from '@cityos/data-plane/contract'
import GavelIcon from '@mui/icons-material/GavelOutlined'
import { TranslatedInput } from '../../fields/translated-input.tsx'
import type { Screen } from '../../screen/screen.ts'

export const policyScreen: Screen = {
  name: 'policies',
  icon: GavelIcon,
  endpoints: { list: adminListPolicies, create: adminPublishPolicy },
  columns: ['title', 'kind', { source: 'version', label: 'field.edition' }, 'published_at'],
  filters: ['kind'],
  title: (record) => String((record as unknown as ManagedPolicy).kind),
  form: [
    'kind',
    { source: 'title', input: <TranslatedInput source="title" label="field.title" required={['en', 'ar']} /> },
    { source: 'body', input: <TranslatedInput source="body" label="field.body" required={['en', 'ar']} multiline /> },
  ],
  menu: { group: 'shop' },
}
