import { randomBytes } from 'node:crypto'
import type { Tx } from '../../../platform/db/index.ts'
import { giveQuotas } from './stock.ts'
import { afterRelease } from './ticket-rows.ts'

const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A code nobody guesses and anybody can type: twelve letters, about 58 bits. */
export function newVoucherCode(): string {
  const letters = Array.from(randomBytes(12), (byte) => alphabet[byte % alphabet.length]!).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
}

/**
 * Ends a voucher (K4 active → expired | withdrawn): units it kept and nobody used are free again, exactly once. Units of
 * carts that used it are freed when those let go.
 * @returns false when it had ended before
 */
export async function endVoucher(tx: Tx, id: string, to: 'expired' | 'withdrawn', now: Date): Promise<boolean> {
  const row = await tx
    .updateTable('event_voucher')
    .set((eb) => ({ status: to, updated_at: now, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('status', '=', 'active')
    .returning(['event_id', 'ticket_type_id', 'event_date_id', 'blocks_quota', 'max_usages', 'redeemed'])
    .executeTakeFirst()
  if (!row) return false
  const kept = row.blocks_quota ? row.max_usages - row.redeemed : 0
  if (kept === 0) return true
  const reopened = await giveQuotas(tx, [{ typeId: row.ticket_type_id!, dateId: row.event_date_id!, quantity: kept }])
  await afterRelease(tx, [row.event_id], reopened, now)
  return true
}
