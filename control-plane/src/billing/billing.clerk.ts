import { Inject, Injectable } from '@nestjs/common'
import type { billing_due } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { type DueKind, dunningDays } from './billing.due.ts'
import { type Notices, noticeInvoice, noticeTrial } from './billing.notice.ts'
import { wakeStanding } from './billing.wake.ts'
import { lockInvoice } from './invoice.settle.ts'
import { reconcileStanding } from './standing.ts'
import { renew } from './subscription.renew.ts'

/** Milliseconds between two looks when nobody says that there is something. */
const every = 15_000
/** Milliseconds after which a standing that is not there yet is looked at again. */
const lookAgain = 2_000
/** Milliseconds by which a row that failed is put off, so that it does not hold up the others. */
const putOff = 60_000

/**
 * Does what is due: renewals, ends of trials, reminders, standings. Every row is done once, in one transaction with its
 * effect; late, repeated, missed or parallel runs come to the same. Nothing is counted by ticks.
 */
@Injectable()
export class BillingClerk {
  readonly #notices: Notices
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly sealing: Sealing,
    private readonly signals: Signals,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#notices = { sealing, settings }
  }

  start(): void {
    this.#loop ??= this.#turn()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #turn(): Promise<void> {
    const news = this.signals.subscribe('billing')
    while (!this.#stop.signal.aborted) {
      const pause = await this.run().then(
        async () => Math.min(every, Math.max(50, await this.#untilNext())),
        (error: unknown) => {
          this.settings.log.error({ error }, 'billing cannot reach the registry; trying again')
          return 1_000
        },
      )
      await news.next(pause, this.#stop.signal)
    }
    news.close()
  }

  async #untilNext(): Promise<number> {
    const next = await this.registry.db.billing_due.findFirst({ where: { done_at: null }, orderBy: { due_at: 'asc' } })
    return next ? next.due_at.getTime() - this.clock.now().getTime() : every
  }

  /** Does everything that is due now. @returns how many rows were done */
  async run(): Promise<number> {
    let done = 0
    for (;;) {
      const rows = await this.registry.db.billing_due.findMany({
        where: { done_at: null, due_at: { lte: this.clock.now() } },
        orderBy: { due_at: 'asc' },
        take: 100,
      })
      let progress = 0
      for (const row of rows) {
        if (this.#stop.signal.aborted) return done
        progress += await this.#attempt(row)
      }
      done += progress
      if (rows.length < 100 && progress === 0) return done
    }
  }

  async #attempt(row: billing_due): Promise<number> {
    const key = { kind_ref: { kind: row.kind, ref: row.ref } }
    try {
      return await this.registry.transaction(async (tx) => {
        const taken = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM billing_due WHERE kind = ${row.kind} AND ref = ${row.ref} AND done_at IS NULL AND due_at <= ${this.clock.now()}
          FOR UPDATE SKIP LOCKED`
        if (taken.length === 0) return 0
        const outcome = await this.#perform(tx, row)
        const now = this.clock.now()
        const data = outcome === null ? { due_at: new Date(now.getTime() + lookAgain) } : { done_at: now, outcome }
        await tx.billing_due.update({ where: key, data })
        return outcome === null ? 0 : 1
      })
    } catch (error) {
      this.settings.log.error({ error, kind: row.kind, ref: row.ref, tenant_id: row.tenant_id }, 'a due row of billing failed; put off')
      await this.registry.db.billing_due.updateMany({
        where: { kind: row.kind, ref: row.ref, done_at: null },
        data: { due_at: new Date(this.clock.now().getTime() + putOff) },
      })
      return 0
    }
  }

  /** @returns what came of it; null: not yet */
  async #perform(tx: Tx, row: billing_due): Promise<string | null> {
    const now = this.clock.now()
    const [subject, number] = row.ref.split(':') as [string, string]
    switch (row.kind as DueKind) {
      case 'renewal':
      case 'trial-end':
        return this.#renew(tx, subject, Number(number), now)
      case 'trial-notice':
        return this.#trialNotice(tx, subject, Number(number), now)
      case 'dunning':
        return this.#remind(tx, subject, Number(number), now)
      case 'standing': {
        const look = await reconcileStanding(tx, this.sealing, row.tenant_id, now)
        return look === 'settled' ? look : null
      }
      case 'change':
        return 'applied'
    }
  }

  async #renew(tx: Tx, tenantId: string, no: number, now: Date): Promise<string> {
    const outcome = await renew(tx, tenantId, no, now)
    if (outcome !== 'invoiced') return outcome
    const issued = await tx.invoice.findMany({
      where: { tenant_id: tenantId, status: 'open', cause: { in: await causes(tx, tenantId, no) } },
    })
    for (const invoice of issued) await noticeInvoice(tx, this.#notices, invoice, 'invoice-issued', now)
    return outcome
  }

  async #trialNotice(tx: Tx, tenantId: string, days: number, now: Date): Promise<string> {
    const held = await tx.subscription.findUnique({ where: { tenant_id: tenantId } })
    if (!held?.trial_ends_at || held.ended_at) return 'no trial'
    // Found late, a notice that another has overtaken says nothing true any more.
    const left = (held.trial_ends_at.getTime() - now.getTime()) / 86_400_000
    if (days > 0 && left < 1 && days > 1) return 'overtaken'
    await noticeTrial(tx, this.#notices, tenantId, held.trial_ends_at, Math.max(0, days), now)
    return 'told'
  }

  /** One reminder per look: of several that have come due, the last one speaks for all. */
  async #remind(tx: Tx, invoiceId: string, days: number, now: Date): Promise<string> {
    const row = await lockInvoice(tx, invoiceId)
    if (row.status !== 'open') return row.status
    await wakeStanding(tx, row.tenant_id, now)
    const later = await tx.billing_due.findFirst({
      where: {
        kind: 'dunning',
        ref: { in: dunningDays.filter((day) => day > days).map((day) => `${invoiceId}:${day}`) },
        due_at: { lte: now },
        done_at: null,
      },
      select: { ref: true },
    })
    if (later) return 'overtaken'
    await noticeInvoice(tx, this.#notices, row, days === dunningDays.at(-1) ? 'invoice-last-reminder' : 'invoice-reminder', now)
    return 'reminded'
  }
}

async function causes(tx: Tx, tenantId: string, no: number): Promise<string[]> {
  const items = await tx.subscription_item.findMany({ where: { tenant_id: tenantId, ended_at: null } })
  return items.map((item) => `period:${item.kind === 'plan' ? 'plan' : item.code}:${no}`)
}
