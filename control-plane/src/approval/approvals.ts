import { DomainError, type Grant, newId } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { approval } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { abilityFor, tenantsOf } from '../staff/ability.ts'
import type { Approval, ApprovalKind } from './approval.contract.ts'

export type ApprovalRow = approval

/** Somebody who might decide: id and grants, whether they are asking now or only thought of. */
export interface Decider {
  sub: string
  grants: readonly Grant[]
}

/** One thing that needs a second person; its noun registers it (`Approvals.register`). */
export interface ApprovalDefinition {
  kind: ApprovalKind
  /** Whether this person may decide; that the requester never may is checked besides. */
  mayDecide(decider: Decider, row: ApprovalRow): boolean
  /** Does what was agreed, in the transaction of the decision. @returns id of the operation it started, or null. @throws DomainError and nothing is decided */
  approved(tx: Tx, row: ApprovalRow, ctx: RequestContext): Promise<string | null>
  /** In the transaction in which it ended without being approved. */
  ended?(tx: Tx, row: ApprovalRow, status: 'rejected' | 'expired' | 'withdrawn'): Promise<void>
}

export interface ApprovalRequest {
  kind: ApprovalKind
  tenantId: string | null
  /** What `approved` needs; never shown. */
  parameters: unknown
  /** Shown to the second person; no personal data. */
  details: Approval['details']
  reason: string
  /** One request at a time is open under this name; `<kind>:<tenant>` unless told otherwise. */
  subject?: string
}

/** What the platform's own people decide: whoever may approve city-wide. */
export function decidesForPlatform(decider: Decider): boolean {
  return tenantsOf(abilityFor(decider.grants), 'approve', 'approval') === 'all'
}

/** Requests for a second person: made here, decided by `ApprovalService`. */
@Injectable()
export class Approvals {
  readonly #definitions = new Map<ApprovalKind, ApprovalDefinition>()

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly settings: PlatformSettings,
  ) {}

  /** Called once by each noun, in its constructor. */
  register(definition: ApprovalDefinition): void {
    this.#definitions.set(definition.kind, definition)
  }

  definitionOf(row: Pick<ApprovalRow, 'kind'>): ApprovalDefinition {
    const found = this.#definitions.get(row.kind as ApprovalKind)
    if (!found) throw new Error(`nothing here knows how to decide ${row.kind}`)
    return found
  }

  /**
   * Writes the request in the caller's transaction, with its audit row.
   * @throws DomainError already_exists when one is open about the same thing
   */
  async request(tx: Tx, ctx: RequestContext, asked: ApprovalRequest): Promise<ApprovalRow> {
    const now = this.clock.now()
    const requested = auditOf(ctx)
    const subject = asked.subject ?? `${asked.kind}:${asked.tenantId ?? 'platform'}`
    const open = await tx.approval.findFirst({ where: { subject, status: 'pending' } })
    if (open && open.expires_at > now) throw alreadyAsked(open)
    if (open) await this.end(tx, open, { status: 'expired', actor: 'system:approvals' })
    const row = await tx.approval
      .create({
        data: {
          id: newId('apr'),
          kind: asked.kind,
          tenant_id: asked.tenantId,
          subject,
          parameters: json(asked.parameters),
          details: json(asked.details),
          reason: asked.reason,
          requested_by: actorId(ctx.actor) ?? requested.actor,
          status: 'pending',
          expires_at: this.clock.in((await this.settings.get('approval_hours')) * 3600),
          created_at: now,
        },
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? alreadyAsked({ subject }) : error
      })
    await audit(tx, {
      ...requested,
      at: now,
      action: 'approval.request',
      tenantId: row.tenant_id,
      resource: { type: 'approval', id: row.id },
      reason: row.reason,
      changes: { kind: row.kind, ...asked.details },
    })
    return row
  }

  /** Ends a pending request once: the row's status has the last word. @returns false when somebody else was first */
  async end(
    tx: Tx,
    row: ApprovalRow,
    end: { status: 'approved' | 'rejected' | 'expired' | 'withdrawn'; actor: string; reason?: string | null; ctx?: RequestContext },
  ): Promise<boolean> {
    const now = this.clock.now()
    const decided = end.status === 'approved' || end.status === 'rejected'
    const { count } = await tx.approval.updateMany({
      where: { id: row.id, status: 'pending' },
      data: { status: end.status, decided_at: now, decision_reason: end.reason ?? null, ...(decided ? { decided_by: end.actor } : {}) },
    })
    if (count === 0) return false
    if (end.status !== 'approved') await this.#definitions.get(row.kind as ApprovalKind)?.ended?.(tx, row, end.status)
    await audit(tx, {
      ...(end.ctx ? auditOf(end.ctx) : { actor: end.actor }),
      at: now,
      action: `approval.${verbs[end.status]}`,
      tenantId: row.tenant_id,
      resource: { type: 'approval', id: row.id },
      reason: end.reason ?? null,
      changes: { kind: row.kind, requested_by: row.requested_by },
    })
    return true
  }

  /** Ends what nobody has decided in time; driven by the due date, a handful at a time. @returns how many */
  async expire(): Promise<number> {
    const due = await this.registry.db.approval.findMany({
      where: { status: 'pending', expires_at: { lte: this.clock.now() } },
      orderBy: { expires_at: 'asc' },
      take: 100,
    })
    for (const row of due) await this.registry.transaction((tx) => this.end(tx, row, { status: 'expired', actor: 'system:approvals' }))
    return due.length
  }
}

const verbs = { approved: 'approve', rejected: 'reject', expired: 'expire', withdrawn: 'withdraw' } as const

function alreadyAsked(open: { subject: string; id?: string; expires_at?: Date }): DomainError {
  const until = open.expires_at ? ` until ${open.expires_at.toISOString()}` : ''
  return new DomainError('already_exists', {
    message: `this has been asked for already and waits for a second person${until}: ./cityos approval list shows it; withdraw it to ask anew`,
    details: { ...(open.id ? { approval_id: open.id } : {}) },
  })
}
