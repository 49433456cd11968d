import { type ApiError, newId } from '@cityos/contract'
import { updateCart } from '../../../../core/cart/contract.ts'
import { readAddress } from '../../../../storefront/address-form.ts'
import { cartIdOf, currentCart } from '../../../../storefront/cart-access.ts'
import type { FieldErrors } from '../../../../storefront/components/fields.tsx'
import { readPosition } from '../../../../storefront/components/position-field.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import {
  addBasketLine,
  getRestaurant,
  listRestaurantSlots,
  type MealAddress,
  openRestaurantCart,
  type RestaurantBasket,
  type RestaurantDetail,
  RestaurantService,
  updateBasket,
  updateBasketLine,
} from '../../contract.ts'
import { areaCentre } from '../area-centre.ts'
import { basketOf } from '../basket-access.ts'
import { BasketPage, type BasketView } from '../basket-page.tsx'
import { texts } from '../texts.ts'
import { dishPage } from './dish.tsx'
import { serviceOf } from './menu.tsx'

/** `POST /restaurant/{handle}/basket`: a dish with its choices. */
export async function addDish(visit: Visit): Promise<Answer> {
  const { form } = visit
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const line = {
    restaurant_id: restaurant.id,
    item_id: form.text('item_id'),
    option_ids: [...new Set([...form.all('option'), ...form.group('option.').map(([, id]) => id)])].filter(Boolean),
    quantity: Math.max(1, Math.min(99, form.integer('quantity') ?? 1)),
    service: serviceOf(visit, restaurant, null),
  }
  const cart = cartIdOf(visit)
  const known = cart
    ? await attempt(visit.call(addBasketLine, { params: { id: cart }, body: line }, { idempotencyKey: newId('key') }))
    : null
  const gone = known && !known.ok && (known.error.status === 404 || known.error.code === 'invalid_transition')
  const added = known && !gone ? known : await attempt(visit.call(openRestaurantCart, { body: line }, { idempotencyKey: newId('key') }))
  if (!added.ok) return dishPage(visit, line.item_id, refusalText(visit, added.error), added.error.status)
  await currentCart(visit)
  return seeOther(visit.href(`/restaurant/${restaurant.handle}`, { service: line.service }))
}

function refusalText(visit: Visit, error: ApiError): string {
  const t = texts(visit.locale)
  const details = error.errors[0]?.details ?? {}
  if (error.code === 'modifier_selection_invalid') {
    const [min, max] = [Number(details['min'] ?? 0), Number(details['max'] ?? 0)]
    return min > 0 ? t('refused.modifiers', { min, max }) : t('refused.modifiers_many', { max })
  }
  if (error.code === 'insufficient_stock') return t('refused.sold_out')
  if (error.code === 'item_not_available_at_time') return t('refused.not_now')
  return failureText(visit, error)
}

/** `POST …/basket/lines/{key}`: more or fewer of a dish. */
export async function changeDish(visit: Visit): Promise<Answer> {
  const handle = visit.param('handle')
  const cart = cartIdOf(visit)
  const back = visit.form.text('back') === 'basket' ? '/basket' : ''
  if (cart) {
    const changed = await attempt(
      visit.call(updateBasketLine, {
        params: { id: cart, key: visit.param('key') },
        body: { quantity: Math.max(0, Math.min(99, visit.form.integer('quantity') ?? 0)) },
      }),
    )
    if (!changed.ok && changed.error.status !== 404)
      return basketPage(visit, { problem: refusalText(visit, changed.error) }, changed.error.status)
    await currentCart(visit)
  }
  return seeOther(visit.href(`/restaurant/${handle}${back}`))
}

/** `GET …/basket`: dishes, how they come, where to, when, the tip. */
export async function basket(visit: Visit): Promise<Answer> {
  return basketPage(visit, {}, 200)
}

async function basketPage(visit: Visit, more: { problem?: string; errors?: FieldErrors }, status: number): Promise<Answer> {
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const own = await basketOf(visit, restaurant.id)
  if (!own || own.lines.length === 0) return seeOther(visit.href(`/restaurant/${restaurant.handle}`))
  const asked = RestaurantService.safeParse(visit.form.text('service') || visit.query.get('service')).data
  const service = asked && restaurant.services.includes(asked) ? asked : own.service
  const day = visit.query.get('day') ?? undefined
  const slots = await visit.call(listRestaurantSlots, {
    params: { handle },
    query: { service, points: own.points, date: day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined },
  })
  const view: BasketView = { restaurant, basket: own, service, slots, errors: more.errors ?? {}, problem: more.problem ?? null }
  const title = texts(visit.locale)('basket.title_at', { name: restaurant.name })
  return page(
    Object.keys(view.errors).length > 0 ? visit.t('form.error_title', { title }) : title,
    <BasketPage visit={visit} view={view} />,
    {
      noIndex: true,
      status,
      canonical: `/restaurant/${restaurant.handle}/basket`,
    },
  )
}

/** `POST …/basket/settings`: saved as typed; then on to paying, where everything is checked once more. */
export async function saveSettings(visit: Visit): Promise<Answer> {
  const { form } = visit
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const cart = cartIdOf(visit)
  const own = await basketOf(visit, restaurant.id)
  if (!cart || !own) return seeOther(visit.href(`/restaurant/${handle}`))
  const service = serviceOf(visit, restaurant, own.service)
  const errors: FieldErrors = {}
  const address = service === 'delivery' ? readMealAddress(visit, restaurant, errors) : undefined
  if (Object.keys(errors).length > 0 && form.text('next') === 'pay') return basketPage(visit, { errors }, 422)
  const currency = own.subtotal.currency
  const saved = await attempt(
    visit.call(updateBasket, {
      params: { id: cart, restaurant_id: restaurant.id },
      body: {
        service,
        slot_start: form.text('slot') === '' || form.text('slot') === 'asap' ? null : form.text('slot'),
        ...(address ? { address } : {}),
        tip: { amount: tipAmount(visit, own), currency },
        utensils: form.has('utensils'),
        note: form.text('note').slice(0, 280) || null,
      },
    }),
  )
  if (!saved.ok) return basketPage(visit, { problem: refusalText(visit, saved.error) }, saved.error.status)
  if (address) await attempt(visit.call(updateCart, { params: { id: cart }, body: { name: address.name, phone: address.phone } }))
  await currentCart(visit)
  const now = saved.value.baskets.find((entry) => entry.restaurant.id === restaurant.id)
  if (form.text('next') === 'pay' && now && !now.error && now.lines.every((line) => !line.error)) return seeOther(visit.href('/checkout'))
  return seeOther(visit.href(`/restaurant/${handle}/basket`))
}

/** The tip as typed, else the chosen share of the dishes, in minor units. */
function tipAmount(visit: Visit, own: RestaurantBasket): number {
  const chosen = visit.form.text('tip')
  if (chosen === 'other') return Math.min(1_000_000, (visit.form.integer('tip_other') ?? 0) * 100)
  const percent = /^\d{1,2}$/.test(chosen) ? Number(chosen) : 0
  return Math.round((own.subtotal.amount * percent) / 100)
}

function readMealAddress(visit: Visit, restaurant: RestaurantDetail, errors: FieldErrors): MealAddress | undefined {
  const { form } = visit
  const read = readAddress(visit, form)
  Object.assign(errors, read.errors)
  const area = restaurant.delivery_areas.find((entry) => entry.id === form.text('area'))
  const position = readPosition(form.text('position')) ?? (area ? areaCentre(area.polygon) : null)
  if (!position) errors['position'] = texts(visit.locale)('address.position_missing')
  if (!read.address || !position) return undefined
  return { ...read.address, ...position, directions: form.text('directions').slice(0, 280) || null }
}
