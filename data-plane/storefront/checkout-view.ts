import type { Cart, PaymentMethod, ShippingOption } from '../core/cart/contract.ts'
import type { CustomerAddress } from '../core/customer/contract.ts'
import type { AddressValues } from './address-form.ts'
import type { FieldErrors } from './components/fields.tsx'

/** What the checkout page shows; typed values survive every refusal. */
export interface CheckoutView {
  cart: Cart
  options: ShippingOption[]
  methods: PaymentMethod[]
  saved: CustomerAddress[]
  email: string
  address: AddressValues
  /** `method` or `sandbox:<token>` */
  payment: string
  /** Idempotency key of this attempt to pay: the same key buys once, however often the form is sent. */
  attempt: string
  errors: FieldErrors
  /** Something changed that the visitor must see before paying. */
  changed: string | null
}

/** Value of a payment radio: a method, with the sandbox's token behind a colon. */
export function paymentValue(method: PaymentMethod, token?: string): string {
  const chosen = token ?? method.tokens[0]?.token
  return chosen ? `${method.method}:${chosen}` : method.method
}
