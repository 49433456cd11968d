import { Picture } from '../../../storefront/components/picture.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import type { Visit } from '../../../storefront/visit.ts'
import type { MenuDish } from '../contract.ts'
import type { Menu } from './pages/menu.tsx'
import { type TextKey, texts } from './texts.ts'

export interface DishRowProps {
  visit: Visit
  handle: string
  dish: MenuDish
  menu: Menu
  service: string
}

/** A dish of the menu; its name opens the sheet (without scripts: its page). */
export function DishRow({ visit, handle, dish, menu, service }: DishRowProps) {
  const t = texts(visit.locale)
  return (
    <li className="tile dish" data-off={dish.available ? undefined : ''}>
      <div className="min-w-0">
        <h3 className="text-base">
          {dish.available ? (
            <a
              className="tile-link"
              href={visit.href(`/restaurant/${handle}/dishes/${dish.id}`, { service })}
              data-dialog="dish"
              rel="nofollow"
            >
              {dish.name}
            </a>
          ) : (
            dish.name
          )}
        </h3>
        {dish.description && <p className="quiet clamp-2 text-sm">{dish.description}</p>}
        <p className="mt-1.5 flex flex-wrap items-baseline gap-x-3 text-sm">
          <span className="font-semibold text-base">
            <Amount visit={visit} value={dish.price} />
          </span>
          {dish.calories_kcal !== null && <span className="quiet">{t('dish.calories', { count: dish.calories_kcal })}</span>}
          {dish.left !== null && dish.available && <span className="text-warn">{t('dish.left', { count: dish.left })}</span>}
        </p>
        <DishTags visit={visit} dish={dish} />
        {!dish.available && <p className="text-sm">{offText(visit, dish, menu)}</p>}
      </div>
      <div className="tile-picture rounded-xl!">
        <Picture picture={dish.picture} size={208} decorative />
      </div>
    </li>
  )
}

/** What is in it, in words: people with allergies must not need a legend. */
export function DishTags({ visit, dish }: { visit: Visit; dish: MenuDish }) {
  const t = texts(visit.locale)
  const comma = visit.locale === 'ar' ? '، ' : ', '
  return (
    <>
      {dish.dietary_tags.length > 0 && (
        <p className="text-good text-sm">{dish.dietary_tags.map((tag) => t(`diet.${tag}` satisfies TextKey)).join(' · ')}</p>
      )}
      {dish.allergens.length > 0 && (
        <p className="quiet text-sm">
          {t('dish.contains', { list: dish.allergens.map((code) => t(`allergen.${code}` satisfies TextKey)).join(comma) })}
        </p>
      )}
    </>
  )
}

function offText(visit: Visit, dish: MenuDish, menu: Menu): string {
  const t = texts(visit.locale)
  if (dish.unavailable_reason !== 'mealtime') return t('dish.sold_out')
  const times = menu.mealtimes.filter((mealtime) => dish.mealtime_ids.includes(mealtime.id))
  const words = times
    .map((mealtime) => `${mealtime.name} \u2066${mealtime.from}–${mealtime.to}\u2069`)
    .join(visit.locale === 'ar' ? '، ' : ', ')
  return times.length > 0 ? t('dish.only_at', { times: words }) : t('dish.sold_out')
}
