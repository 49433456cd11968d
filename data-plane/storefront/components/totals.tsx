import type { Money } from '@cityos/contract'
import type { Visit } from '../visit.ts'
import { Amount } from './price.tsx'

export interface TotalsProps {
  visit: Visit
  subtotal: Money
  /** Something is sent; meals, bookings and tickets are not. */
  ships?: boolean
  /** Null while nobody knows yet where to. */
  shipping: Money | null
  discount: Money
  tax: Money
  total: Money
  /** Of the total, what is charged now; absent on orders. */
  due_now?: Money
  refunded?: Money
}

/** The sums of a cart or an order. VAT is inside the prices, and said so. */
export function Totals({ visit, ships = true, subtotal, shipping, discount, tax, total, due_now, refunded }: TotalsProps) {
  const { t } = visit
  return (
    <dl className="grid gap-2">
      <Row name={t('totals.subtotal')}>
        <Amount visit={visit} value={subtotal} />
      </Row>
      {discount.amount !== 0 && (
        <Row name={t('totals.discount')}>
          <Amount visit={visit} value={{ ...discount, amount: -Math.abs(discount.amount) }} />
        </Row>
      )}
      {ships && (
        <Row name={t('totals.shipping')}>
          {shipping === null ? (
            t('totals.shipping_later')
          ) : shipping.amount === 0 ? (
            t('totals.free')
          ) : (
            <Amount visit={visit} value={shipping} />
          )}
        </Row>
      )}
      <div className="mt-1 flex items-baseline justify-between gap-4 border-line border-t pt-3 font-semibold text-xl">
        <dt>{t('totals.total')}</dt>
        <dd>
          <Amount visit={visit} value={total} />
        </dd>
      </div>
      <div className="quiet flex justify-between gap-4 text-sm">
        <dt>{t('totals.tax')}</dt>
        <dd>
          <Amount visit={visit} value={tax} />
        </dd>
      </div>
      {due_now && due_now.amount < total.amount && (
        <>
          <div className="flex justify-between gap-4 font-semibold">
            <dt>{t('totals.due_now')}</dt>
            <dd>
              <Amount visit={visit} value={due_now} />
            </dd>
          </div>
          <Row name={t('totals.later')}>
            <Amount visit={visit} value={{ ...total, amount: total.amount - due_now.amount }} />
          </Row>
        </>
      )}
      {refunded && refunded.amount !== 0 && (
        <Row name={t('totals.refunded')}>
          <Amount visit={visit} value={refunded} />
        </Row>
      )}
    </dl>
  )
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="quiet">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
