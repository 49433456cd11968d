import { DomainError } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { stripe_job } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { OperationEngine } from '../operations/engine.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { StripeGateway } from './stripe.gateway.ts'
import type { StripeJob } from './stripe.jobs.ts'
import { mirrorInvoice, mirrorSubscription } from './stripe.mirror.ts'
import { cancel, eraseAtProvider, meter, move, type Outbound, subscribe } from './stripe.outbound.ts'

/** Milliseconds between two looks when nobody says that there is something. */
const every = 15_000
/** Milliseconds until this process looks again whether it is the one that works. */
const standby = 500
/** Attempts until a job counts as failed: some four days with the waits between them. */
const attempts = 20

/** Works off the outbox to the payment provider, in order, each job in one transaction with its effect; in one process at a time. */
@Injectable()
export class StripeWorker {
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(
    private readonly registry: Registry,
    private readonly gateway: StripeGateway,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly signals: Signals,
    private readonly engine: OperationEngine,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  start(): void {
    if (this.gateway.configured) this.#loop ??= this.#turn()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #turn(): Promise<void> {
    const news = this.signals.subscribe('stripe')
    // Connected is said only after a real call; what is queued waits for it no longer than the breaker says.
    await this.gateway
      .call((client) => client.balance.retrieve())
      .catch((error: unknown) => this.settings.log.warn({ error }, 'the payment provider does not answer yet'))
    while (!this.#stop.signal.aborted) {
      if (!this.engine.holdsLease) {
        await news.next(standby, this.#stop.signal)
        continue
      }
      await this.run().catch((error: unknown) => this.settings.log.error({ error }, 'the outbox to the payment provider stands still'))
      const next = await this.registry.db.stripe_job
        .findFirst({ where: { done_at: null, failed_at: null }, orderBy: { next_at: 'asc' }, select: { next_at: true } })
        .catch(() => null)
      const pause = next ? next.next_at.getTime() - this.clock.now().getTime() : every
      await news.next(Math.min(every, Math.max(100, pause)), this.#stop.signal)
    }
    news.close()
  }

  /** Does what is due. @returns how many jobs were done */
  async run(): Promise<number> {
    let done = 0
    for (;;) {
      const rows = await this.registry.db.stripe_job.findMany({
        where: { done_at: null, failed_at: null, next_at: { lte: this.clock.now() } },
        orderBy: [{ next_at: 'asc' }, { id: 'asc' }],
        take: 50,
      })
      let progress = 0
      for (const row of rows) {
        if (this.#stop.signal.aborted || this.gateway.breaker === 'open') return done
        progress += await this.#attempt(row)
      }
      done += progress
      if (progress === 0) return done
    }
  }

  async #attempt(row: stripe_job): Promise<number> {
    try {
      return await this.registry.transaction(async (tx) => {
        const taken = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM stripe_job WHERE id = ${row.id} AND done_at IS NULL FOR UPDATE SKIP LOCKED`
        if (taken.length === 0) return 0
        const now = this.clock.now()
        const mode = this.gateway.settings?.mode ?? 'test'
        await perform({ tx, gateway: this.gateway, sealing: this.sealing, mode, now }, row)
        await tx.stripe_job.update({ where: { id: row.id }, data: { done_at: now, attempts: { increment: 1 }, error: null } })
        return 1
      })
    } catch (error) {
      await this.#putOff(row, error)
      return 0
    }
  }

  /** Doubling waits up to six hours; a job the provider refuses for good is kept for a person to look at. */
  async #putOff(row: stripe_job, error: unknown): Promise<void> {
    const now = this.clock.now()
    const isDown = error instanceof DomainError && error.code === 'dependency_unavailable'
    const tries = row.attempts + 1
    const wait = Math.min(2 ** tries * 1_000, 6 * 3_600_000)
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 500)
    this.settings.log.warn(
      { job: row.kind, tenant_id: row.tenant_id, attempts: tries, reason: message },
      'the payment provider was not told yet',
    )
    const isLost = !isDown && tries >= attempts
    await this.registry.db.stripe_job.updateMany({
      where: { id: row.id, done_at: null },
      data: { attempts: tries, error: message, next_at: new Date(now.getTime() + wait), ...(isLost ? { failed_at: now } : {}) },
    })
  }
}

async function perform(out: Outbound, row: stripe_job): Promise<string> {
  const job = { kind: row.kind, ...(row.payload as object) } as StripeJob
  const tenantId = row.tenant_id ?? ''
  switch (job.kind) {
    case 'subscribe':
      return subscribe(out, tenantId, job.item_id)
    case 'move':
      return move(out, tenantId, job.from_item_id, job.item_id, job.at)
    case 'cancel':
      return cancel(out, job.item_id)
    case 'read-subscription':
      return mirrorSubscription(out, job.subscription_id)
    case 'read-invoice':
      return mirrorInvoice(out, job.invoice_id)
    case 'meter':
      return meter(out, tenantId, job)
    case 'erase':
      return eraseAtProvider(out, tenantId)
  }
}
