import { changeNode, createNode, listNodes, type NodeRow, readNode, removeNode } from '@cityos/control-plane/contract'
import AccountTreeIcon from '@mui/icons-material/AccountTreeOutlined'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const NodesPage = lazy(() => import('./nodes-page.tsx').then((module) => ({ default: module.NodesPage })))
const NodeDetail = lazy(() => import('./node-detail.tsx').then((module) => ({ default: module.NodePlace })))

export const nodeScreen: Screen = {
  name: 'nodes',
  icon: AccountTreeIcon,
  endpoints: { list: listNodes, read: readNode, create: createNode, update: changeNode, remove: removeNode },
  columns: [
    'name',
    { source: 'code', render: (record) => <Ident value={String(record['code'])} /> },
    'status',
    'type',
    'children',
    { source: 'tenants_below', label: 'field.tenants' },
  ],
  form: ['code', 'name', 'status', 'holds_assets', 'location'],
  createForm: ['type', 'parent_id', 'code', 'name', 'status', 'holds_assets', 'location'],
  references: { parent_id: { resource: 'nodes' } },
  search: 'shell.search',
  filters: ['type', 'status'],
  title: (record) => String((record as unknown as NodeRow).code),
  list: NodesPage,
  detail: NodeDetail,
  menu: { group: 'city', key: 'n' },
}
