import type { VendorOrder } from '@cityos/data-plane/contract'

type Line = VendorOrder['lines'][number]

/** Units of each line that leave now, as typed; a line that is not there hands over everything still open. */
export type Handover = Record<string, number>

/** What is still open, line by line: the proposal of the dialog. */
export const openLines = (order: VendorOrder): Line[] => order.lines.filter((line) => line.quantity_open > 0)

/** i18n key of what is wrong; null when it can be sent. */
export function handoverFailure(order: VendorOrder, handover: Handover): string | null {
  const lines = openLines(order)
  if (lines.some((line) => (handover[line.id] ?? line.quantity_open) > line.quantity_open)) return 'error.quantity_exceeds_open'
  if (lines.some((line) => !Number.isInteger(handover[line.id] ?? line.quantity_open) || (handover[line.id] ?? 0) < 0))
    return 'vendor.whole_units'
  return lines.every((line) => (handover[line.id] ?? line.quantity_open) === 0) ? 'vendor.nothing_to_hand_over' : null
}

/** `lines` of the request; undefined when everything goes, which the server then takes at its own count. */
export function handoverLines(order: VendorOrder, handover: Handover): { line_id: string; quantity: number }[] | undefined {
  const lines = openLines(order).map((line) => ({
    line_id: line.id,
    quantity: handover[line.id] ?? line.quantity_open,
    open: line.quantity_open,
  }))
  if (lines.every((line) => line.quantity === line.open)) return undefined
  return lines.filter((line) => line.quantity > 0).map(({ line_id, quantity }) => ({ line_id, quantity }))
}
