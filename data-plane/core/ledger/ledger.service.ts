import { DomainError, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Database, type HandWritten, type Tx } from '../../platform/db/index.ts'
import { accountShape } from './accounts.ts'
import type { Entry } from './postings.ts'

/** One movement of money. `ref` makes it happen once: `sale:<payment id>:<n>`, `refund:<refund id>`. */
export interface Posting {
  ref: string
  kind: 'sale' | 'refund' | 'release'
  orderId: string | null
  memo: string | null
  currency: string
  entries: Entry[]
}

/** The double-entry books of this tenant (00-conventions, Ledger). Money moves here and nowhere else. */
@Injectable()
export class Ledger {
  constructor(private readonly database: Database) {}

  /**
   * Posts movements inside the transaction of their cause; all of them in one round trip.
   * @returns the refs posted now; those posted before are left alone
   * @throws DomainError internal_error when a posting does not sum to zero
   */
  async post(tx: Tx, postings: readonly Posting[], now: Date): Promise<Set<string>> {
    const statement = this.posting(postings, now)
    if (!statement) return new Set()
    const [rows] = await this.database.together(tx, [statement])
    return new Set(rows.map((row) => row.ref))
  }

  /** The statement of `post`, to travel with others; null when nothing moves. @throws as `post` */
  posting(postings: readonly Posting[], now: Date): HandWritten<{ ref: string }> | null {
    const moving = postings.filter((posting) => posting.entries.length > 0)
    if (moving.length === 0) return null
    const payload = moving.map((posting) => {
      const sum = posting.entries.reduce((total, entry) => total + entry.amount, 0)
      if (sum !== 0) throw new DomainError('internal_error', { message: `ledger posting ${posting.ref} sums to ${sum}` })
      return {
        txn_id: newId('txn'),
        ref: posting.ref,
        kind: posting.kind,
        order_id: posting.orderId,
        memo: posting.memo,
        entries: posting.entries.map((entry) => {
          const shape = accountShape(entry.code)
          return {
            entry_id: newId('ent'),
            account_id: newId('acc'),
            code: entry.code,
            account_kind: shape.kind,
            keeps_balance: shape.keepsBalance,
            allow_negative: shape.allowNegative,
            currency: posting.currency,
            amount: entry.amount,
          }
        }),
      }
    })
    return { text: 'select ref from ledger_post($1::jsonb, $2) as ref', values: [JSON.stringify(payload), now] }
  }

  /**
   * Balances of accounts in the ledger's sign (debits positive), zero where nothing was posted yet.
   * @returns code → minor units
   */
  async balances(tx: Tx, codes: readonly string[], currency: string): Promise<Map<string, number>> {
    const rows = await tx
      .selectFrom('ledger_account as a')
      .innerJoin('ledger_entry as e', 'e.account_id', 'a.id')
      .where('a.code', 'in', [...codes])
      .where('a.currency_code', '=', currency)
      .groupBy('a.code')
      .select(['a.code', (eb) => eb.fn.sum<string>('e.amount').as('amount')])
      .execute()
    const found = new Map(rows.map((row) => [row.code, Number(row.amount)]))
    return new Map(codes.map((code) => [code, found.get(code) ?? 0]))
  }
}
