import { accounts } from './accounts.ts'

/** Debits positive, credits negative, minor units of one currency. */
export interface Entry {
  code: string
  amount: number
}

/** How one piece of money divides: `gross = tax + commission + vendor`. */
export interface Division {
  gross: number
  tax: number
  commission: number
}

/** Where the shopper's money sits before the vendor is paid. */
export function clearingAccount(method: string, vendorId: string): string {
  if (method === 'cash_on_delivery') return accounts.cashClearing(vendorId)
  if (method === 'bank_transfer') return accounts.bankClearing
  return accounts.pspClearing
}

const withoutZeros = (entries: Entry[]): Entry[] => entries.filter((entry) => entry.amount !== 0)

/** Default sale: Dr clearing, Cr vendor pending (net of commission and VAT), Cr commission, Cr VAT (00-conventions, Ledger). */
export function saleEntries(clearing: string, vendorId: string, division: Division): Entry[] {
  return withoutZeros([
    { code: clearing, amount: division.gross },
    { code: accounts.vendorPending(vendorId), amount: -(division.gross - division.tax - division.commission) },
    { code: accounts.commission, amount: -division.commission },
    { code: accounts.vatPayable, amount: -division.tax },
  ])
}

/**
 * A refund reverses in the same proportions; before release it debits pending, after it available.
 * @param available of the vendor's part, what had been released
 */
export function refundEntries(clearing: string, vendorId: string, division: Division, available: number): Entry[] {
  return withoutZeros([
    { code: clearing, amount: -division.gross },
    { code: accounts.vendorPending(vendorId), amount: division.gross - division.tax - division.commission - available },
    { code: accounts.vendorAvailable(vendorId), amount: available },
    { code: accounts.commission, amount: division.commission },
    { code: accounts.vatPayable, amount: division.tax },
  ])
}

/** pending → available, when the release event has happened and the return window has passed. */
export function releaseEntries(vendorId: string, net: number): Entry[] {
  return withoutZeros([
    { code: accounts.vendorPending(vendorId), amount: net },
    { code: accounts.vendorAvailable(vendorId), amount: -net },
  ])
}
