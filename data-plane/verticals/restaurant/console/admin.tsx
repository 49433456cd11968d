import { type ConsoleParts, formatPercent, type Screen, TranslatedText, useConsoleLocale } from '@cityos/console/kit'
import ReceiptIcon from '@mui/icons-material/ReceiptOutlined'
import SpeedIcon from '@mui/icons-material/SpeedOutlined'
import StoreIcon from '@mui/icons-material/StorefrontOutlined'
import TableIcon from '@mui/icons-material/TableRestaurantOutlined'
import { lazy } from 'react'
import {
  type FoodOrderStatus,
  getAdminFoodOrder,
  getAdminRestaurant,
  listAdminFoodOrders,
  listAdminReservations,
  listAdminRestaurants,
  listRestaurantSla,
  RestaurantStatus,
  TableReservationStatus,
} from '../contract.ts'
import { mealColumns, reservationColumns, restaurantColumns } from './columns.tsx'
import { titleOf } from './title-of.ts'

const AdminRestaurantPage = lazy(() => import('./admin-restaurant-page.tsx').then((module) => ({ default: module.AdminRestaurantPage })))
const AdminMealPage = lazy(() => import('./admin-meal-page.tsx').then((module) => ({ default: module.AdminMealPage })))
const SlaPage = lazy(() => import('./sla-page.tsx').then((module) => ({ default: module.SlaPage })))

const restaurants: Screen = {
  name: 'restaurants',
  icon: StoreIcon,
  endpoints: { list: listAdminRestaurants, read: getAdminRestaurant },
  columns: [
    ...restaurantColumns.slice(0, 2),
    { source: 'vendor', render: (record) => <TranslatedText value={(record['vendor'] as { name: never }).name} /> },
    ...restaurantColumns.slice(2),
    'licence_valid_until',
  ],
  tabs: { values: RestaurantStatus.options },
  search: 'restaurant.search',
  title: (record) => titleOf(record['name']),
  show: AdminRestaurantPage,
  menu: { key: 'r' },
}

const meals: Screen = {
  name: 'restaurant-orders',
  icon: ReceiptIcon,
  endpoints: { list: listAdminFoodOrders, read: getAdminFoodOrder },
  columns: mealColumns,
  filters: ['service'],
  tabs: {
    values: [
      'placed',
      'accepted',
      'preparing',
      'ready',
      'delivered',
      'picked_up',
      'rejected',
      'auto_rejected',
      'vendor_cancelled',
      'cancelled',
    ] satisfies FoodOrderStatus[],
  },
  title: (record) => String(record['call_number']),
  show: AdminMealPage,
}

const reservations: Screen = {
  name: 'table-reservations',
  icon: TableIcon,
  endpoints: { list: listAdminReservations },
  columns: reservationColumns,
  tabs: { values: TableReservationStatus.options },
  title: (record) => String(record['guest_name']),
}

function Share({ bps }: { bps: number }) {
  return <>{formatPercent(bps, useConsoleLocale())}</>
}

const sla: Screen = {
  name: 'restaurant-sla',
  icon: SpeedIcon,
  endpoints: { list: listRestaurantSla },
  columns: [
    { source: 'restaurant', render: (record) => <bdi>{(record['restaurant'] as { name: string }).name}</bdi> },
    'orders',
    'accept_p50_s',
    'accept_p95_s',
    { source: 'late_bps', render: (record) => <Share bps={Number(record['late_bps'])} />, end: true },
  ],
  title: () => '',
  list: SlaPage,
}

/** The tenant's part of restaurants. */
export const parts: ConsoleParts = [restaurants, meals, reservations, sla]
