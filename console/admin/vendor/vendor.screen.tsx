import { pickText } from '@cityos/contract'
import {
  adminActivateVendor,
  adminApproveVendor,
  adminCreateVendor,
  adminGetVendor,
  adminListVendors,
  adminReinstateVendor,
  adminRejectVendor,
  adminRequestVendorDocuments,
  adminRestrictVendor,
  adminReviewVendor,
  adminSuspendVendor,
  adminTerminateVendor,
  adminUpdateVendor,
  type ManagedVendor,
  VendorStatus,
} from '@cityos/data-plane/contract'
import StoreIcon from '@mui/icons-material/StoreOutlined'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const VendorTeam = lazy(() => import('./vendor-team.tsx').then((module) => ({ default: module.VendorTeam })))
const VendorCreate = lazy(() => import('./vendor-create.tsx').then((module) => ({ default: module.VendorCreate })))
const vendor = (record: unknown) => record as ManagedVendor

export const vendorScreen: Screen = {
  name: 'vendors',
  icon: StoreIcon,
  endpoints: {
    list: adminListVendors,
    read: adminGetVendor,
    create: adminCreateVendor,
    update: adminUpdateVendor,
    actions: {
      'request-documents': adminRequestVendorDocuments,
      review: adminReviewVendor,
      approve: adminApproveVendor,
      reject: adminRejectVendor,
      activate: adminActivateVendor,
      restrict: adminRestrictVendor,
      suspend: adminSuspendVendor,
      reinstate: adminReinstateVendor,
      terminate: adminTerminateVendor,
    },
  },
  columns: [
    'name',
    'status',
    { source: 'legal_name', card: 'none' },
    'city',
    'tier',
    { source: 'product_count', label: 'field.products' },
    { source: 'cr_no', card: 'none', render: (record) => <Ident value={vendor(record).cr_no} /> },
    'created_at',
  ],
  facts: [
    'name',
    'status',
    'status_reason',
    'legal_name',
    'kind',
    'tier',
    { source: 'email', render: (record) => <Ident value={vendor(record).email} /> },
    { source: 'phone', render: (record) => <Ident value={vendor(record).phone} /> },
    'city',
    { source: 'cr_no', render: (record) => <Ident value={vendor(record).cr_no} /> },
    { source: 'vat_no', render: (record) => <Ident value={vendor(record).vat_no} /> },
    { source: 'handle', render: (record) => <Ident value={vendor(record).handle} /> },
    'tagline',
    'description',
    { source: 'product_count', label: 'field.products' },
    'created_at',
  ],
  filters: ['tier'],
  tabs: { values: VendorStatus.options },
  search: 'vendor.search',
  title: (record) => pickText(vendor(record).name, 'en'),
  detail: VendorTeam,
  create: VendorCreate,
  form: ['name', 'tagline', 'description', 'legal_name', 'kind', 'tier', 'handle', 'cr_no', 'vat_no', 'email', 'phone', 'city'],
  menu: { group: 'selling', key: 'v' },
}
