import { currencyExponent, DomainError, formatLocale } from '@cityos/contract'
import { Island } from '../../../../storefront/components/island.tsx'
import { NoticeBox } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { getRestaurant, getRestaurantMenu, type MenuDish, type RestaurantDetail } from '../../contract.ts'
import { DishTags } from '../dish-row.tsx'
import DishForm, { type DishFormProps } from '../islands/dish-form.tsx'
import { texts } from '../texts.ts'
import { type Menu, serviceOf } from './menu.tsx'

/** One dish with its choices: a page of its own, and what opens in the sheet over the menu. */
export async function dish(visit: Visit): Promise<Answer> {
  return dishPage(visit, visit.param('dish'), null, 200)
}

/** @param problem what could not be put in the basket, in words */
export async function dishPage(visit: Visit, dishId: string, problem: string | null, status: number): Promise<Answer> {
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const service = serviceOf(visit, restaurant, null)
  const menu = await visit.call(getRestaurantMenu, { params: { handle }, query: { service } })
  const found = menu.dishes.find((entry) => entry.id === dishId)
  if (!found) throw new DomainError('not_found')
  return page(
    problem ? visit.t('form.error_title', { title: found.name }) : found.name,
    <div className="shell max-w-xl! pt-4">
      <a className="link inline-flex min-h-11 items-center" href={visit.href(`/restaurant/${restaurant.handle}`, { service })}>
        {texts(visit.locale)('dish.back', { name: restaurant.name })}
      </a>
      <Dish visit={visit} restaurant={restaurant} dish={found} menu={menu} service={service} problem={problem} />
    </div>,
    { noIndex: true, status, canonical: `/restaurant/${restaurant.handle}/dishes/${found.id}` },
  )
}

interface DishProps {
  visit: Visit
  restaurant: RestaurantDetail
  dish: MenuDish
  menu: Menu
  service: string
  problem: string | null
}

function Dish({ visit, restaurant, dish: found, menu, service, problem }: DishProps) {
  const t = texts(visit.locale)
  return (
    <article id="dish" className="pb-4">
      <div className="tile-picture rounded-none! sm:rounded-t-card!" data-shape="wide">
        <Picture picture={found.picture} size={560} first decorative />
      </div>
      <div className="grid gap-2 px-5 pt-5">
        <h1 className="text-2xl">{found.name}</h1>
        {found.description && <p className="quiet">{found.description}</p>}
        {found.calories_kcal !== null && <p className="quiet text-sm">{t('dish.calories', { count: found.calories_kcal })}</p>}
        <DishTags visit={visit} dish={found} />
        {problem && (
          <NoticeBox tone="bad" role="alert">
            {problem}
          </NoticeBox>
        )}
      </div>
      {visit.suspended ? (
        <div className="px-5 pt-4">
          <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
        </div>
      ) : (
        <Island name="restaurant/dish-form" when="view" component={DishForm} props={formProps(visit, restaurant, found, menu, service)} />
      )}
    </article>
  )
}

function formProps(visit: Visit, restaurant: RestaurantDetail, found: MenuDish, menu: Menu, service: string): DishFormProps {
  const t = texts(visit.locale)
  const typed = visit.form.has('item_id') ? [...visit.form.all('option'), ...visit.form.group('option.').map(([, id]) => id)] : null
  const nested = new Set(menu.groups.flatMap((group) => group.options.flatMap((option) => option.nested_group_id ?? [])))
  const used = found.groups.map((use) => use.group_id)
  const reachable = new Set([
    ...used,
    ...menu.groups
      .filter((group) => used.includes(group.id))
      .flatMap((group) => group.options.flatMap((option) => option.nested_group_id ?? [])),
  ])
  const exponent = currencyExponent(found.price.currency)
  return {
    action: visit.href(`/restaurant/${restaurant.handle}/basket`),
    service,
    dish: { id: found.id, amount: found.price.amount, uses: found.groups },
    groups: menu.groups
      .filter((group) => reachable.has(group.id))
      .map((group) => ({
        id: group.id,
        name: group.name,
        min: group.min_select,
        max: group.max_select,
        free: group.free_quantity,
        nested: nested.has(group.id) && !used.includes(group.id),
        options: group.options.map((option) => ({
          id: option.id,
          name: option.name,
          amount: option.price.amount,
          price: option.price.amount > 0 ? visit.formats.money(option.price) : null,
          soldOut: option.sold_out,
          nestedGroupId: option.nested_group_id,
        })),
        rule: ruleText(visit, group.min_select, group.max_select, group.free_quantity),
      })),
    rules: Object.fromEntries(
      found.groups.map((use) => [use.group_id, ruleText(visit, use.min_select, use.max_select, use.free_quantity)]),
    ),
    chosen:
      typed ??
      menu.groups
        .filter((group) => used.includes(group.id))
        .flatMap((group) => group.options.filter((option) => option.is_default && !option.sold_out).map((option) => option.id)),
    quantity: Math.max(1, visit.form.integer('quantity') ?? 1),
    maximum: Math.min(found.max_per_order ?? 20, found.left ?? 99),
    money: {
      locale: formatLocale[visit.locale],
      currency: found.price.currency,
      display: visit.locale === 'ar' ? 'symbol' : 'code',
      exponent,
      first: visit.formats.money(found.price),
    },
    texts: {
      add: t('dish.add', {}),
      choose: t('dish.choose', {}),
      less: t('basket.less'),
      more: t('basket.more'),
      quantity: visit.t('cart.quantity'),
      soldOut: t('dish.sold_out'),
      free: t('dish.free'),
      onlyWith: t('dish.only_with', {}),
    },
  }
}

/** "Choose 1", "Choose 1 to 3, the first is free", "Up to 4". */
function ruleText(visit: Visit, min: number, max: number, free: number): string {
  const t = texts(visit.locale)
  const rule = min === 0 ? t('group.up_to', { max }) : min === max ? t('group.exactly', { min }) : t('group.between', { min, max })
  return free > 0 ? `${rule}${visit.locale === 'ar' ? '، ' : ', '}${t('group.free', { free })}` : rule
}
