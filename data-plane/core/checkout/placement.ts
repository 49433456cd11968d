import { applyRate, newId } from '@cityos/contract'
import { captureModes, type PricedCart, type PricedLine, type PricedVendor } from '../cart/pricing.ts'
import type { Method, ProviderName } from '../payment/providers.ts'
import type { CaptureMode } from '../vertical/purchasable.ts'

export interface PlacementGiven {
  priced: PricedCart
  method: Method
  provider: ProviderName
  commissionBps: number
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
}

export interface PlacedPayment {
  id: string
  captureMode: CaptureMode
  amount: number
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
}

/**
 * Divides a priced cart into one order with a sub-order per vendor and a payment per (vendor, capture mode)
 * (00-conventions, Order bridge). Pure but for new ids.
 */
export function placeOrder({ priced, method, commissionBps, number }: PlacementGiven): PlacedSubOrder[] {
  let position = 0
  return priced.vendors.map((vendor, index) => {
    const subOrderId = newId('sub')
    const modes = method === 'sandbox' ? captureModes(vendor) : [offlineMode(method)]
    const payments = modes.map((captureMode) => ({ id: newId('pay'), captureMode, amount: 0 }))
    const shippingPayment = vendor.shipping && vendor.shipping.amount > 0 ? payments[0]! : null
    const lines = vendor.lines.map((cartLine): PlacedLine => {
      const captureMode = method === 'sandbox' ? cartLine.quote!.captureMode : offlineMode(method)
      const payment = payments.find((candidate) => candidate.captureMode === captureMode)!
      payment.amount += cartLine.totalAmount
      position += 1
      return {
        id: newId('oli'),
        cartLine,
        subOrderId,
        paymentId: payment.id,
        position,
        captureMode,
        commissionAmount: applyRate(cartLine.totalAmount, commissionBps),
      }
    })
    if (shippingPayment) shippingPayment.amount += vendor.shipping!.amount
    return {
      id: subOrderId,
      number: `${number}-${index + 1}`,
      vendor,
      lines,
      payments,
      shippingPaymentId: shippingPayment?.id ?? null,
      commissionAmount: lines.reduce((sum, line) => sum + line.commissionAmount, 0),
    }
  })
}

/** Cash changes hands at the door; a transfer is there as a whole or not. */
function offlineMode(method: Method): CaptureMode {
  return method === 'cash_on_delivery' ? 'on_fulfil' : 'now'
}
