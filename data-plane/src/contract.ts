/** Every operation of a data plane's public interface, and the shapes it speaks. Browsers may import this. */
export * from '../core/cart/contract.ts'
export * from '../core/customer/contract.ts'
export * from '../core/ledger/contract.ts'
export * from '../core/order/contract.ts'
export * from '../core/payment/contract.ts'
export * from '../core/vertical/contract.ts'
