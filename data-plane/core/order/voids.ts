import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { cancel, schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { PaymentProviders } from '../payment/providers.ts'

const timerKind = 'payment.void'

/** Authorised money that is not wanted any more: marked in the transaction of the cause, let go of at the provider afterwards. */
@Injectable()
export class Voids implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly providers: PaymentProviders,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(timerKind, (_ctx, timer) => this.carryOut(timer.ref))
  }

  /** Marks payments that have taken nothing (K4): pending or authorised → `status`. @returns ids that were marked */
  async mark(tx: Tx, paymentIds: readonly string[], status: 'voided' | 'failed' | 'expired'): Promise<string[]> {
    if (paymentIds.length === 0) return []
    const now = this.clock.now()
    const rows = await tx
      .updateTable('payment')
      .set((eb) => ({ status, voided_at: now, token: null, version: eb('version', '+', 1), updated_at: now }))
      .where('id', 'in', [...paymentIds])
      .where('status', 'in', ['pending', 'requires_action', 'authorized'])
      .returning(['id', 'provider'])
      .execute()
    for (const row of rows) {
      if (row.provider !== 'offline') await schedule(tx, { kind: timerKind, ref: row.id, dueAt: later(now, minutes(1)) })
    }
    return rows.map((row) => row.id)
  }

  /** The rest of a partly captured payment is not wanted any more: what was taken stays taken. */
  async closePartly(tx: Tx, paymentIds: readonly string[]): Promise<string[]> {
    if (paymentIds.length === 0) return []
    const now = this.clock.now()
    const rows = await tx
      .updateTable('payment')
      .set((eb) => ({ status: 'captured', version: eb('version', '+', 1), updated_at: now }))
      .where('id', 'in', [...paymentIds])
      .where('status', '=', 'partially_captured')
      .returning(['id', 'provider'])
      .execute()
    for (const row of rows) {
      if (row.provider !== 'offline') await schedule(tx, { kind: timerKind, ref: row.id, dueAt: later(now, minutes(1)) })
    }
    return rows.map((row) => row.id)
  }

  /** Tells the provider to let go; idempotent. */
  async carryOut(paymentId: string): Promise<void> {
    const payment = await this.database.read.selectFrom('payment').selectAll().where('id', '=', paymentId).executeTakeFirst()
    if (!payment) return
    const provider = this.providers.get(payment.provider)
    const reference = payment.provider_ref
    if (provider && reference) await provider.void({ reference, booked: payment.captured_amount, now: this.clock.now() })
    await this.database.transaction((tx) => cancel(tx, timerKind, paymentId))
  }

  /** Carries out voids now; what fails stays with its timer. */
  async carryOutAll(ctx: RequestContext, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.carryOut(id)
      } catch (error) {
        ctx.log.warn({ error, payment_id: id }, 'the void is tried again by its timer')
      }
    }
  }
}
