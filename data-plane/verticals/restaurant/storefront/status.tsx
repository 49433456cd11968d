import type { Visit } from '../../../storefront/visit.ts'
import type { FoodOrderStatus, TableReservationStatus } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

type Tone = 'good' | 'warn' | 'bad' | undefined

const meals: Record<FoodOrderStatus, Tone> = {
  placed: 'warn',
  accepted: 'good',
  preparing: 'good',
  ready: 'good',
  out_for_delivery: 'good',
  delivered: 'good',
  picked_up: 'good',
  rejected: 'bad',
  auto_rejected: 'bad',
  cancelled: 'bad',
  vendor_cancelled: 'bad',
  delivery_failed: 'bad',
}

export function MealBadge({ visit, status }: { visit: Visit; status: FoodOrderStatus }) {
  return (
    <span className="badge" data-tone={meals[status]}>
      {texts(visit.locale)(`meal.${status}` satisfies TextKey)}
    </span>
  )
}

const tables: Record<TableReservationStatus, Tone> = {
  requested: 'warn',
  confirmed: 'good',
  seated: 'good',
  completed: 'good',
  cancelled: 'bad',
  no_show: 'bad',
}

export function TableBadge({ visit, status }: { visit: Visit; status: TableReservationStatus }) {
  return (
    <span className="badge" data-tone={tables[status]}>
      {texts(visit.locale)(`table.${status}` satisfies TextKey)}
    </span>
  )
}
