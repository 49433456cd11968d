import { endpoint, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'

export const AccountKind = z.enum(['asset', 'liability', 'revenue', 'expense'])

/** Debits are positive, credits negative: over all accounts of one currency the balances sum to zero. */
export const LedgerAccount = z.object({
  id: z.string(),
  code: z.string(),
  kind: AccountKind,
  currency: z.string(),
  balance: Money,
  held: Money,
  allow_negative: z.boolean(),
})
export type LedgerAccount = z.infer<typeof LedgerAccount>

export const LedgerEntry = z.object({
  id: z.string(),
  txn_id: z.string(),
  account_id: z.string(),
  account_code: z.string(),
  amount: Money,
  at: z.string(),
  kind: z.string(),
  order_id: z.string().nullable(),
  memo: z.string().nullable(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

export const LedgerTransaction = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  idempotency_ref: z.string(),
  order_id: z.string().nullable(),
  memo: z.string().nullable(),
  entries: z.array(LedgerEntry),
})
export type LedgerTransaction = z.infer<typeof LedgerTransaction>

export const listLedgerAccounts = listEndpoint({
  id: 'admin.ledger.account.list',
  method: 'GET',
  path: '/v1/admin/ledger/accounts',
  summary: 'Accounts with balances',
  access: staff('read', 'ledger'),
  query: z.object({ kind: AccountKind.optional(), currency: z.string().optional() }),
  response: LedgerAccount,
})

export const listLedgerEntries = listEndpoint({
  id: 'admin.ledger.entry.list',
  method: 'GET',
  path: '/v1/admin/ledger/entries',
  summary: 'Entries, newest first; of one account or one order',
  access: staff('read', 'ledger'),
  query: z.object({ account_id: z.string().optional(), order_id: z.string().optional() }),
  response: LedgerEntry,
})

export const getLedgerTransaction = endpoint({
  id: 'admin.ledger.transaction.get',
  method: 'GET',
  path: '/v1/admin/ledger/transactions/{id}',
  summary: 'One transaction with its entries',
  access: staff('read', 'ledger'),
  params: z.object({ id: z.string() }),
  response: LedgerTransaction,
})

export const verifyLedger = endpoint({
  id: 'admin.ledger.verify',
  method: 'GET',
  path: '/v1/admin/ledger/verification',
  summary: 'Adds everything up: Σ entries per transaction and currency, and kept balances against their entries',
  access: staff('read', 'ledger'),
  response: z.object({
    balanced: z.boolean(),
    transactions: z.int(),
    entries: z.int(),
    unbalanced_transactions: z.array(z.string()),
    wrong_balances: z.array(z.object({ account_code: z.string(), kept_amount: z.int(), summed_amount: z.int() })),
    sums: z.array(Money),
  }),
})
