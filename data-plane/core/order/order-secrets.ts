import { Injectable } from '@nestjs/common'
import { Pii } from '../../platform/pii/pii.ts'

/**
 * Secrets of a checkout, derived under the tenant's key instead of stored: a repeated request can be given the same
 * answer, and nobody who reads the database can open an order or use a hold.
 */
@Injectable()
export class OrderSecrets {
  constructor(private readonly pii: Pii) {}

  /** Opens the order without an account. */
  orderToken(orderId: string): string {
    return this.pii.index('token', `order:${orderId}`)
  }

  /** Secret of a cart that was opened for one purchase. */
  cartToken(cartId: string): string {
    return this.pii.index('token', `cart:${cartId}`)
  }

  /** Owner of the checkout's holds. */
  holdToken(checkoutId: string): string {
    return this.pii.index('token', `hold:${checkoutId}`)
  }
}
