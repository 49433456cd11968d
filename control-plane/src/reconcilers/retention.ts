import { DomainError, newId } from '@cityos/contract'
import type { Clock } from '../clock.ts'
import { startOperation } from '../operations/start.ts'
import type { Registry, Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { closingDays } from '../tenant/tenant.contract.ts'

/** Days a tenant stays suspended before it begins to close (docs/spec/core.md, tenant). */
export const suspendedDays = 90
const day = 86_400

/**
 * What time alone does to a tenant: 90 days suspended → closing; the 30 days of closing over → deleted, with its
 * certificate. Level-triggered: takes an id, asks the clock, starts the operation that is due; a late or repeated call
 * changes no outcome.
 */
export class Retention {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {}

  /** Tenants whose time may have come: by an index over due dates, however many tenants there are. */
  async due(): Promise<string[]> {
    const now = this.clock.now()
    const rows = await this.registry.db.$queryRaw<{ id: string }[]>`
      (SELECT id FROM tenant WHERE status = 'closing' AND closing_until <= ${now} AND deleted_at IS NULL ORDER BY closing_until LIMIT 100)
      UNION ALL
      (SELECT t.id FROM tenant t WHERE t.status = 'suspended' AND t.deleted_at IS NULL AND t.created_at <= ${this.clock.in(-suspendedDays * day)}
        AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.tenant_id = t.id AND o.status = 'succeeded'
          AND o.kind IN ('tenant-suspend', 'tenant-reopen') AND o.finished_at > ${this.clock.in(-suspendedDays * day)})
        LIMIT 100)`
    return rows.map((row) => row.id)
  }

  /** @returns the operation it started, if one was due */
  async reconcile(tenantId: string): Promise<'tenant-close' | 'tenant-delete' | null> {
    const due = await this.#due(this.registry.db, tenantId)
    if (!due) return null
    try {
      return await this.registry.transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR UPDATE`
        const still = await this.#due(tx, tenantId)
        if (still?.kind !== due.kind) return null
        await startOperation(
          tx,
          this.sealing,
          { ...still, tenantId, requestedBy: 'system:retention', correlationId: `retention:${tenantId}` },
          this.clock.now(),
        )
        return still.kind
      })
    } catch (error) {
      // somebody's operation is under way: it may change what is due, so the next round asks again
      if (error instanceof DomainError && ['operation_in_progress', 'invalid_transition'].includes(error.code)) return null
      throw error
    }
  }

  async #due(db: Tx, tenantId: string): Promise<{ kind: 'tenant-close' | 'tenant-delete'; parameters: unknown } | null> {
    const tenant = await db.tenant.findUnique({ where: { id: tenantId } })
    if (!tenant || tenant.deleted_at) return null
    const now = this.clock.now()
    if (tenant.status === 'closing' && tenant.closing_until && tenant.closing_until <= now) {
      return { kind: 'tenant-delete', parameters: { status_before: 'closing' } }
    }
    if (tenant.status !== 'suspended') return null
    const since = await db.operation.findFirst({
      where: { tenant_id: tenantId, kind: { in: ['tenant-suspend', 'tenant-reopen'] }, status: 'succeeded' },
      orderBy: { finished_at: 'desc' },
      select: { finished_at: true },
    })
    if (!since?.finished_at || since.finished_at > this.clock.in(-suspendedDays * day)) return null
    const closing_until = this.clock.in(closingDays * day).toISOString()
    const parameters = { status_before: 'suspended', resume_status_before: tenant.resume_status, closing_until, archive_id: newId('bkp') }
    return { kind: 'tenant-close', parameters }
  }
}
