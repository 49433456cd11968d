import { authorities, categories, countries, portals, scopes, stores, subcategories } from '@cityos/control-plane/contract'
import AccountBalanceIcon from '@mui/icons-material/AccountBalanceOutlined'
import CategoryIcon from '@mui/icons-material/CategoryOutlined'
import DoorIcon from '@mui/icons-material/DoorFrontOutlined'
import PublicIcon from '@mui/icons-material/PublicOutlined'
import SegmentIcon from '@mui/icons-material/SegmentOutlined'
import StorefrontIcon from '@mui/icons-material/StorefrontOutlined'
import WorkspacesIcon from '@mui/icons-material/WorkspacesOutlined'
import type { ComponentType } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { ColumnOrName, Reference, Screen } from '../../screen/screen.ts'

interface Noun {
  path: string
  list: NonNullable<Screen['endpoints']['list']>
  read: NonNullable<Screen['endpoints']['read']>
  create: NonNullable<Screen['endpoints']['create']>
  change: NonNullable<Screen['endpoints']['update']>
  remove: NonNullable<Screen['endpoints']['remove']>
}

/** All kinds of the hierarchy have the same screens; only their own columns and what they lie under differ. */
function hierarchyScreen(noun: Noun, icon: ComponentType, own: ColumnOrName[], references: Record<string, Reference> = {}): Screen {
  return {
    name: noun.path,
    icon,
    endpoints: { list: noun.list, read: noun.read, create: noun.create, update: noun.change, remove: noun.remove },
    columns: ['name', { source: 'code', render: (record) => <Ident value={String(record['code'])} /> }, 'status', ...own, 'tenants'],
    filters: ['status'],
    search: 'shell.search',
    references,
    title: (record) => String(record['code']),
    menu: { group: 'city' },
  }
}

const node = { node_id: { resource: 'nodes' } }

export const hierarchyScreens: Screen[] = [
  hierarchyScreen(countries, PublicIcon, ['currency', 'residency_zone', 'timezone']),
  hierarchyScreen(authorities, AccountBalanceIcon, ['level', 'residency_zone', 'children'], {
    parent_id: { resource: 'authorities' },
    ...node,
  }),
  hierarchyScreen(scopes, WorkspacesIcon, ['children']),
  hierarchyScreen(categories, CategoryIcon, ['vertical', 'children'], { parent_id: { resource: 'scopes' } }),
  hierarchyScreen(subcategories, SegmentIcon, [], { parent_id: { resource: 'categories' } }),
  hierarchyScreen(stores, StorefrontIcon, ['store_kind'], {
    tenant_id: { resource: 'tenants' },
    subcategory_id: { resource: 'subcategories' },
    ...node,
  }),
  hierarchyScreen(portals, DoorIcon, ['portal_kind', 'base_path'], { tenant_id: { resource: 'tenants' } }),
]
