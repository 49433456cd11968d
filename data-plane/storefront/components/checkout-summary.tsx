import type { Cart } from '../../core/cart/contract.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'
import { Picture } from './picture.tsx'
import { Amount } from './price.tsx'
import { Totals } from './totals.tsx'

/** What is being bought: closed to one line on a phone, open beside the form on a desk. */
export function CheckoutSummary({ visit, cart }: { visit: Visit; cart: Cart }) {
  const { t } = visit
  return (
    <aside id="checkout-summary" className="lg:sticky lg:top-6" aria-label={t('cart.summary')}>
      <details className="card summary-details">
        <summary className="flex min-h-13 items-center gap-3 px-5 lg:hidden">
          <Icon name="bag" />
          <span className="flex-1 font-semibold">{t('cart.count', { count: cart.count })}</span>
          <span className="font-semibold">
            <Amount visit={visit} value={cart.totals.total} />
          </span>
          <Icon name="down" size={18} />
        </summary>
        <div className="p-5">
          <p className="mb-4 hidden font-semibold text-xl lg:block">{t('cart.summary')}</p>
          <ul className="grid gap-3.5">
            {cart.lines.map((line) => (
              <li key={line.id} className="grid grid-cols-[3.5rem_minmax(0,1fr)_auto] gap-3">
                <span className="tile-picture rounded-lg!">
                  <Picture picture={line.picture} size={64} decorative />
                </span>
                <span className="min-w-0">
                  <span className="clamp-2">{line.title}</span>
                  <span className="quiet block text-sm">
                    {line.subtitle ? `${line.subtitle} · ` : ''}
                    {t('cart.count', { count: line.quantity })}
                  </span>
                </span>
                <Amount visit={visit} value={line.total} />
              </li>
            ))}
          </ul>
          <div className="mt-5 border-line border-t pt-5">
            <Totals visit={visit} {...cart.totals} />
          </div>
          <a className="link mt-4 inline-block" href={visit.href('/cart')}>
            {t('checkout.edit_cart')}
          </a>
        </div>
      </details>
    </aside>
  )
}
