import { ActionButtons, type ConsoleParts, type Screen } from '@cityos/console/kit'
import EventAvailableIcon from '@mui/icons-material/EventAvailableOutlined'
import PeopleIcon from '@mui/icons-material/PeopleOutlined'
import RoomServiceIcon from '@mui/icons-material/RoomServiceOutlined'
import { lazy } from 'react'
import {
  adminGetBooking,
  adminGetOffering,
  adminListBookings,
  adminListOfferings,
  adminListProviders,
  adminPublishOffering,
  adminRejectProvider,
  adminUnpublishOffering,
  adminVerifyProvider,
  type BookingStatus,
  OfferingStatus,
  type Provider,
} from '../contract.ts'
import { bookingColumns } from './booking-columns.tsx'
import { nameOf, offeringColumns, offeringFacts } from './offering-fields.tsx'

const AdminBookingPage = lazy(() => import('./admin-booking-page.tsx').then((module) => ({ default: module.AdminBookingPage })))

const bookings: Screen = {
  name: 'bookings',
  icon: EventAvailableIcon,
  endpoints: { list: adminListBookings, read: adminGetBooking },
  columns: [
    ...bookingColumns.slice(0, 4),
    { source: 'vendor', render: (record) => <bdi>{(record['vendor'] as { name: string }).name}</bdi> },
    'price',
  ],
  tabs: { values: ['pending_confirmation', 'confirmed', 'in_progress', 'completed', 'no_show', 'cancelled'] satisfies BookingStatus[] },
  search: 'booking.search',
  title: (record) => String(record['reference']),
  show: AdminBookingPage,
  menu: { key: 'b' },
}

const offerings: Screen = {
  name: 'service-offerings',
  icon: RoomServiceIcon,
  endpoints: {
    list: adminListOfferings,
    read: adminGetOffering,
    actions: { publish: adminPublishOffering, unpublish: adminUnpublishOffering },
  },
  columns: [...offeringColumns, { source: 'vendor', render: (record) => <bdi>{(record['vendor'] as { name: string }).name}</bdi> }],
  filters: ['category'],
  tabs: { values: OfferingStatus.options },
  search: 'booking.search_offering',
  title: (record) => nameOf(record['name']),
  facts: offeringFacts,
}

/** What staff can say about a provider now. */
const judgements = (provider: Provider): string[] => [
  ...(provider.verification === 'verified' ? [] : ['verify']),
  ...(provider.verification === 'rejected' ? [] : ['reject']),
]

const providers: Screen = {
  name: 'booking-providers',
  icon: PeopleIcon,
  endpoints: { list: adminListProviders, actions: { verify: adminVerifyProvider, reject: adminRejectProvider } },
  columns: [
    { source: 'display_name', label: 'field.name' },
    { source: 'vendor', render: (record) => <bdi>{(record['vendor'] as { name: string }).name}</bdi> },
    'kind',
    'active',
    { source: 'verification', card: 'aside' },
    'verification_note',
    {
      source: 'actions',
      label: 'shell.actions',
      render: (record) => (
        <ActionButtons
          resource="booking-providers"
          record={record}
          names={judgements(record as unknown as Provider)}
          endpoints={{ verify: adminVerifyProvider, reject: adminRejectProvider }}
          size="small"
        />
      ),
    },
  ],
  filters: ['verification', 'kind'],
  title: (record) => String(record['display_name']),
}

/** The tenant's part of bookings. */
export const parts: ConsoleParts = [bookings, offerings, providers]
