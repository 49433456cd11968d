import { newId } from '@cityos/contract'
import { cartIdOf, currentCart } from '../../../../storefront/cart-access.ts'
import { AccountPage } from '../../../../storefront/components/account-page.tsx'
import { Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type FoodOrderSummary, listMyFoodOrders, listMyTableReservations, reorderMeal, type TableReservation } from '../../contract.ts'
import { MealBadge, TableBadge } from '../status.tsx'
import { type TextKey, texts } from '../texts.ts'

const perPage = 20

/** Own meals, newest first, and own tables. */
export async function mine(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const tab = visit.query.get('show') === 'tables' ? 'tables' : 'meals'
  const number = pageOf(visit)
  const paging = { limit: perPage, offset: (number - 1) * perPage }
  const [meals, booked] = await Promise.all([
    tab === 'meals' ? visit.call(listMyFoodOrders, { query: paging }) : null,
    tab === 'tables' ? visit.call(listMyTableReservations, { query: paging }) : null,
  ])
  const total = meals?.total ?? booked?.total ?? 0
  const isOn = visit.verticals.some((vertical) => vertical.name === 'restaurant')
  return page(
    t('mine.title'),
    <AccountPage visit={visit} title={t('mine.title')} here="/account/restaurant">
      <nav aria-label={t('mine.title')} className="tabs mb-5 flex gap-1.5">
        {(['meals', 'tables'] as const).map((entry) => (
          <a
            key={entry}
            aria-current={entry === tab ? 'page' : undefined}
            href={visit.href('/account/restaurant', { show: entry === 'tables' ? 'tables' : undefined })}
          >
            {t(`mine.${entry}`)}
          </a>
        ))}
      </nav>
      {total === 0 ? (
        <EmptyState icon="meal" title={t(`mine.none_${tab}`)} text={t('mine.none_text')}>
          {isOn && (
            <a className="button" data-primary="" href={visit.href('/restaurant')}>
              {t('mine.look')}
            </a>
          )}
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {meals?.items.map((meal) => (
            <Meal key={meal.id} visit={visit} meal={meal} canReorder={isOn} />
          ))}
          {booked?.items.map((table) => (
            <Table key={table.id} visit={visit} table={table} />
          ))}
        </ul>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(total / perPage)}
        hrefOf={(next) => visit.href('/account/restaurant', { show: tab === 'tables' ? 'tables' : undefined, page: String(next) })}
      />
    </AccountPage>,
    { noIndex: true },
  )
}

function Meal({ visit, meal, canReorder }: { visit: Visit; meal: FoodOrderSummary; canReorder: boolean }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, meal.restaurant.timezone)
  return (
    <li className="card grid gap-3 p-4">
      <div className="tile flex-row! flex-wrap items-center gap-4">
        <span className="tile-picture size-14 shrink-0 rounded-xl!">
          <Picture picture={meal.restaurant.picture} size={64} decorative />
        </span>
        <span className="min-w-0 flex-1 basis-40">
          <a className="tile-link font-semibold" href={visit.href(`/account/restaurant/${meal.id}`)}>
            <bdi>{meal.restaurant.name}</bdi>
          </a>
          <span className="quiet block text-sm">
            {formats.moment(meal.placed_at)} · {t(`service.${meal.service}` satisfies TextKey)} · {t('dish.count', { count: meal.count })}
          </span>
        </span>
        <MealBadge visit={visit} status={meal.status} />
        <span className="font-semibold">
          <Amount visit={visit} value={meal.total} />
        </span>
      </div>
      {canReorder && (
        <form method="post" action={visit.href(`/account/restaurant/${meal.id}/reorder`)}>
          <input type="hidden" name="attempt" value={newId('key')} />
          <button type="submit" className="button">
            <Icon name="repeat" size={18} />
            {t('mine.reorder')}
            <span className="sr-only">: {meal.restaurant.name}</span>
          </button>
        </form>
      )}
    </li>
  )
}

function Table({ visit, table }: { visit: Visit; table: TableReservation }) {
  const t = texts(visit.locale)
  return (
    <li className="tile card flex-row! flex-wrap items-center gap-4 p-4 hover:border-line-strong">
      <span className="tile-picture size-14 shrink-0 rounded-xl!">
        <Picture picture={table.restaurant.picture} size={64} decorative />
      </span>
      <span className="min-w-0 flex-1 basis-40">
        <a className="tile-link font-semibold" href={visit.href(`/account/restaurant/tables/${table.id}`)}>
          <bdi>{table.restaurant.name}</bdi>
        </a>
        <span className="quiet block text-sm">
          {formatsOf(visit.locale, table.restaurant.timezone).moment(table.starts_at)} · {t('table.party', { count: table.party_size })}
        </span>
      </span>
      <TableBadge visit={visit} status={table.status} />
    </li>
  )
}

/** The same dishes again, as far as they are on the menu; then the basket says the rest. */
export async function reorder(visit: Visit): Promise<Answer> {
  const again = await visit.call(
    reorderMeal,
    { params: { id: visit.param('id') }, body: { cart_id: cartIdOf(visit) ?? undefined } },
    { idempotencyKey: visit.form.text('attempt') || newId('key') },
  )
  await currentCart(visit)
  visit.notify('added')
  return seeOther(visit.href(`/restaurant/${again.restaurant.handle}/basket`))
}
