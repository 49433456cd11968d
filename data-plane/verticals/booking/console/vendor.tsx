import { type ConsoleParts, type FormField, formatPercent, PictureInput, type Screen, useConsoleLocale } from '@cityos/console/kit'
import { vendorCreateUploadSession } from '@cityos/data-plane/contract'
import CalendarIcon from '@mui/icons-material/CalendarMonthOutlined'
import EventAvailableIcon from '@mui/icons-material/EventAvailableOutlined'
import PeopleIcon from '@mui/icons-material/PeopleOutlined'
import PolicyIcon from '@mui/icons-material/PolicyOutlined'
import RoomServiceIcon from '@mui/icons-material/RoomServiceOutlined'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import {
  type BookingStatus,
  type CancellationPolicy,
  OfferingStatus,
  vendorArchiveOffering,
  vendorCreateOffering,
  vendorCreatePolicy,
  vendorCreateProvider,
  vendorGetBooking,
  vendorGetOffering,
  vendorGetProvider,
  vendorListBookings,
  vendorListOfferings,
  vendorListPolicies,
  vendorListProviders,
  vendorPublishOffering,
  vendorUnpublishOffering,
  vendorUpdateOffering,
  vendorUpdatePolicy,
  vendorUpdateProvider,
} from '../contract.ts'
import { bookingColumns } from './booking-columns.tsx'
import { nameOf, offeringColumns, offeringFacts } from './offering-fields.tsx'

const CalendarPage = lazy(() => import('./calendar/calendar-page.tsx').then((module) => ({ default: module.CalendarPage })))
const VendorBookingPage = lazy(() => import('./booking-page.tsx').then((module) => ({ default: module.VendorBookingPage })))
const ManualBooking = lazy(() => import('./manual-booking.tsx').then((module) => ({ default: module.ManualBooking })))
const ProviderPage = lazy(() => import('./provider/provider-page.tsx').then((module) => ({ default: module.ProviderPage })))

const bookings: Screen = {
  name: 'bookings',
  icon: EventAvailableIcon,
  endpoints: { list: vendorListBookings, read: vendorGetBooking },
  columns: bookingColumns,
  tabs: {
    values: [
      'pending_confirmation',
      'confirmed',
      'checked_in',
      'in_progress',
      'completed',
      'no_show',
      'cancelled',
    ] satisfies BookingStatus[],
  },
  search: 'booking.search',
  title: (record) => String(record['reference']),
  show: VendorBookingPage,
  create: ManualBooking,
  menu: { key: 'b' },
}

const offeringForm: FormField[] = [
  { source: 'picture_file_id', input: <PictureInput source="picture_file_id" session={vendorCreateUploadSession} /> },
  'name',
  'summary',
  'description',
  'handle',
  'category',
  { heading: 'booking.form_price' },
  'price',
  'pay_at_place',
  'deposit_bps',
  'no_show_fee_bps',
  'tax_class',
  'cancellation_policy_id',
  { heading: 'booking.form_time' },
  'duration_min',
  'duration_options',
  'slot_interval_min',
  'buffer_before_min',
  'buffer_after_min',
  'lead_time_min',
  'horizon_days',
  { heading: 'booking.form_people' },
  'provider_ids',
  'assignment',
  'seats',
  'resources',
  'requires_confirmation',
  'confirmation_deadline_min',
  'max_per_day',
  'max_active_per_customer',
  { heading: 'booking.form_place' },
  'location_kind',
  'address',
  'city',
  'lat',
  'lng',
  'travel_radius_m',
  'meeting_url',
]

const offerings: Screen = {
  name: 'service-offerings',
  icon: RoomServiceIcon,
  endpoints: {
    list: vendorListOfferings,
    read: vendorGetOffering,
    create: vendorCreateOffering,
    update: vendorUpdateOffering,
    actions: { publish: vendorPublishOffering, unpublish: vendorUnpublishOffering, archive: vendorArchiveOffering },
  },
  columns: offeringColumns,
  filters: ['category'],
  tabs: { values: OfferingStatus.options },
  search: 'booking.search_offering',
  title: (record) => nameOf(record['name']),
  facts: offeringFacts,
  form: offeringForm,
  references: { provider_ids: { resource: 'booking-providers' }, cancellation_policy_id: { resource: 'booking-policies' } },
}

const providers: Screen = {
  name: 'booking-providers',
  icon: PeopleIcon,
  endpoints: { list: vendorListProviders, read: vendorGetProvider, create: vendorCreateProvider, update: vendorUpdateProvider },
  columns: [
    { source: 'display_name', label: 'field.name' },
    'kind',
    'active',
    { source: 'verification', card: 'aside' },
    'offering_count',
    'timezone',
  ],
  filters: ['kind'],
  title: (record) => String(record['display_name']),
  form: ['name', 'kind', 'timezone', 'active', 'priority', 'weight', 'gender'],
  show: ProviderPage,
}

function Terms({ tiers }: { tiers: CancellationPolicy['tiers'] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return tiers.map((tier) => (
    <div key={tier.hours_before}>
      {t(tier.hours_before > 0 ? 'booking.tier' : 'booking.tier_last', {
        hours: tier.hours_before,
        share: formatPercent(tier.refund_bps, locale),
      })}
    </div>
  ))
}

const policies: Screen = {
  name: 'booking-policies',
  icon: PolicyIcon,
  endpoints: { list: vendorListPolicies, create: vendorCreatePolicy, update: vendorUpdatePolicy },
  columns: [
    'name',
    { source: 'tiers', render: (record) => <Terms tiers={(record as unknown as CancellationPolicy).tiers} /> },
    'offering_count',
  ],
  title: (record) => nameOf(record['name']),
  form: ['name', 'tiers'],
}

/** The vendor's part of bookings. */
export const parts: ConsoleParts = [
  {
    to: '/booking-calendar',
    label: 'resources.booking-calendar.title',
    icon: CalendarIcon,
    resource: 'booking-calendar',
    view: CalendarPage,
    key: 'c',
  },
  bookings,
  offerings,
  providers,
  policies,
]
