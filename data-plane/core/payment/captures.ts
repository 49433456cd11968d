import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { PaymentProviders } from './providers.ts'

/** Money to take from one payment; `part` names the taking within it. */
export interface CaptureToMake {
  payment: { id: string; provider: string; provider_ref: string | null; currency_code: string }
  division: { gross: number }
  part: string
  /** Not out of what was authorised: charged anew to the same method. */
  charge?: boolean
}

/** Name of a taking in the books: it is booked once. */
export const saleRef = (paymentId: string, part: string): string => `sale:${paymentId}:${part}`

const captureKey = (paymentId: string, part: string): string => `capture:${paymentId}:${part}`

/** Takes authorised money at the provider, outside any transaction, before the state that depends on it is written. */
@Injectable()
export class Captures {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly providers: PaymentProviders,
  ) {}

  /**
   * All of them or none: when one is refused, what was taken before goes back.
   * @throws DomainError payment_declined
   */
  async take(captures: readonly CaptureToMake[]): Promise<void> {
    const taken: CaptureToMake[] = []
    for (const capture of captures) {
      const { payment, division, part } = capture
      const provider = this.providers.get(payment.provider)
      if (!provider || division.gross === 0) continue
      const take = capture.charge ? provider.charge.bind(provider) : provider.capture.bind(provider)
      const result = await take({
        key: captureKey(payment.id, part),
        reference: payment.provider_ref ?? '',
        money: { amount: division.gross, currency: payment.currency_code },
        now: this.clock.now(),
      })
      if (result.outcome === 'declined') {
        await this.giveBack(taken)
        throw new DomainError('payment_declined', { details: { reason: result.reason } })
      }
      taken.push(capture)
    }
  }

  /**
   * Runs the transaction that books takings. When a rule refuses it (a lost race), the money goes back; after any other
   * failure the same call again finds it taken and books it.
   */
  async settled<T>(captures: readonly CaptureToMake[], book: () => Promise<T>): Promise<T> {
    try {
      return await book()
    } catch (error) {
      if (error instanceof DomainError) await this.giveBack(captures)
      throw error
    }
  }

  /** Gives back what the provider took and this house has not booked. */
  private async giveBack(captures: readonly CaptureToMake[]): Promise<void> {
    for (const { payment, part } of captures) {
      const provider = this.providers.get(payment.provider)
      const row = await this.database.read
        .selectFrom('payment')
        .select(['captured_amount', 'provider_ref'])
        .where('id', '=', payment.id)
        .executeTakeFirst()
      // booked by another run of the same taking: it stays
      const booked = await this.database.read
        .selectFrom('ledger_txn')
        .select('id')
        .where('idempotency_ref', '=', saleRef(payment.id, part))
        .executeTakeFirst()
      if (provider && row?.provider_ref && !booked) {
        await provider.reverse({
          captureKey: captureKey(payment.id, part),
          reference: row.provider_ref,
          booked: row.captured_amount,
          now: this.clock.now(),
        })
      }
    }
  }
}
