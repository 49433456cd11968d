import type { Tx } from '../registry/registry.ts'

export type InvoiceKind = 'invoice' | 'credit_note'

const prefix: Record<InvoiceKind, string> = { invoice: 'INV', credit_note: 'CN' }

/**
 * The next number of a year's series. Its row stays locked until the transaction ends, so that numbers follow the order
 * of commits and one that is rolled back is taken by the next: no gap, no double.
 */
export async function takeNumber(tx: Tx, kind: InvoiceKind, at: Date): Promise<{ year: number; sequence: number; number: string }> {
  const year = at.getUTCFullYear()
  const [row] = await tx.$queryRaw<{ last: number }[]>`
    INSERT INTO invoice_series (kind, year, last) VALUES (${kind}, ${year}, 1)
    ON CONFLICT (kind, year) DO UPDATE SET last = invoice_series.last + 1 RETURNING last`
  const sequence = row!.last
  return { year, sequence, number: `${prefix[kind]}-${year}-${String(sequence).padStart(6, '0')}` }
}
