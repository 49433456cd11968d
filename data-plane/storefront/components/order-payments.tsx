import { newId } from '@cityos/contract'
import type { Order } from '../../core/order/contract.ts'
import { isMessageKey, type MessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { NoticeBox } from './layout.tsx'

/** A bank transfer waits for its money: what to write on it and until when. */
export function PaymentNotice({ visit, order }: { visit: Visit; order: Order }) {
  if (order.payment_method !== 'bank_transfer' || order.payment_status !== 'pending' || !order.payment_deadline) return null
  return (
    <div className="mb-6">
      <NoticeBox tone="warn">
        {visit.t('order.transfer', {
          number: order.number,
          total: visit.formats.money(order.total),
          until: visit.formats.time(order.payment_deadline),
        })}
      </NoticeBox>
    </div>
  )
}

/** A charge failed after the order: until the time is over another card can be given, else the line is cancelled. */
export function PayAgain({ visit, order, path, token }: { visit: Visit; order: Order; path: string; token: string | undefined }) {
  const { t, formats } = visit
  const open = order.sub_orders.flatMap((part) => part.lines).filter((line) => line.payment_due_at !== null)
  const [first] = open
  if (!first?.payment_due_at) return null
  return (
    <div className="mb-6">
      <NoticeBox tone="bad" role="alert">
        <p className="font-semibold">{t('order.pay_again', { title: open.map((line) => line.title).join(', ') })}</p>
        <p>{t('order.pay_again_until', { time: formats.time(first.payment_due_at) })}</p>
        <form method="post" action={visit.href(`${path}/pay`)} className="mt-3 flex flex-wrap gap-3">
          <input type="hidden" name="attempt" value={newId('key')} />
          {token && <input type="hidden" name="token" value={token} />}
          <button type="submit" className="button" data-primary="">
            {t('order.pay_again_submit')}
          </button>
        </form>
      </NoticeBox>
    </div>
  )
}

/** One line where all is charged in one way; else each charge with when and how much. */
export function Payments({ visit, order }: { visit: Visit; order: Order }) {
  const { t, formats } = visit
  const modes = new Set(order.payments.map((payment) => payment.capture_mode))
  if (modes.size < 2 && !modes.has('deposit')) return <p className="quiet mt-3 text-sm">{paymentText(visit, order)}</p>
  const vendors = new Map(order.sub_orders.map((part) => [part.vendor.id, part.vendor.name]))
  return (
    <div className="mt-4 border-line border-t pt-3">
      <h3 className="mb-2 text-base">{t('order.payments')}</h3>
      <ul className="grid gap-2 text-sm">
        {order.payments.map((payment) => {
          const mode = `order.payment.${payment.capture_mode}`
          const status = `payment.status.${payment.status}`
          return (
            <li key={payment.id} className="flex justify-between gap-4">
              <span className="min-w-0">
                <bdi className="block">{vendors.get(payment.vendor_id)}</bdi>
                <span className="quiet">
                  {isMessageKey(mode) ? t(mode) : payment.capture_mode}
                  {isMessageKey(status) && ` · ${t(status)}`}
                </span>
              </span>
              <span className="text-end">
                <bdi className="block whitespace-nowrap tabular-nums">
                  {formats.money(payment.status === 'partially_captured' ? payment.captured : payment.amount)}
                </bdi>
                {payment.status === 'partially_captured' && (
                  <span className="quiet">{t('order.payment.of', { amount: formats.money(payment.amount) })}</span>
                )}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function paymentText(visit: Visit, order: Order): string {
  const method = `payment.${order.payment_method}`
  const status = `payment.status.${order.payment_status}` satisfies MessageKey
  return `${isMessageKey(method) ? visit.t(method) : order.payment_method} · ${visit.t(status)}`
}
