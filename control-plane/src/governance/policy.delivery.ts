import { Inject, Injectable } from '@nestjs/common'
import type { governance_change } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { OperationEngine } from '../operations/engine.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { changeDocument, readSecrets } from '../tenant/tenant.document.ts'
import { loadGovernance, placeOf } from './governance.store.ts'
import { activateDue } from './policy.lifecycle.ts'
import { chainOf, type Governance } from './policy.resolution.ts'

/** Milliseconds between two looks when nothing is announced. */
const idle = 5_000
/** Tenants between two notes of how far a delivery has come. */
const batch = 100
const active = ['queued', 'running', 'waiting', 'undoing']
const served = ['provisioning', 'trial', 'active', 'past_due', 'suspended']

/**
 * Carries changes of governance to tenants: policies come into force and run out on their day, and behind each change the
 * tenants it governs get their new documents, one small transaction each. A process that dies goes on where it was.
 */
@Injectable()
export class PolicyDelivery {
  #stop = new AbortController()
  #turn: Promise<void> = Promise.resolve()

  constructor(
    private readonly registry: Registry,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly sealing: Sealing,
    private readonly drivers: Drivers,
    private readonly engine: OperationEngine,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  start(): void {
    this.#stop = new AbortController()
    this.#turn = this.#run(this.#stop.signal)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#turn
  }

  async #run(signal: AbortSignal): Promise<void> {
    const news = this.signals.subscribe('governance')
    while (!signal.aborted) {
      try {
        if (this.engine.holdsLease) await this.deliver(signal)
      } catch (error) {
        this.settings.log.warn({ error }, 'a change of governance could not be delivered yet')
      }
      await news.next(this.engine.holdsLease ? idle : 500, signal)
    }
    news.close()
  }

  /** Everything that is due now. @returns how many documents were sent */
  async deliver(signal?: AbortSignal): Promise<number> {
    await this.registry.transaction((tx) => activateDue(tx, this.clock.now()))
    let sent = 0
    for (;;) {
      const change = await this.registry.db.governance_change.findFirst({ where: { done_at: null }, orderBy: { revision: 'asc' } })
      if (!change || signal?.aborted) return sent
      sent += await this.#deliverChange(change, signal)
    }
  }

  async #deliverChange(change: governance_change, signal: AbortSignal | undefined): Promise<number> {
    const governance = await loadGovernance(this.registry.db, this.clock.now())
    let reached = change.reached ?? ''
    let total = 0
    for (;;) {
      const tenants = await this.registry.db.tenant.findMany({
        where: {
          id: { gt: reached },
          deleted_at: null,
          status: { in: served },
          ...(change.tenant_id ? { AND: [{ id: change.tenant_id }] } : {}),
        },
        orderBy: { id: 'asc' },
        take: batch,
        include: { node: { select: { path: true } } },
      })
      let sent = 0
      for (const row of tenants) {
        if (signal?.aborted) return total
        reached = row.id
        if (!governs(governance, change, await placeOf(this.registry.db, row, row.node?.path ?? null))) continue
        await this.#sendOrTell(row.id, row.driver)
        sent += 1
      }
      total += sent
      const last = tenants.length < batch
      await this.registry.db.governance_change.update({
        where: { revision: change.revision },
        data: { reached, sent: { increment: sent }, ...(last ? { done_at: this.clock.now() } : {}) },
      })
      if (last) return total
    }
  }

  /** A driver that cannot be reached must not keep the others waiting: the stream is told, the driver hears with the next change. */
  async #sendOrTell(tenantId: string, driver: string): Promise<void> {
    try {
      await this.#send(tenantId, driver)
    } catch (error) {
      this.settings.log.warn({ error, tenant_id: tenantId }, 'the driver did not take the new document; only the stream has it')
      await this.registry.transaction((tx) => changeDocument(tx, tenantId, {}, this.clock.now()))
    }
  }

  /**
   * Up the version, down the stream, and to the driver, so that a sleeper wakes with it. While an operation of the tenant
   * is under way only the stream is told: the driver belongs to the operation.
   */
  async #send(tenantId: string, driver: string): Promise<void> {
    const fence = this.engine.lease.fence
    await this.registry.db.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR NO KEY UPDATE`
        const busy = await tx.operation.findFirst({ where: { tenant_id: tenantId, status: { in: active } }, select: { id: true } })
        const document = await changeDocument(tx, tenantId, {}, this.clock.now())
        if (busy || fence === null) return
        const secrets = await readSecrets(tx, this.sealing, tenantId)
        await this.drivers.get(driver).configure(document, secrets, { operationId: 'policy-delivery', number: Number(fence) })
      },
      { timeout: 30_000 },
    )
  }
}

/** Whether a change is about something the tenant lies under. */
function governs(governance: Governance, change: governance_change, place: Parameters<typeof chainOf>[1]): boolean {
  if (change.tenant_id) return place.tenant?.id === change.tenant_id
  if (change.node_id) return place.node_path?.includes(change.node_id.slice(change.node_id.indexOf('_') + 1)) ?? false
  return chainOf(governance, place).some((subject) => subject.id === change.authority_id)
}
