import { type ConsoleParts, type FormField, PictureInput, type Screen, useWeekdayName, weekdays } from '@cityos/console/kit'
import { vendorCreateUploadSession } from '@cityos/data-plane/contract'
import BookIcon from '@mui/icons-material/MenuBookOutlined'
import ReceiptIcon from '@mui/icons-material/ReceiptOutlined'
import RestaurantIcon from '@mui/icons-material/RestaurantMenuOutlined'
import SlotsIcon from '@mui/icons-material/SpeedOutlined'
import StoreIcon from '@mui/icons-material/StorefrontOutlined'
import TableIcon from '@mui/icons-material/TableRestaurantOutlined'
import BoardIcon from '@mui/icons-material/ViewKanbanOutlined'
import { lazy } from 'react'
import { SelectArrayInput } from 'react-admin'
import {
  createMealtime,
  createModifierGroup,
  createVendorRestaurant,
  type FoodOrderStatus,
  getKitchenOrder,
  getMealtime,
  getModifierGroup,
  getVendorRestaurant,
  listKitchenOrders,
  listMealtimes,
  listMenuCategories,
  listModifierGroups,
  listVendorReservations,
  listVendorRestaurants,
  removeMealtime,
  removeModifierGroup,
  submitVendorRestaurant,
  updateMealtime,
  updateModifierGroup,
  updateVendorRestaurant,
} from '../contract.ts'
import { mealColumns, reservationColumns, restaurantColumns } from './columns.tsx'
import { titleOf } from './title-of.ts'

const KitchenBoard = lazy(() => import('./board/kitchen-board.tsx').then((module) => ({ default: module.KitchenBoard })))
const KitchenOrderPage = lazy(() => import('./order-page.tsx').then((module) => ({ default: module.KitchenOrderPage })))
const MenuPage = lazy(() => import('./menu/menu-page.tsx').then((module) => ({ default: module.MenuPage })))
const SlotsPage = lazy(() => import('./slots-page.tsx').then((module) => ({ default: module.SlotsPage })))
const ReservationsPage = lazy(() => import('./reservations-page.tsx').then((module) => ({ default: module.ReservationsPage })))
const RestaurantPage = lazy(() => import('./place/restaurant-page.tsx').then((module) => ({ default: module.RestaurantPage })))

const orders: Screen = {
  name: 'restaurant-orders',
  icon: ReceiptIcon,
  endpoints: { list: listKitchenOrders, read: getKitchenOrder },
  columns: mealColumns,
  filters: ['service'],
  tabs: {
    values: [
      'placed',
      'accepted',
      'preparing',
      'ready',
      'out_for_delivery',
      'delivered',
      'picked_up',
      'rejected',
      'cancelled',
    ] satisfies FoodOrderStatus[],
  },
  title: (record) => String(record['call_number']),
  show: KitchenOrderPage,
}

const reservations: Screen = {
  name: 'table-reservations',
  icon: TableIcon,
  endpoints: { list: listVendorReservations },
  columns: reservationColumns,
  title: (record) => String(record['guest_name']),
  list: ReservationsPage,
  menu: { key: 'r' },
}

const restaurantForm: FormField[] = [
  { source: 'picture_file_id', input: <PictureInput source="picture_file_id" session={vendorCreateUploadSession} /> },
  'name',
  'tagline',
  'description',
  'handle',
  'cuisines',
  'dietary_tags',
  { heading: 'restaurant.form_place' },
  'address',
  'location',
  'phone',
  'commercial_reg_no',
  'municipal_licence_no',
  { heading: 'restaurant.form_kitchen' },
  'services',
  'prep_minutes',
  'delivery_minutes',
  'slot_minutes',
  'max_orders_per_slot',
  'max_prep_points_per_slot',
  'lead_minutes',
  'future_days',
  'accept_timeout_s',
  'auto_accept',
  'cancel_fee_bps',
  { heading: 'restaurant.form_tables' },
  'takes_reservations',
  'party_max',
  'auto_confirm_party',
  'sitting_minutes',
  'reservation_step_minutes',
  'reservation_deposit',
  'reservation_cancellation_tiers',
]

const restaurants: Screen = {
  name: 'restaurants',
  icon: StoreIcon,
  endpoints: {
    list: listVendorRestaurants,
    read: getVendorRestaurant,
    create: createVendorRestaurant,
    update: updateVendorRestaurant,
    actions: { submit: submitVendorRestaurant },
  },
  columns: restaurantColumns,
  title: (record) => titleOf(record['name']),
  form: restaurantForm,
  currency: (record) => (record?.['currency'] as string | undefined) ?? 'SAR',
  show: RestaurantPage,
}

const categories: Screen = {
  name: 'menu-categories',
  icon: BookIcon,
  endpoints: { list: listMenuCategories },
  columns: ['name', 'dish_count'],
  title: (record) => titleOf(record['name']),
  menu: { hidden: true },
}

const modifierGroups: Screen = {
  name: 'modifier-groups',
  icon: BookIcon,
  endpoints: {
    list: listModifierGroups,
    read: getModifierGroup,
    create: createModifierGroup,
    update: updateModifierGroup,
    remove: removeModifierGroup,
  },
  columns: ['name', 'min_select', 'max_select', 'free_quantity', 'options', 'dish_count'],
  title: (record) => titleOf(record['name']),
  form: ['restaurant_id', 'name', 'min_select', 'max_select', 'free_quantity', 'options'],
  references: { restaurant_id: { resource: 'restaurants' }, nested_group_id: { resource: 'modifier-groups' } },
  menu: { hidden: true },
}

function WeekdaysInput() {
  const name = useWeekdayName()
  return (
    <SelectArrayInput
      source="weekdays"
      label="field.weekdays"
      choices={weekdays.map((day) => ({ id: day, name: name(day) }))}
      translateChoice={false}
      fullWidth
    />
  )
}

const mealtimes: Screen = {
  name: 'mealtimes',
  icon: BookIcon,
  endpoints: { list: listMealtimes, read: getMealtime, create: createMealtime, update: updateMealtime, remove: removeMealtime },
  columns: ['name', 'from', 'to', 'from_date', 'to_date'],
  title: (record) => titleOf(record['name']),
  form: ['restaurant_id', 'name', { source: 'weekdays', input: <WeekdaysInput /> }, 'from', 'to', 'from_date', 'to_date'],
  references: { restaurant_id: { resource: 'restaurants' } },
  menu: { hidden: true },
}

/** The vendor's part of restaurants. */
export const parts: ConsoleParts = [
  {
    to: '/restaurant-board',
    label: 'resources.restaurant-board.title',
    icon: BoardIcon,
    resource: 'restaurant-board',
    view: KitchenBoard,
    key: 'k',
    afterOff: true,
  },
  orders,
  reservations,
  {
    to: '/restaurant-menu',
    label: 'resources.restaurant-menu.title',
    icon: RestaurantIcon,
    resource: 'restaurant-menu',
    view: MenuPage,
    key: 'm',
  },
  { to: '/restaurant-slots', label: 'resources.restaurant-slots.title', icon: SlotsIcon, resource: 'restaurant-slots', view: SlotsPage },
  restaurants,
  categories,
  modifierGroups,
  mealtimes,
]
