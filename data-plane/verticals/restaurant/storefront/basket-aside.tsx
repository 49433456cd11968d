import { Icon } from '../../../storefront/components/icon.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import type { Visit } from '../../../storefront/visit.ts'
import type { RestaurantBasket } from '../contract.ts'
import { countOf } from './basket-access.ts'
import { BasketLines } from './basket-lines.tsx'
import { texts } from './texts.ts'

interface BasketProps {
  visit: Visit
  handle: string
  basket: RestaurantBasket | null
}

/** The basket beside the menu on a desk. */
export function BasketAside({ visit, handle, basket }: BasketProps) {
  const t = texts(visit.locale)
  return (
    <aside id="basket" className="card p-5 lg:sticky lg:top-6" aria-label={t('basket.title')}>
      <h2 className="mb-3 text-xl">{t('basket.title')}</h2>
      {basket && basket.lines.length > 0 ? (
        <>
          <BasketLines visit={visit} handle={handle} basket={basket} />
          <Missing visit={visit} basket={basket} />
          <a className="button mt-4 w-full" data-primary="" data-large="" href={visit.href(`/restaurant/${handle}/basket`)}>
            {t('basket.go_on')}
          </a>
        </>
      ) : (
        <p className="quiet">{t('basket.empty')}</p>
      )}
      <Said visit={visit} basket={basket} />
    </aside>
  )
}

/** For readers: what the basket says after a dish was put in it. */
function Said({ visit, basket }: Pick<BasketProps, 'visit' | 'basket'>) {
  if (!basket) return null
  return (
    <span hidden data-said="">
      {texts(visit.locale)('basket.said', { count: countOf(basket), total: visit.formats.money(basket.subtotal) })}
    </span>
  )
}

/** The bar at the bottom of a phone. */
export function BasketBar({ visit, handle, basket }: BasketProps) {
  const t = texts(visit.locale)
  const count = countOf(basket)
  return (
    <div id="basket-bar" className="basket-bar lg:hidden" hidden={count === 0}>
      {basket && count > 0 && (
        <a className="button w-full justify-between!" data-primary="" data-large="" href={visit.href(`/restaurant/${handle}/basket`)}>
          <span className="flex items-center gap-2">
            <Icon name="bag" size={20} />
            {t('basket.show', { count })}
          </span>
          <Amount visit={visit} value={basket.subtotal} />
        </a>
      )}
    </div>
  )
}

/** How far the minimum of the area is. */
export function Missing({ visit, basket }: { visit: Visit; basket: RestaurantBasket }) {
  if (basket.missing.amount <= 0) return null
  const needed = basket.subtotal.amount + basket.missing.amount
  return (
    <div className="mt-3">
      <p className="text-sm text-warn">{texts(visit.locale)('basket.missing', { missing: visit.formats.money(basket.missing) })}</p>
      <progress className="meter mt-1.5" max={needed} value={basket.subtotal.amount} aria-label={texts(visit.locale)('basket.minimum')} />
    </div>
  )
}
