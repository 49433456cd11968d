import type { Money } from '@cityos/contract'
import type { AdminOrder } from '@cityos/data-plane/contract'

type SubOrder = AdminOrder['sub_orders'][number]

/** What is entered in the refund dialog: amounts by line id, and one for shipping; null = nothing. */
export interface RefundDraft {
  whole: boolean
  lines: Record<string, Money | null>
  shipping: Money | null
  reason: string
}

/** What one line can still give back, in minor units: its total less what was refunded. */
export const lineLeft = (line: SubOrder['lines'][number]): number => Math.max(0, line.total.amount - line.refunded.amount)

/** What this vendor's part can still give back, as the server says. */
export function refundable(order: AdminOrder, part: SubOrder): { amount: Money; shipping: Money } {
  const none = { amount: 0, currency: order.currency }
  return order.refundable.find((item) => item.sub_order_id === part.id) ?? { amount: none, shipping: none }
}

/** The sum that would be refunded now, in minor units. */
export function refundTotal(order: AdminOrder, part: SubOrder, draft: RefundDraft): number {
  if (draft.whole) return refundable(order, part).amount.amount
  return Object.values(draft.lines).reduce((sum, amount) => sum + (amount?.amount ?? 0), 0) + (draft.shipping?.amount ?? 0)
}

/** i18n key of what is wrong with the draft; null when it can be sent. The server checks the same again. */
export function refundFailure(order: AdminOrder, part: SubOrder, draft: RefundDraft): string | null {
  const left = refundable(order, part)
  const total = refundTotal(order, part, draft)
  if (total <= 0) return 'refund.nothing'
  if (total > left.amount.amount) return 'refund.too_much'
  if (!draft.whole && part.lines.some((line) => (draft.lines[line.id]?.amount ?? 0) > lineLeft(line))) return 'refund.too_much'
  if (!draft.whole && (draft.shipping?.amount ?? 0) > left.shipping.amount) return 'refund.too_much'
  return draft.reason.trim().length < 3 ? 'error.reason_required' : null
}

/** The body of `POST /v1/admin/orders/{id}/refund`. */
export function refundRequest(part: SubOrder, draft: RefundDraft) {
  const base = { sub_order_id: part.id, reason: draft.reason.trim() }
  if (draft.whole) return base
  const lines = Object.entries(draft.lines).flatMap(([line_id, amount]) => (amount && amount.amount > 0 ? [{ line_id, amount }] : []))
  return {
    ...base,
    ...(lines.length > 0 ? { lines } : {}),
    ...(draft.shipping && draft.shipping.amount > 0 ? { shipping: draft.shipping } : {}),
  }
}
