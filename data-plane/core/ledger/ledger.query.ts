import { DomainError, type Input, type Output } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Database } from '../../platform/db/index.ts'
import type { getLedgerTransaction, listLedgerAccounts, listLedgerEntries, verifyLedger } from './contract.ts'

interface EntryRow {
  id: string
  txn_id: string
  account_id: string
  account_code: string
  amount: number
  currency_code: string
  created_at: Date
  kind: string
  order_id: string | null
  memo: string | null
}

const toEntry = (row: EntryRow) => ({
  id: row.id,
  txn_id: row.txn_id,
  account_id: row.account_id,
  account_code: row.account_code,
  amount: { amount: row.amount, currency: row.currency_code },
  at: row.created_at.toISOString(),
  kind: row.kind,
  order_id: row.order_id,
  memo: row.memo,
})

/** Reads of the books for finance. */
@Injectable()
export class LedgerQuery {
  constructor(private readonly database: Database) {}

  async accounts(query: Input<typeof listLedgerAccounts>['query']): Promise<Output<typeof listLedgerAccounts>> {
    let found = this.database.read.selectFrom('ledger_account as a')
    if (query.kind) found = found.where('a.kind', '=', query.kind)
    if (query.currency) found = found.where('a.currency_code', '=', query.currency)
    if (query.q) found = found.where('a.code', 'like', `${query.q.replace(/[%_\\]/g, '\\$&')}%`)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .selectAll('a')
      .select((eb) =>
        eb
          .selectFrom('ledger_entry as e')
          .whereRef('e.account_id', '=', 'a.id')
          .select((inner) => inner.fn.coalesce(inner.fn.sum<string>('e.amount'), sql<string>`0`).as('sum'))
          .as('balance'),
      )
      .orderBy('a.code')
      .orderBy('a.currency_code')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    return {
      total: Number(count),
      items: rows.map((row) => ({
        id: row.id,
        code: row.code,
        kind: row.kind as 'asset' | 'liability' | 'revenue' | 'expense',
        currency: row.currency_code,
        balance: { amount: Number(row.balance), currency: row.currency_code },
        held: { amount: row.held_amount, currency: row.currency_code },
        allow_negative: row.allow_negative,
      })),
    }
  }

  async entries(query: Input<typeof listLedgerEntries>['query']): Promise<Output<typeof listLedgerEntries>> {
    let found = this.database.read.selectFrom('ledger_entry as e').innerJoin('ledger_txn as t', 't.id', 'e.txn_id')
    if (query.account_id) found = found.where('e.account_id', '=', query.account_id)
    if (query.order_id) found = found.where('t.order_id', '=', query.order_id)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .innerJoin('ledger_account as a', 'a.id', 'e.account_id')
      .select([
        'e.id',
        'e.txn_id',
        'e.account_id',
        'a.code as account_code',
        'e.amount',
        'e.currency_code',
        'e.created_at',
        't.kind',
        't.order_id',
        't.memo',
      ])
      .orderBy('e.created_at', 'desc')
      .orderBy('e.id', 'desc')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    return { total: Number(count), items: rows.map(toEntry) }
  }

  async transaction(id: string): Promise<Output<typeof getLedgerTransaction>> {
    const row = await this.database.read.selectFrom('ledger_txn').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const entries = await this.database.read
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_account as a', 'a.id', 'e.account_id')
      .where('e.txn_id', '=', id)
      .select(['e.id', 'e.txn_id', 'e.account_id', 'a.code as account_code', 'e.amount', 'e.currency_code', 'e.created_at'])
      .orderBy('e.amount', 'desc')
      .execute()
    return {
      id: row.id,
      at: row.created_at.toISOString(),
      kind: row.kind,
      idempotency_ref: row.idempotency_ref,
      order_id: row.order_id,
      memo: row.memo,
      entries: entries.map((entry) => toEntry({ ...entry, kind: row.kind, order_id: row.order_id, memo: row.memo })),
    }
  }

  /** Adds the whole book up from its entries. */
  async verify(): Promise<Output<typeof verifyLedger>> {
    const db = this.database.read
    const counts = await sql<{ transactions: number; entries: number }>`
      select (select count(*) from ledger_txn) as transactions, (select count(*) from ledger_entry) as entries`.execute(db)
    const unbalanced = await sql<{ txn_id: string }>`
      select t.id as txn_id from ledger_txn t left join ledger_entry e on e.txn_id = t.id
      group by t.id, e.currency_code having coalesce(sum(e.amount), 0) <> 0 or count(e.id) < 2 limit 100`.execute(db)
    const wrong = await sql<{ account_code: string; kept: number; summed: number }>`
      select a.code as account_code, a.balance_amount as kept, coalesce(sum(e.amount), 0)::bigint as summed
      from ledger_account a left join ledger_entry e on e.account_id = a.id
      where a.keeps_balance group by a.id having a.balance_amount <> coalesce(sum(e.amount), 0) limit 100`.execute(db)
    const sums = await sql<{ currency: string; amount: number }>`
      select currency_code as currency, sum(amount)::bigint as amount from ledger_entry group by 1 order by 1`.execute(db)
    const totals = sums.rows.map((row) => ({ amount: Number(row.amount), currency: row.currency }))
    return {
      balanced: unbalanced.rows.length === 0 && wrong.rows.length === 0 && totals.every((total) => total.amount === 0),
      transactions: Number(counts.rows[0]!.transactions),
      entries: Number(counts.rows[0]!.entries),
      unbalanced_transactions: unbalanced.rows.map((row) => row.txn_id),
      wrong_balances: wrong.rows.map((row) => ({
        account_code: row.account_code,
        kept_amount: Number(row.kept),
        summed_amount: Number(row.summed),
      })),
      sums: totals,
    }
  }
}
