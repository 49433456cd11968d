import { type ConsoleParts, type FormField, PictureInput, type Screen, TranslatedText } from '@cityos/console/kit'
import { vendorCreateUploadSession } from '@cityos/data-plane/contract'
import EventIcon from '@mui/icons-material/ConfirmationNumberOutlined'
import SeatIcon from '@mui/icons-material/EventSeatOutlined'
import PlaceIcon from '@mui/icons-material/PlaceOutlined'
import ScannerIcon from '@mui/icons-material/QrCodeScanner'
import { lazy } from 'react'
import {
  type CheckinList,
  createEvent,
  createSeatMap,
  createVenue,
  EventStatus,
  getCheckinList,
  getManagedEvent,
  getManagedSeatMap,
  getVenue,
  listCheckinLists,
  listManagedEvents,
  listSeatMaps,
  listVenues,
  removeVenue,
  updateEvent,
  updateSeatMap,
  updateVenue,
} from '../contract.ts'
import { eventColumns } from './columns.tsx'
import { titleOf } from './title-of.ts'

const EventPage = lazy(() => import('./event/event-page.tsx').then((module) => ({ default: module.EventPage })))
const SeatMapCreate = lazy(() => import('./seat-map/seat-map-page.tsx').then((module) => ({ default: module.SeatMapCreate })))
const SeatMapEdit = lazy(() => import('./seat-map/seat-map-page.tsx').then((module) => ({ default: module.SeatMapEdit })))
const ScannerPage = lazy(() => import('./scanner/scanner-page.tsx').then((module) => ({ default: module.ScannerPage })))
const DoorsPage = lazy(() => import('./scanner/doors-page.tsx').then((module) => ({ default: module.DoorsPage })))

const eventForm: FormField[] = [
  { source: 'picture_file_id', input: <PictureInput source="picture_file_id" session={vendorCreateUploadSession} /> },
  'title',
  'description',
  'handle',
  'category',
  'venue_id',
  'online_url',
  'timezone',
  { heading: 'event.form_sale' },
  'presale_start',
  'presale_end',
  'max_tickets_per_order',
  'show_remaining',
  'waiting_list_enabled',
  'resale_allowed',
  'refund_tiers',
  'service_fee',
  { heading: 'event.form_people' },
  'gender_policy',
  'age_min',
  'licence_no',
]

const events: Screen = {
  name: 'events',
  icon: EventIcon,
  endpoints: { list: listManagedEvents, read: getManagedEvent, create: createEvent, update: updateEvent },
  columns: eventColumns,
  tabs: { values: EventStatus.options },
  title: (record) => titleOf(record['title']),
  form: eventForm,
  createForm: [
    'title',
    'handle',
    'category',
    'venue_id',
    'online_url',
    'is_series',
    'starts_at',
    'ends_at',
    'doors_at',
    ...eventForm.slice(8),
  ],
  references: { venue_id: { resource: 'venues' } },
  show: EventPage,
  menu: { key: 'e' },
}

const venues: Screen = {
  name: 'venues',
  icon: PlaceIcon,
  endpoints: { list: listVenues, read: getVenue, create: createVenue, update: updateVenue, remove: removeVenue },
  columns: ['name', 'city', 'capacity', 'updated_at'],
  title: (record) => titleOf(record['name']),
  facts: ['name', 'address', 'city', 'accessibility', 'capacity', 'lat', 'lng', 'handle'],
  form: ['name', 'handle', 'city', 'address', 'accessibility', 'lat', 'lng', 'capacity'],
}

const seatMaps: Screen = {
  name: 'seat-maps',
  icon: SeatIcon,
  endpoints: { list: listSeatMaps, create: createSeatMap, update: updateSeatMap, read: getManagedSeatMap },
  columns: ['name', 'seat_count', { source: 'events', label: 'field.used_by', end: true }, 'updated_at'],
  title: (record) => String(record['name']),
  show: SeatMapEdit,
  create: SeatMapCreate,
  edit: SeatMapEdit,
}

const doors: Screen = {
  name: 'checkin-lists',
  icon: ScannerIcon,
  endpoints: { list: listCheckinLists, read: getCheckinList },
  columns: [
    'name',
    { source: 'event', render: (record) => <TranslatedText value={(record as unknown as CheckinList).event.title} /> },
    'entered',
    'total',
  ],
  title: (record) => String(record['name']),
  list: DoorsPage,
  menu: { key: 'x' },
}

/** The organiser's part of events. */
export const parts: ConsoleParts = [
  events,
  doors,
  venues,
  seatMaps,
  {
    to: '/scan',
    below: '/:id',
    label: 'event.scanner',
    icon: ScannerIcon,
    resource: 'checkin-lists',
    view: ScannerPage,
    bare: true,
    hidden: true,
    afterOff: true,
  },
]
