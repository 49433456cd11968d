import { DomainError, type Input, type Locale, type Money, pickText } from '@cityos/contract'
import type { z } from 'zod'
import { type CartDiff, type completeCart, isRule } from '../cart/contract.ts'
import type { PricedCart } from '../cart/pricing.ts'
import type { Method } from '../payment/providers.ts'

export interface Contact {
  email: string | null
  hasShippingAddress: boolean
}

/**
 * Everything that must hold before a cart is bought; pure. The order of the checks is the order of the checkout's steps.
 * @throws DomainError validation_failed | insufficient_stock | cart_changed | address_invalid | no_shipping_option | currency_mismatch
 */
export function checkCart(priced: PricedCart, contact: Contact, expected: Money, locale: Locale): void {
  if (priced.lines.length === 0) throw new DomainError('validation_failed', { field: 'lines' })
  if (expected.currency !== priced.currency)
    throw new DomainError('currency_mismatch', { field: 'expected_total', details: { currency: priced.currency } })
  const faulty = priced.lines.filter((line) => line.error !== null)
  if (faulty.length > 0 && faulty.every((line) => line.error?.code === 'insufficient_stock')) {
    throw new DomainError('insufficient_stock', {
      field: 'lines',
      details: { lines: faulty.map((line) => ({ line_id: line.id, available: line.error?.details?.['available'] ?? 0 })) },
    })
  }
  // a rule of a vertical is its own answer, not a change of the cart
  for (const { id, error } of faulty) {
    if (!error || isRule(error.code) || error.code === 'currency_not_supported' || error.code === 'insufficient_stock') continue
    throw new DomainError(error.code, { field: 'lines', details: { ...error.details, line_id: id } })
  }
  if (faulty.length > 0 || priced.totalAmount !== expected.amount) {
    throw new DomainError('cart_changed', { details: { diff: diffOf(priced, expected, locale) } })
  }
  if (!contact.email) throw new DomainError('validation_failed', { field: 'email' })
  if (priced.requiresShipping && !contact.hasShippingAddress) throw new DomainError('address_invalid', { field: 'shipping_address' })
  const unshipped = priced.vendors.find((vendor) => vendor.requiresShipping && !vendor.shipping)
  if (unshipped) throw new DomainError('no_shipping_option', { field: 'shipping_options', details: { vendor_id: unshipped.vendor.id } })
}

/** What the shopper is shown when the cart is not what was confirmed. */
function diffOf(priced: PricedCart, expected: Money, locale: Locale): z.input<typeof CartDiff> {
  return {
    expected_total_amount: expected.amount,
    total_amount: priced.totalAmount,
    currency: priced.currency,
    lines: priced.lines
      .filter((line) => line.error || (line.quote && line.quote.unitAmount !== line.addedAmount))
      .map((line) => ({
        line_id: line.id,
        title: pickText(line.title, locale),
        was_amount: line.addedAmount * line.quantity,
        is_amount: line.totalAmount,
        error: line.error?.code ?? null,
      })),
  }
}

/** @throws DomainError validation_failed for a method that is not offered, or the sandbox without a token */
export function checkPayment(payment: Input<typeof completeCart>['body']['payment'], offered: readonly Method[]): void {
  if (!offered.includes(payment.method))
    throw new DomainError('validation_failed', { field: 'payment.method', details: { methods: offered } })
  if (payment.method === 'sandbox' && !payment.token) throw new DomainError('validation_failed', { field: 'payment.token' })
}
