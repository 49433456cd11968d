import { DomainError, type Locale, type Page } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { alert } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { type Db, Registry } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { Alert, AlertKind } from './alert.contract.ts'
import { alertTexts } from './alert.texts.ts'

export interface AlertFilter {
  status?: 'open' | 'acknowledged' | 'closed' | 'unresolved' | undefined
  kind?: AlertKind | undefined
  severity?: 'critical' | 'warning' | undefined
  tenant_id?: string | undefined
  limit: number
  offset: number
}

const statuses = {
  open: { closed_at: null, acknowledged_at: null },
  acknowledged: { closed_at: null, acknowledged_at: { not: null } },
  unresolved: { closed_at: null },
  closed: { closed_at: { not: null } },
}

/** Alerts as people see them. */
@Injectable()
export class AlertService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
  ) {}

  async list(ctx: RequestContext, filter: AlertFilter): Promise<Page<Alert>> {
    const where = {
      AND: [
        tenantScope(this.abilities.of(ctx.actor), 'read', 'alert', 'tenant_id'),
        ...(filter.status ? [statuses[filter.status]] : []),
        ...(filter.kind ? [{ kind: filter.kind }] : []),
        ...(filter.severity ? [{ severity: filter.severity }] : []),
        ...(filter.tenant_id ? [{ tenant_id: filter.tenant_id }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.alert.findMany({
        where,
        orderBy: [{ opened_at: 'desc' }, { id: 'desc' }],
        take: filter.limit,
        skip: filter.offset,
      }),
      this.registry.db.alert.count({ where }),
    ])
    return { items: await this.#views(this.registry.db, ctx, rows), total }
  }

  /** @throws DomainError invalid_transition when it is closed already */
  async acknowledge(ctx: RequestContext, id: string, note: string | undefined): Promise<Alert> {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'update', 'alert', 'tenant_id')
    return this.registry.within(ctx, async (tx) => {
      const found = await tx.alert.findFirst({ where: { AND: [{ id }, scope] } })
      if (!found) throw new DomainError('not_found', { message: `there is no alert "${id.slice(0, 60)}"` })
      const now = this.clock.now()
      const { count } = await tx.alert.updateMany({
        where: { id, closed_at: null },
        data: { acknowledged_at: found.acknowledged_at ?? now, acknowledged_by: actorId(ctx.actor), ...(note ? { note } : {}) },
      })
      if (count === 0) throw new DomainError('invalid_transition', { message: 'this alert is closed: its cause is gone' })
      await audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: 'alert.acknowledge',
        tenantId: found.tenant_id,
        resource: { type: 'alert', id },
        reason: note ?? null,
        changes: { kind: found.kind },
      })
      const [view] = await this.#views(tx, ctx, [await tx.alert.findUniqueOrThrow({ where: { id } })])
      return view!
    })
  }

  async #views(db: Db, ctx: RequestContext, rows: readonly alert[]): Promise<Alert[]> {
    const ids = rows.flatMap((row) => (row.tenant_id ? [row.tenant_id] : []))
    const tenants = await db.tenant.findMany({ where: { id: { in: ids } }, select: { id: true, slug: true } })
    const slugs = new Map(tenants.map((tenant) => [tenant.id, tenant.slug]))
    const names = await this.staff.names(
      db,
      rows.flatMap((row) => (row.acknowledged_by ? [row.acknowledged_by] : [])),
    )
    const may = this.abilities.of(ctx.actor).can('update', 'alert')
    return rows.map((row): Alert => {
      const parameters = row.parameters as Record<string, unknown>
      return {
        id: row.id,
        kind: row.kind as AlertKind,
        severity: row.severity as Alert['severity'],
        status: row.closed_at ? 'closed' : row.acknowledged_at ? 'acknowledged' : 'open',
        tenant_id: row.tenant_id,
        tenant_slug: slugs.get(row.tenant_id ?? '') ?? null,
        ...alertTexts(row.kind as AlertKind, ctx.locale as Locale, parameters),
        runbook: `docs/runbooks/alerts.md#${row.kind}`,
        parameters,
        opened_at: row.opened_at.toISOString(),
        last_seen_at: row.last_seen_at.toISOString(),
        acknowledged_at: row.acknowledged_at?.toISOString() ?? null,
        acknowledged_by: row.acknowledged_by ? (names.get(row.acknowledged_by) ?? row.acknowledged_by) : null,
        note: row.note,
        closed_at: row.closed_at?.toISOString() ?? null,
        actions: may && !row.closed_at && !row.acknowledged_at ? ['acknowledge'] : [],
      }
    })
  }
}
