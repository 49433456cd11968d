import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Operation, OperationKind } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Abilities, type Action, tenantScope } from '../staff/ability.ts'
import type { Tenant } from '../tenant/tenant.contract.ts'
import { TenantService } from '../tenant/tenant.service.ts'
import type { Backup, BackupKind, BackupStatus } from './backup.contract.ts'
import { type BackupRow, viewBackup, withTenant } from './backup.view.ts'

export interface BackupFilter {
  tenant_id?: string | undefined
  kind?: BackupKind | undefined
  status?: BackupStatus | undefined
  limit: number
  offset: number
}

export interface Started {
  tenant: Tenant
  operation: Operation
}

/** Backups of tenants: listed, taken, destroyed, and put back in place; copies are made by `CopyService`. */
@Injectable()
export class BackupService {
  constructor(
    private readonly registry: Registry,
    private readonly abilities: Abilities,
    private readonly tenants: TenantService,
    private readonly operations: OperationService,
  ) {}

  async list(ctx: RequestContext, filter: BackupFilter): Promise<Page<Backup>> {
    const ability = this.abilities.of(ctx.actor)
    const where = {
      AND: [
        tenantScope(ability, 'read', 'backup', 'tenant_id'),
        ...(filter.tenant_id ? [{ tenant_id: filter.tenant_id }] : []),
        ...(filter.kind ? [{ kind: filter.kind }] : []),
        ...(filter.status ? [{ status: filter.status }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.backup.findMany({
        where,
        orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
        take: filter.limit,
        skip: filter.offset,
        include: withTenant,
      }),
      this.registry.db.backup.count({ where }),
    ])
    return { items: rows.map((row) => viewBackup(row, ability)), total }
  }

  async listOf(ctx: RequestContext, idOrSlug: string, filter: Omit<BackupFilter, 'tenant_id'>): Promise<Page<Backup>> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read')
    return this.list(ctx, { ...filter, tenant_id: tenant.id })
  }

  async read(ctx: RequestContext, id: string): Promise<Backup> {
    return viewBackup(await this.find(ctx, id, 'read'), this.abilities.of(ctx.actor))
  }

  /** @throws DomainError not_found also for a backup of a tenant the caller has no right to */
  async find(ctx: RequestContext, id: string, action: Action): Promise<BackupRow> {
    const scope = tenantScope(this.abilities.of(ctx.actor), action, 'backup', 'tenant_id')
    const row = await this.registry.db.backup.findFirst({ where: { AND: [scope, { id }] }, include: withTenant })
    if (!row) throw new DomainError('not_found', { message: `there is no backup "${id.slice(0, 60)}"` })
    return row
  }

  /** Takes one now. @throws DomainError operation_in_progress | invalid_transition */
  async create(ctx: RequestContext, idOrSlug: string): Promise<Started & { backup: Backup }> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'create')
    const backupId = newId('bkp')
    const parameters = { backup_id: backupId, kind: 'manual', expires_at: null }
    return this.registry.within(ctx, async (tx) => {
      const started = await this.#start(tx, ctx, 'tenant-backup', tenant.id, parameters)
      const row = await tx.backup.findUniqueOrThrow({ where: { id: backupId }, include: withTenant })
      return { ...started, backup: viewBackup(row, this.abilities.of(ctx.actor)) }
    })
  }

  async delete(ctx: RequestContext, id: string): Promise<Started> {
    const row = await this.find(ctx, id, 'delete')
    return this.registry.within(ctx, (tx) => this.#start(tx, ctx, 'backup-delete', row.tenant_id, { backup_id: row.id }))
  }

  /** @throws DomainError confirmation_required unless the slug was typed again */
  async restore(ctx: RequestContext, idOrSlug: string, asked: { backup_id: string; confirm: string }): Promise<Started> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'operate')
    if (asked.confirm !== tenant.slug) {
      throw new DomainError('confirmation_required', {
        field: 'confirm',
        message: `what was written since the backup is taken back: repeat the address "${tenant.slug}" to confirm`,
      })
    }
    const parameters = { backup_id: asked.backup_id, safety_backup_id: newId('bkp') }
    return this.registry.within(ctx, (tx) => this.#start(tx, ctx, 'tenant-restore', tenant.id, parameters))
  }

  async liftQuarantine(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'operate')
    return this.registry.within(ctx, (tx) => this.#start(tx, ctx, 'tenant-lift-quarantine', tenant.id, {}))
  }

  /** A tenant whose backups the caller may act on. */
  async #tenant(ctx: RequestContext, idOrSlug: string, action: Action) {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read')
    const scope = tenantScope(this.abilities.of(ctx.actor), action, 'backup', 'id')
    if (!(await this.registry.db.tenant.findFirst({ where: { AND: [scope, { id: tenant.id }] }, select: { id: true } }))) {
      throw new DomainError('not_found', { message: `there is no tenant "${idOrSlug.slice(0, 60)}"` })
    }
    return tenant
  }

  async #start(tx: Tx, ctx: RequestContext, kind: OperationKind, tenantId: string, parameters: unknown): Promise<Started> {
    const operation = await this.operations.start(tx, ctx, kind, tenantId, parameters)
    return { tenant: await this.tenants.viewIn(tx, ctx, tenantId), operation }
  }
}
