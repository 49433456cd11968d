import type { Cart } from '../../core/cart/contract.ts'
import type { Visit } from '../visit.ts'
import { Held } from './held.tsx'
import { Icon } from './icon.tsx'
import { DepositText } from './line-parts.tsx'
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
                {(line.hold || line.deposit) && (
                  <span className="col-span-full grid gap-1.5">
                    <DepositText visit={visit} deposit={line.deposit} total={line.total} />
                    {line.hold?.state === 'held' && <Held visit={visit} title={line.title} expiresAt={line.hold.expires_at} />}
                  </span>
                )}
              </li>
            ))}
          </ul>
          <div className="mt-5 border-line border-t pt-5">
            <Totals visit={visit} ships={cart.requires_shipping} {...cart.totals} />
          </div>
          {cart.lines.some((line) => line.deposit) && <p className="quiet mt-3 text-sm">{t('line.deposit_text')}</p>}
          <a className="link mt-4 inline-block" href={visit.href('/cart')}>
            {t('checkout.edit_cart')}
          </a>
        </div>
      </details>
    </aside>
  )
}
