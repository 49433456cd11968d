import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import { type AuditEntry, listAudit, verifyAudit } from './audit.contract.ts'
import { verifyTrail } from './audit.trail.ts'

@Controller()
export class AuditController {
  constructor(
    private readonly registry: Registry,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
  ) {}

  @Handle(listAudit)
  async list(ctx: RequestContext, input: Input<typeof listAudit>) {
    const { tenant_id, actor, action, limit, offset } = input.query
    const where = {
      AND: [
        tenantScope(this.abilities.of(ctx.actor), 'read', 'audit', 'tenant_id'),
        ...(tenant_id ? [{ tenant_id }] : []),
        ...(actor ? [{ actor }] : []),
        ...(action ? [{ action }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.audit_entry.findMany({ where, orderBy: { sequence: 'desc' }, take: limit, skip: offset }),
      this.registry.db.audit_entry.count({ where }),
    ])
    const names = await this.staff.names(
      this.registry.db,
      rows.map((row) => row.actor),
    )
    const items = rows.map(
      (row): AuditEntry => ({
        id: row.id,
        at: row.at.toISOString(),
        actor: row.actor,
        actor_name: names.get(row.actor) ?? null,
        action: row.action,
        tenant_id: row.tenant_id,
        resource: { type: row.resource_type, id: row.resource_id },
        reason: row.reason,
        changes: row.changes as Record<string, unknown>,
        ip: row.ip,
        request_id: row.request_id,
      }),
    )
    return { items, total }
  }

  /** Says nothing about the rows themselves, so that it may be asked by whoever may read a part of them. */
  @Handle(verifyAudit)
  async verify(_ctx: RequestContext, _input: Input<typeof verifyAudit>) {
    const { entries, firstBroken } = await verifyTrail(this.registry.db)
    return { entries, verified: firstBroken === null, first_broken: firstBroken }
  }
}
