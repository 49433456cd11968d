import { DomainError } from '@cityos/contract'
import type { z } from 'zod'
import type { AccountKind } from './contract.ts'

export interface AccountShape {
  code: string
  kind: z.infer<typeof AccountKind>
  /** The account can refuse: it keeps a balance, locked last and in id order (K6, docs/spec/00-conventions.md). */
  keepsBalance: boolean
  allowNegative: boolean
}

const shapes: { pattern: RegExp; kind: AccountShape['kind']; keepsBalance: boolean; allowNegative: boolean }[] = [
  { pattern: /^psp_clearing$/, kind: 'asset', keepsBalance: false, allowNegative: true },
  { pattern: /^bank_clearing$/, kind: 'asset', keepsBalance: false, allowNegative: true },
  { pattern: /^cash_clearing:[^:]+$/, kind: 'asset', keepsBalance: false, allowNegative: true },
  { pattern: /^vendor:[^:]+:pending$/, kind: 'liability', keepsBalance: false, allowNegative: true },
  // a refund after the payout makes it negative, which blocks the next payout
  { pattern: /^vendor:[^:]+:available$/, kind: 'liability', keepsBalance: true, allowNegative: true },
  { pattern: /^vendor:[^:]+:reserve$/, kind: 'liability', keepsBalance: true, allowNegative: false },
  { pattern: /^customer:[^:]+:wallet$/, kind: 'liability', keepsBalance: true, allowNegative: false },
  { pattern: /^(escrow|deposit|giftcard):[^:]+$/, kind: 'liability', keepsBalance: true, allowNegative: false },
  { pattern: /^platform:(commission|fees)$/, kind: 'revenue', keepsBalance: false, allowNegative: true },
  { pattern: /^tax:vat_payable$/, kind: 'liability', keepsBalance: false, allowNegative: true },
  { pattern: /^breakage$/, kind: 'revenue', keepsBalance: false, allowNegative: true },
]

/**
 * What kind of account a code names (00-conventions, Ledger).
 * @throws DomainError internal_error for a code outside the chart of accounts: money never goes to a typing error
 */
export function accountShape(code: string): AccountShape {
  const shape = shapes.find(({ pattern }) => pattern.test(code))
  if (!shape) throw new DomainError('internal_error', { message: `no such ledger account: ${code}` })
  return { code, kind: shape.kind, keepsBalance: shape.keepsBalance, allowNegative: shape.allowNegative }
}

export const accounts = {
  pspClearing: 'psp_clearing',
  bankClearing: 'bank_clearing',
  cashClearing: (collector: string) => `cash_clearing:${collector}`,
  vendorPending: (vendorId: string) => `vendor:${vendorId}:pending`,
  vendorAvailable: (vendorId: string) => `vendor:${vendorId}:available`,
  commission: 'platform:commission',
  vatPayable: 'tax:vat_payable',
} as const
