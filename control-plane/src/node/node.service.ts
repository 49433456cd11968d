import { DomainError, type Input } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { node } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { recordChange } from '../governance/governance.change.ts'
import { isUniqueViolation, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, type Action, allows } from '../staff/ability.ts'
import type { importNodes, NodeChange, NodeDetail, NodeInput } from './node.contract.ts'
import { importFeatures } from './node.import.ts'
import { NodeReader } from './node.reader.ts'
import { insertNode, lockNodes, lockStructure, relocate, requireEmpty, updateNode } from './node.structure.ts'

/** Ends a transaction that was only a trial. */
class TrialOver extends Error {}

/** Adds, changes, moves and removes places, inside the subtrees the caller's grants name. */
@Injectable()
export class NodeService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly reader: NodeReader,
  ) {}

  /** @throws DomainError already_exists | invalid_parent_type | geometry_invalid | forbidden */
  create(ctx: RequestContext, input: NodeInput): Promise<NodeDetail> {
    return this.#write(ctx, input.code, async (tx) => {
      await lockStructure(tx, 'shared')
      const parent = input.parent_id ? ((await lockNodes(tx, [input.parent_id])).get(input.parent_id) ?? null) : null
      if (input.parent_id && !parent) throw new DomainError('validation_failed', { field: 'parent_id', message: 'there is no such place' })
      this.#require(ctx, 'create', parent?.path ?? '')
      const id = await insertNode(tx, input, parent, this.clock.now())
      await this.#record(tx, ctx, 'create', id, { code: input.code, type: input.type, parent_id: input.parent_id })
      return id
    })
  }

  /** @throws DomainError stale_version | already_exists | geometry_invalid | node_not_empty | forbidden */
  change(ctx: RequestContext, id: string, asked: NodeChange): Promise<NodeDetail> {
    const { version, ...change } = asked
    return this.#write(ctx, asked.code ?? id, async (tx) => {
      await lockStructure(tx, 'shared')
      const before = await this.#locked(tx, ctx, 'update', id, version)
      await updateNode(tx, before, change, this.clock.now())
      await this.#record(tx, ctx, 'change', before.id, { fields: Object.keys(change) })
      return before.id
    })
  }

  /** @throws DomainError node_cycle | invalid_parent_type | geometry_invalid | stale_version | forbidden */
  move(ctx: RequestContext, id: string, to: { parent_id: string; version?: number | undefined }): Promise<NodeDetail> {
    return this.#write(ctx, id, async (tx) => {
      await lockStructure(tx, 'alone')
      const found = await this.#find(tx, id)
      const rows = await lockNodes(tx, [found.id, to.parent_id, ...(found.parent_id ? [found.parent_id] : [])])
      const row = rows.get(found.id)!
      const parent = rows.get(to.parent_id)
      if (!parent) throw new DomainError('validation_failed', { field: 'parent_id', message: 'there is no such place' })
      this.#require(ctx, 'update', row.path)
      this.#require(ctx, 'update', parent.path)
      checkVersion(row, to.version)
      if (row.parent_id === parent.id) return row.id
      const now = this.clock.now()
      await relocate(tx, row, parent, now)
      await recordChange(tx, { node_id: row.id }, 'node.move', now)
      await this.#record(tx, ctx, 'move', row.id, { from: row.parent_id, to: parent.id })
      return row.id
    })
  }

  /** @throws DomainError node_not_empty | forbidden */
  remove(ctx: RequestContext, id: string): Promise<{ id: string }> {
    return this.registry.within(ctx, async (tx) => {
      await lockStructure(tx, 'alone')
      const row = await this.#locked(tx, ctx, 'delete', id, undefined)
      await requireEmpty(tx, row.id)
      await tx.node.delete({ where: { id: row.id } })
      await this.#record(tx, ctx, 'remove', row.id, { code: row.code })
      return { id: row.id }
    })
  }

  /** All features or none. @throws DomainError with the code of the feature that was refused */
  async import(
    ctx: RequestContext,
    asked: Input<typeof importNodes>['body'],
  ): Promise<{ created: number; changed: number; unchanged: number }> {
    let counts = { created: 0, changed: 0, unchanged: 0 }
    try {
      await this.registry.within(ctx, async (tx) => {
        await lockStructure(tx, 'alone')
        counts = await importFeatures(tx, asked.features, this.clock.now(), (action, path) => this.#require(ctx, action, path))
        if (asked.dry_run) throw new TrialOver()
        await this.#record(tx, ctx, 'import', 'collection', counts)
      })
    } catch (error) {
      if (!(error instanceof TrialOver)) throw error
    }
    return counts
  }

  async #write(ctx: RequestContext, code: string, work: (tx: Tx) => Promise<string>): Promise<NodeDetail> {
    try {
      return await this.registry.within(ctx, async (tx) => this.reader.detail(ctx, await work(tx), tx))
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new DomainError('already_exists', { field: 'code', message: `the code ${code} belongs to another place` })
    }
  }

  async #find(tx: Tx, idOrCode: string): Promise<node> {
    const row = await tx.node.findFirst({ where: { OR: [{ id: idOrCode }, { code: idOrCode }] } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #locked(tx: Tx, ctx: RequestContext, action: Action, id: string, version: number | undefined): Promise<node> {
    const found = await this.#find(tx, id)
    const row = (await lockNodes(tx, [found.id])).get(found.id)
    if (!row) throw new DomainError('not_found')
    this.#require(ctx, action, row.path)
    checkVersion(row, version)
    return row
  }

  /** @throws DomainError forbidden outside the subtrees the caller's grants name */
  #require(ctx: RequestContext, action: Action, node_path: string): void {
    if (!allows(this.abilities.of(ctx.actor), action, 'node', { node_path })) throw new DomainError('forbidden')
  }

  async #record(tx: Tx, ctx: RequestContext, verb: string, id: string, changes: Record<string, unknown>): Promise<void> {
    await audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action: `node.${verb}`,
      tenantId: null,
      resource: { type: 'node', id },
      changes,
    })
  }
}

function checkVersion(row: node, version: number | undefined): void {
  if (version === undefined || version === row.version) return
  throw new DomainError('stale_version', { details: { version: row.version } })
}
