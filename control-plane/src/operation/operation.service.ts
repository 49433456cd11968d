import { DomainError, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { definitionOf } from '../operations/definitions.ts'
import { writeStatus } from '../operations/journal.ts'
import { requireNoOther, startOperation } from '../operations/start.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { Operation, OperationEvent, OperationKind, OperationStatus } from './operation.contract.ts'
import { forceable, isActive, type OperationWithSteps, viewEvent, viewOperation, withSteps } from './operation.view.ts'

export interface OperationFilter {
  status?: OperationStatus | undefined
  kind?: OperationKind | undefined
  tenant_id?: string | undefined
  active?: boolean | undefined
  limit: number
  offset: number
}

/** Starting, watching and steering durable operations; the work itself is in `operations/`. */
@Injectable()
export class OperationService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
  ) {}

  /**
   * Queues an operation in `tx`, with its audit row.
   * @param requestedBy who asked for it, when that is not who is asking now (a second person agreed)
   * @returns the operation as the outside sees it
   */
  async start(
    tx: Tx,
    ctx: RequestContext,
    kind: OperationKind,
    tenantId: string,
    parameters: unknown,
    requestedBy?: string,
  ): Promise<Operation> {
    const now = this.clock.now()
    const requested = auditOf(ctx)
    const id = await startOperation(
      tx,
      this.sealing,
      { kind, tenantId, parameters, requestedBy: requestedBy ?? requested.actor, correlationId: ctx.correlationId },
      now,
    )
    await audit(tx, { ...requested, at: now, action: `operation.start`, tenantId, resource: { type: 'operation', id }, changes: { kind } })
    return this.view(tx, id)
  }

  async list(ctx: RequestContext, filter: OperationFilter): Promise<Page<Operation>> {
    const where = {
      ...tenantScope(this.abilities.of(ctx.actor), 'read', 'operation', 'tenant_id'),
      ...(filter.status
        ? { status: filter.status }
        : filter.active === true
          ? { status: { in: ['queued', 'running', 'waiting', 'undoing'] } }
          : {}),
      ...(filter.kind ? { kind: filter.kind } : {}),
    }
    const scoped = filter.tenant_id ? { AND: [where, { tenant_id: filter.tenant_id }] } : where
    const [rows, total] = await Promise.all([
      this.registry.db.operation.findMany({
        where: scoped,
        orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
        take: filter.limit,
        skip: filter.offset,
        include: withSteps,
      }),
      this.registry.db.operation.count({ where: scoped }),
    ])
    return { items: await this.#views(this.registry.db, rows), total }
  }

  async read(ctx: RequestContext, id: string): Promise<Operation> {
    return this.#view(this.registry.db, await this.#visible(ctx, id))
  }

  /** As it stands in this transaction; who may see it has been checked. */
  async view(tx: Tx, id: string): Promise<Operation> {
    return this.#view(tx, await this.#load(tx, id))
  }

  /** The journal after `after`, then live; ends when the operation has ended. */
  async *events(ctx: RequestContext, id: string, after: number): AsyncGenerator<OperationEvent> {
    await this.#visible(ctx, id)
    const news = this.signals.subscribe(`operation:${id}`)
    let seen = BigInt(after)
    let ended = false
    try {
      while (!ctx.signal.aborted) {
        const events = await this.registry.db.operation_event.findMany({
          where: { operation_id: id, sequence: { gt: seen } },
          orderBy: { sequence: 'asc' },
          take: 200,
        })
        const operation = await this.#view(this.registry.db, await this.#load(this.registry.db, id))
        for (const event of events) {
          seen = event.sequence
          yield viewEvent(event, operation)
        }
        if (events.length > 0) continue
        // Its last event may have been written between the two reads: look once more after it has ended.
        if (ended) return
        ended = !isActive(operation.status)
        if (!ended) await news.next(5_000, ctx.signal)
      }
    } finally {
      news.close()
    }
  }

  /** @throws DomainError operation_past_pivot | invalid_transition */
  async cancel(ctx: RequestContext, id: string): Promise<Operation> {
    return this.#steer(ctx, id, 'cancel', async (tx, row, now) => {
      if (!isActive(row.status)) throw refused(row, 'cancelled')
      if (row.status === 'undoing' || row.cancel_requested) return
      const { count } = await tx.operation.updateMany({
        where: { id, past_pivot: false },
        data: { cancel_requested: true, wait_until: null },
      })
      if (count === 1) return void (await writeStatus(tx, id, { status: row.status as OperationStatus, message: 'cancel requested' }, now))
      const pivot = row.steps.find((step) => step.pivot)?.name
      throw new DomainError('operation_past_pivot', {
        message: `${row.kind} is past ${pivot}: it can only go forward. Let it finish, then ask for the opposite operation`,
        details: { pivot },
      })
    })
  }

  /** @throws DomainError invalid_transition */
  async resume(ctx: RequestContext, id: string): Promise<Operation> {
    return this.#steer(ctx, id, 'resume', async (tx, row, now) => {
      if (!row.wait_until || !isActive(row.status)) throw refused(row, 'resumed')
      const status = row.status === 'waiting' ? 'running' : (row.status as OperationStatus)
      await writeStatus(tx, id, { status, message: 'resumed by hand' }, now)
    })
  }

  /** Runs a failed or cancelled operation again from its first step. @throws DomainError invalid_transition | operation_in_progress */
  async retry(ctx: RequestContext, id: string): Promise<Operation> {
    return this.#steer(ctx, id, 'retry', async (tx, row, now) => {
      if (row.status !== 'failed' && row.status !== 'cancelled') throw refused(row, 'retried')
      const definition = definitionOf(row.kind)
      await requireNoOther(tx, row.tenant_id)
      await requireFreshApproval(tx, row, now)
      await definition.begin({ tx, tenantId: row.tenant_id, parameters: row.parameters, sealing: this.sealing, now })
      await tx.operation_step.updateMany({
        where: { operation_id: id },
        data: { status: 'pending', attempts: 0, message: null, started_at: null, finished_at: null },
      })
      const deadline = new Date(now.getTime() + definition.deadline * 1000)
      await tx.operation.update({
        where: { id },
        data: { cancel_requested: false, past_pivot: false, forced_steps: [], finished_at: null, started_at: null, deadline_at: deadline },
      })
      await tx.$executeRaw`UPDATE operation SET failure = NULL WHERE id = ${id}`
      await writeStatus(tx, id, { status: 'queued', message: 'retried by hand' }, now)
    })
  }

  /** Skips the check the operation is waiting for. @throws DomainError invalid_transition | validation_failed */
  async force(ctx: RequestContext, id: string, step: string, reason: string): Promise<Operation> {
    return this.#steer(
      ctx,
      id,
      'force',
      async (tx, row, now) => {
        if (row.status !== 'waiting') throw refused(row, 'forced')
        if (forceable(row) !== step) {
          throw new DomainError('validation_failed', {
            field: 'step',
            message: `${step} is not a check that ${row.kind} is waiting for`,
            details: { forceable: forceable(row) },
          })
        }
        await tx.operation.update({ where: { id }, data: { forced_steps: { push: step } } })
        await writeStatus(tx, id, { status: 'running', message: `${step} is skipped by force: ${reason}` }, now)
      },
      { step, reason },
    )
  }

  async #steer(
    ctx: RequestContext,
    id: string,
    verb: string,
    change: (tx: Tx, row: OperationWithSteps, now: Date) => Promise<void>,
    more: { step?: string; reason?: string } = {},
  ): Promise<Operation> {
    await this.#visible(ctx, id)
    return this.registry.within(ctx, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM operation WHERE id = ${id} FOR UPDATE`
      const row = await this.#load(tx, id)
      const now = this.clock.now()
      await change(tx, row, now)
      const changes = { kind: row.kind, status: row.status, ...(more.step ? { step: more.step } : {}) }
      await audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: `operation.${verb}`,
        tenantId: row.tenant_id,
        resource: { type: 'operation', id },
        reason: more.reason ?? null,
        changes,
      })
      await Signals.announce(tx, 'work')
      return this.#view(tx, await this.#load(tx, id))
    })
  }

  /** @throws DomainError not_found also for an operation of a tenant the caller may not see */
  async #visible(ctx: RequestContext, id: string): Promise<OperationWithSteps> {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'operation', 'tenant_id')
    const row = await this.registry.db.operation.findFirst({ where: { AND: [{ id }, scope] }, include: withSteps })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #view(db: Tx | Registry['db'], row: OperationWithSteps): Promise<Operation> {
    const [view] = await this.#views(db, [row])
    return view!
  }

  async #views(db: Tx | Registry['db'], rows: OperationWithSteps[]): Promise<Operation[]> {
    const names = await this.staff.names(
      db,
      rows.map((row) => row.requested_by),
    )
    const now = this.clock.now()
    return rows.map((row) => viewOperation(row, now, names.get(row.requested_by)))
  }

  #load(db: Tx | Registry['db'], id: string): Promise<OperationWithSteps> {
    return db.operation.findUniqueOrThrow({ where: { id }, include: withSteps })
  }
}

function refused(row: OperationWithSteps, verb: string): DomainError {
  return new DomainError('invalid_transition', {
    message: `an operation that is ${row.status} cannot be ${verb}`,
    details: { status: row.status },
  })
}

/** What a second person agreed to may be tried again while they could still have decided; after that they are asked anew. @throws DomainError approval_required */
async function requireFreshApproval(tx: Tx, row: OperationWithSteps, now: Date): Promise<void> {
  const agreed = await tx.approval.findFirst({ where: { tenant_id: row.tenant_id, operation_id: row.id } })
  if (!agreed || agreed.expires_at > now) return
  throw new DomainError('approval_required', {
    message: `a second person agreed to this until ${agreed.expires_at.toISOString()}: ask for it anew instead of retrying`,
    details: { approval_id: agreed.id },
  })
}
