import type { Locale } from '@cityos/contract'
import { t } from '../../../platform/i18n/i18n.ts'
import '../i18n/messages.ts'
import type { KitchenOrderDetail } from '../contract.ts'

const width = 42

/** The kitchen's ticket: what to cook, until when, and nothing about the buyer but what is needed at the counter. */
export function kitchenTicket(order: KitchenOrderDetail, locale: Locale): string[] {
  const rule = '-'.repeat(width)
  const time = (iso: string) =>
    new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: order.restaurant.timezone }).format(new Date(iso))
  const dishes = order.dishes.flatMap((dish) => [
    `${String(dish.quantity).padStart(2)} x ${dish.name}`,
    ...dish.options.map((option) => `     + ${option.name}`),
  ])
  return [
    centred(order.restaurant.name),
    centred(order.call_number),
    both(t(locale, `restaurant.service.${order.service}`), order.order_number),
    both(t(locale, 'restaurant.ticket.ready'), time(order.promised_ready_at)),
    rule,
    ...dishes,
    rule,
    ...(order.kitchen_note ? [`* ${order.kitchen_note}`] : []),
    t(locale, order.utensils ? 'restaurant.ticket.utensils' : 'restaurant.ticket.noUtensils'),
  ]
}

function centred(text: string): string {
  return text.padStart(Math.floor((width + text.length) / 2))
}

function both(left: string, right: string): string {
  return left + right.padStart(Math.max(right.length + 1, width - left.length))
}
