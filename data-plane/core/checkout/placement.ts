import { applyRate, newId } from '@cityos/contract'
import { captureModes, dueNow, type PricedCart, type PricedLine, type PricedVendor } from '../cart/pricing.ts'
import type { Method, ProviderName } from '../payment/providers.ts'
import type { CaptureMode, Purchasable } from '../vertical/purchasable.ts'

export interface PlacementGiven {
  priced: PricedCart
  method: Method
  provider: ProviderName
  commissionBps: number
  /** Who leads a kind of line after the sale. */
  fulfilmentOf: (kind: string) => Purchasable['fulfilment']
  /** Consecutive number of the order, e.g. `100042`. */
  number: string
  now: Date
}

export interface PlacedLine {
  id: string
  cartLine: PricedLine
  subOrderId: string
  paymentId: string
  position: number
  captureMode: CaptureMode
  commissionAmount: number
  fulfilment: Purchasable['fulfilment']
  /** Taken after the checkout: at acceptance, at fulfilment, the balance of a deposit. */
  dueLaterAmount: number
}

export interface PlacedPayment {
  id: string
  captureMode: CaptureMode
  amount: number
  /** Authorised at checkout: all of it, the deposits, or nothing where it is charged later. */
  upfrontAmount: number
}

export interface PlacedSubOrder {
  id: string
  number: string
  vendor: PricedVendor
  lines: PlacedLine[]
  payments: PlacedPayment[]
  /** The payment that carries the shipping: the most immediate one. */
  shippingPaymentId: string | null
  commissionAmount: number
  /** Who leads its lines after the sale. */
  ledBy: 'sub_order' | 'own' | 'mixed'
}

/**
 * Divides a priced cart into one order with a sub-order per vendor and a payment per (vendor, capture mode)
 * (00-conventions, Order bridge). Pure but for new ids.
 */
export function placeOrder({ priced, method, commissionBps, number, fulfilmentOf }: PlacementGiven): PlacedSubOrder[] {
  let position = 0
  return priced.vendors.map((vendor, index) => {
    const subOrderId = newId('sub')
    const modes = method === 'sandbox' ? captureModes(vendor) : [offlineMode(method)]
    const payments = modes.map((captureMode) => ({ id: newId('pay'), captureMode, amount: 0, upfrontAmount: 0 }))
    const shippingPayment = vendor.shipping && vendor.shipping.amount > 0 ? payments[0]! : null
    const lines = vendor.lines.map((cartLine): PlacedLine => {
      const captureMode = method === 'sandbox' ? cartLine.quote!.captureMode : offlineMode(method)
      const payment = payments.find((candidate) => candidate.captureMode === captureMode)!
      payment.amount += cartLine.totalAmount
      payment.upfrontAmount += method === 'sandbox' ? dueNow(cartLine) : cartLine.totalAmount
      position += 1
      return {
        id: newId('oli'),
        cartLine,
        subOrderId,
        paymentId: payment.id,
        position,
        captureMode,
        commissionAmount: applyRate(cartLine.commissionableAmount, commissionBps),
        fulfilment: fulfilmentOf(cartLine.kind),
        dueLaterAmount: dueLater(cartLine, captureMode),
      }
    })
    if (shippingPayment) {
      shippingPayment.amount += vendor.shipping!.amount
      shippingPayment.upfrontAmount += vendor.shipping!.amount
    }
    return {
      id: subOrderId,
      number: `${number}-${index + 1}`,
      vendor,
      lines,
      payments,
      shippingPaymentId: shippingPayment?.id ?? null,
      commissionAmount: lines.reduce((sum, line) => sum + line.commissionAmount, 0),
      ledBy: ledBy(lines),
    }
  })
}

function dueLater(line: PricedLine, mode: CaptureMode): number {
  if (mode === 'now' || mode === 'none') return 0
  return line.totalAmount - (mode === 'deposit' ? (line.depositAmount ?? 0) : 0)
}

function ledBy(lines: readonly PlacedLine[]): PlacedSubOrder['ledBy'] {
  const own = lines.filter((line) => line.fulfilment === 'own').length
  return own === 0 ? 'sub_order' : own === lines.length ? 'own' : 'mixed'
}

/** Cash changes hands at the door; a transfer is there as a whole or not. */
function offlineMode(method: Method): CaptureMode {
  if (method === 'none') return 'none'
  return method === 'cash_on_delivery' ? 'on_fulfil' : 'now'
}
