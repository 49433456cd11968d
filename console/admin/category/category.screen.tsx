import { pickText } from '@cityos/contract'
import {
  adminCreateCategory,
  adminGetCategory,
  adminListCategories,
  adminUpdateCategory,
  type ManagedCategory,
} from '@cityos/data-plane/contract'
import AccountTreeIcon from '@mui/icons-material/AccountTreeOutlined'
import { lazy } from 'react'
import type { Screen } from '../../screen/screen.ts'
import { ParentSelect } from './parent-select.tsx'

const CategoryTree = lazy(() => import('./category-tree.tsx').then((module) => ({ default: module.CategoryTree })))
const CategoryDetail = lazy(() => import('./category-detail.tsx').then((module) => ({ default: module.CategoryDetail })))

export const categoryScreen: Screen = {
  name: 'categories',
  icon: AccountTreeIcon,
  endpoints: { list: adminListCategories, read: adminGetCategory, create: adminCreateCategory, update: adminUpdateCategory },
  columns: ['name', 'handle', { source: 'product_count', label: 'field.products' }],
  facts: ['name', 'description', 'handle', 'path', 'position', { source: 'product_count', label: 'field.products' }, 'updated_at'],
  title: (record) => pickText((record as unknown as ManagedCategory).name, 'en'),
  list: CategoryTree,
  detail: CategoryDetail,
  form: ['name', 'handle', { source: 'parent_id', input: <ParentSelect /> }, 'description', 'position'],
  menu: { group: 'catalogue', key: 'k' },
}
