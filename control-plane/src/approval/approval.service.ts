import { DomainError, type Grant, type Page } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import type { Operation } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { type Db, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { Approval, ApprovalKind, ApprovalStatus } from './approval.contract.ts'
import { type ApprovalRow, Approvals, type Decider } from './approvals.ts'

export interface ApprovalFilter {
  status?: ApprovalStatus | undefined
  kind?: ApprovalKind | undefined
  tenant_id?: string | undefined
  limit: number
  offset: number
}

/** Reading and deciding requests for a second person. */
@Injectable()
export class ApprovalService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
    private readonly operations: OperationService,
    private readonly approvals: Approvals,
  ) {}

  async list(ctx: RequestContext, filter: ApprovalFilter): Promise<Page<Approval>> {
    const now = this.clock.now()
    const status =
      filter.status === 'pending'
        ? { status: 'pending', expires_at: { gt: now } }
        : filter.status === 'expired'
          ? { OR: [{ status: 'expired' }, { status: 'pending', expires_at: { lte: now } }] }
          : filter.status
            ? { status: filter.status }
            : {}
    const where = {
      AND: [
        this.#scope(ctx),
        status,
        ...(filter.kind ? [{ kind: filter.kind }] : []),
        ...(filter.tenant_id ? [{ tenant_id: filter.tenant_id }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.approval.findMany({
        where,
        orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
        take: filter.limit,
        skip: filter.offset,
      }),
      this.registry.db.approval.count({ where }),
    ])
    return { items: await this.#views(this.registry.db, ctx, rows), total }
  }

  async read(ctx: RequestContext, id: string): Promise<Approval> {
    return this.view(this.registry.db, ctx, await this.#visible(ctx, id))
  }

  /**
   * Agrees, and starts what was asked for in the same transaction: of several who agree at once, one does.
   * @throws DomainError second_approver_required | forbidden | invalid_transition, or why it cannot start (then it stays open)
   */
  async approve(ctx: RequestContext, id: string, reason: string | undefined): Promise<{ approval: Approval; operation: Operation | null }> {
    await this.#visible(ctx, id)
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#decidable(tx, ctx, id)
      // The rows of the tenant are locked before those of the audit trail, as everywhere.
      const operationId = await this.approvals.definitionOf(row).approved(tx, row, ctx)
      await this.approvals.end(tx, row, { status: 'approved', actor: actorId(ctx.actor) ?? '', reason: reason ?? null, ctx })
      const decided = await tx.approval.update({ where: { id }, data: { operation_id: operationId } })
      return {
        approval: await this.view(tx, ctx, decided),
        operation: operationId ? await this.operations.view(tx, operationId) : null,
      }
    })
  }

  /** @throws DomainError second_approver_required | forbidden | invalid_transition */
  async reject(ctx: RequestContext, id: string, reason: string): Promise<Approval> {
    await this.#visible(ctx, id)
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#decidable(tx, ctx, id)
      await this.approvals.end(tx, row, { status: 'rejected', actor: actorId(ctx.actor) ?? '', reason, ctx })
      return this.view(tx, ctx, await tx.approval.findUniqueOrThrow({ where: { id } }))
    })
  }

  /** @throws DomainError forbidden for anybody but who asked */
  async withdraw(ctx: RequestContext, id: string): Promise<Approval> {
    await this.#visible(ctx, id)
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#open(tx, id)
      if (row.requested_by !== actorId(ctx.actor))
        throw new DomainError('forbidden', { message: 'only the person who asked may withdraw this; reject it instead' })
      await this.approvals.end(tx, row, { status: 'withdrawn', actor: row.requested_by, ctx })
      return this.view(tx, ctx, await tx.approval.findUniqueOrThrow({ where: { id } }))
    })
  }

  /** One request as the caller sees it, with advice when nobody else could decide it. */
  async view(db: Db, ctx: RequestContext, row: ApprovalRow): Promise<Approval> {
    const [view] = await this.#views(db, ctx, [row])
    if (view!.status !== 'pending') return view!
    return { ...view!, advice: (await this.#hasDecider(db, row)) ? null : adviceFor(row) }
  }

  async #decidable(tx: Tx, ctx: RequestContext, id: string): Promise<ApprovalRow> {
    const row = await this.#open(tx, id)
    if (row.requested_by === actorId(ctx.actor)) {
      throw new DomainError('second_approver_required', {
        message:
          `you asked for this yourself: somebody else has to decide. ${(await this.#hasDecider(tx, row)) ? '' : adviceFor(row)}`.trim(),
      })
    }
    if (!this.#mayDecide(deciderOf(ctx), row)) throw new DomainError('forbidden', { message: `you may not decide ${row.kind}` })
    return row
  }

  /** The row, locked, while it can still be decided. @throws DomainError invalid_transition */
  async #open(tx: Tx, id: string): Promise<ApprovalRow> {
    await tx.$queryRaw`SELECT 1 FROM approval WHERE id = ${id} FOR UPDATE`
    const row = await tx.approval.findUniqueOrThrow({ where: { id } })
    const status = statusOf(row, this.clock.now())
    if (status === 'pending') return row
    throw new DomainError('invalid_transition', {
      message: `this request is ${status} already: ask anew if it is still wanted`,
      details: { status },
    })
  }

  #mayDecide(decider: Decider | null, row: ApprovalRow): boolean {
    return decider !== null && decider.sub !== row.requested_by && this.approvals.definitionOf(row).mayDecide(decider, row)
  }

  /** Whether anybody but the requester could decide; grants of a handful of staff, so only asked about one request. */
  async #hasDecider(db: Db, row: ApprovalRow): Promise<boolean> {
    const people = await db.staff_user.findMany({
      where: {
        status: 'active',
        id: { not: row.requested_by },
        grants: { some: { OR: [{ tenant_id: null }, ...(row.tenant_id ? [{ tenant_id: row.tenant_id }] : [])] } },
      },
      include: { grants: true },
    })
    return people.some((person) => this.#mayDecide({ sub: person.id, grants: this.staff.grantsOf(person) }, row))
  }

  async #views(db: Db, ctx: RequestContext, rows: readonly ApprovalRow[]): Promise<Approval[]> {
    const now = this.clock.now()
    const people = rows.flatMap((row) => [row.requested_by, ...(row.decided_by ? [row.decided_by] : [])])
    const names = await this.staff.names(db, people)
    const slugs = new Map(
      (
        await db.tenant.findMany({
          where: { id: { in: rows.flatMap((row) => (row.tenant_id ? [row.tenant_id] : [])) } },
          select: { id: true, slug: true },
        })
      ).map((tenant) => [tenant.id, tenant.slug]),
    )
    return rows.map((row): Approval => {
      const status = statusOf(row, now)
      const actions: Approval['actions'] = []
      if (status === 'pending' && this.#mayDecide(deciderOf(ctx), row)) actions.push('approve', 'reject')
      if (status === 'pending' && row.requested_by === actorId(ctx.actor)) actions.push('withdraw')
      return {
        id: row.id,
        kind: row.kind as ApprovalKind,
        status,
        tenant_id: row.tenant_id,
        tenant_slug: slugs.get(row.tenant_id ?? '') ?? null,
        details: row.details as Approval['details'],
        reason: row.reason,
        requested_by: names.get(row.requested_by) ?? row.requested_by,
        requested_by_id: row.requested_by,
        decided_by: row.decided_by ? (names.get(row.decided_by) ?? row.decided_by) : null,
        decided_by_id: row.decided_by,
        decision_reason: row.decision_reason,
        decided_at: row.decided_at?.toISOString() ?? null,
        expires_at: row.expires_at.toISOString(),
        operation_id: row.operation_id,
        created_at: row.created_at.toISOString(),
        actions,
        advice: null,
      }
    })
  }

  /** What the caller may see: requests about tenants they may see, and their own. */
  #scope(ctx: RequestContext) {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'approval', 'tenant_id')
    return Object.keys(scope).length === 0 ? {} : { OR: [scope, { requested_by: actorId(ctx.actor) ?? '' }] }
  }

  /** @throws DomainError not_found also for what the caller may not see */
  async #visible(ctx: RequestContext, id: string): Promise<ApprovalRow> {
    const row = await this.registry.db.approval.findFirst({ where: { AND: [{ id }, this.#scope(ctx)] } })
    if (!row) throw new DomainError('not_found', { message: `there is no request "${id.slice(0, 60)}"` })
    return row
  }
}

/** A request past its time counts as expired, also before the row says so. */
function statusOf(row: ApprovalRow, now: Date): ApprovalStatus {
  return row.status === 'pending' && row.expires_at <= now ? 'expired' : (row.status as ApprovalStatus)
}

function deciderOf(ctx: RequestContext): Decider | null {
  return ctx.actor.kind === 'staff' ? { sub: ctx.actor.sub, grants: ctx.actor.grants as Grant[] } : null
}

function adviceFor(row: ApprovalRow): string {
  return row.kind === 'support-access'
    ? 'This tenant has no admin who could decide: send its owner a new invitation.'
    : 'Nobody else here may decide it yet: invite a second operator with ./cityos operator invite EMAIL --role super-admin; once signed in with ./cityos login --profile NAME they approve with ./cityos approval approve ID --profile NAME.'
}
