import { DomainError, newId, PolicyRules } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { policy } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { json, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, type Action, allows } from '../staff/ability.ts'
import { GovernanceCache } from './governance.cache.ts'
import { loadGovernance, namingPath, placeOf } from './governance.store.ts'
import type { Policy, PolicyChange, PolicyInput } from './policy.contract.ts'
import { activate, checkRules, stepTo, subjectOf, withdraw } from './policy.lifecycle.ts'
import { PolicyReader } from './policy.reader.ts'
import { type Place, rulesAbove } from './policy.resolution.ts'

type Subject = Pick<policy, 'authority_id' | 'node_id' | 'tenant_id'>

/** Drafts, approves, activates and withdraws policies; whatever would widen what lies above is refused when it is saved. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly cache: GovernanceCache,
    private readonly reader: PolicyReader,
  ) {}

  /** @throws DomainError policy_widening | validation_failed | unknown_vertical | forbidden */
  async create(ctx: RequestContext, input: PolicyInput): Promise<Policy> {
    return this.#write(ctx, async (tx) => {
      const subject: Subject = {
        authority_id: input.subject.kind === 'authority' ? input.subject.id : null,
        node_id: input.subject.kind === 'node' ? input.subject.id : null,
        tenant_id: input.subject.kind === 'tenant' ? input.subject.id : null,
      }
      await this.#require(tx, ctx, 'create', subject)
      await this.#check(tx, subject, input.domain, input.rules)
      checkDays(input)
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`cityos policy ${input.subject.id} ${input.domain}`}))`
      const last = await tx.policy.aggregate({ where: { ...subjectOf(subject), domain: input.domain }, _max: { version: true } })
      const now = this.clock.now()
      const id = newId('pol')
      await tx.policy.create({
        data: {
          id,
          ...subject,
          domain: input.domain,
          name: json(input.name),
          rules: json(input.rules),
          version: (last._max.version ?? 0) + 1,
          status: 'draft',
          note: input.note,
          effective_from: input.effective_from,
          effective_until: input.effective_until,
          created_by: actorId(ctx.actor) ?? 'system',
          created_at: now,
          updated_at: now,
        },
      })
      await this.#record(tx, ctx, 'create', id, subject.tenant_id, { domain: input.domain, subject: input.subject, rules: input.rules })
      return id
    })
  }

  /** @throws DomainError policy_widening | validation_failed | stale_version | invalid_transition | forbidden */
  async change(ctx: RequestContext, id: string, change: PolicyChange): Promise<Policy> {
    return this.#write(ctx, async (tx) => {
      const row = await this.#locked(tx, ctx, 'update', id)
      if (change.row_version !== undefined && change.row_version !== row.row_version) {
        throw new DomainError('stale_version', { details: { row_version: row.row_version } })
      }
      if (change.rules) await this.#check(tx, row, row.domain, change.rules)
      checkDays({
        effective_from: change.effective_from === undefined ? (row.effective_from?.toISOString() ?? null) : change.effective_from,
        effective_until: change.effective_until === undefined ? (row.effective_until?.toISOString() ?? null) : change.effective_until,
      })
      await stepTo(tx, row, 'draft', 'draft', {
        ...(change.name ? { name: json(change.name) } : {}),
        ...(change.rules ? { rules: json(change.rules) } : {}),
        ...(change.note === undefined ? {} : { note: change.note }),
        ...(change.effective_from === undefined ? {} : { effective_from: change.effective_from }),
        ...(change.effective_until === undefined ? {} : { effective_until: change.effective_until }),
        updated_at: this.clock.now(),
      })
      await this.#record(tx, ctx, 'change', id, row.tenant_id, { before: row.rules, after: change.rules ?? row.rules })
      return id
    })
  }

  /** @throws DomainError invalid_transition once it is more than a draft */
  async remove(ctx: RequestContext, id: string): Promise<{ id: string }> {
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#locked(tx, ctx, 'delete', id)
      if (row.status !== 'draft') throw new DomainError('invalid_transition', { details: { status: row.status } })
      await tx.policy.delete({ where: { id } })
      await this.#record(tx, ctx, 'remove', id, row.tenant_id, { version: row.version })
      return { id }
    })
  }

  /** @throws DomainError policy_widening when what lies above was narrowed since it was drafted */
  approve(ctx: RequestContext, id: string): Promise<Policy> {
    return this.#verb(ctx, id, 'approve', async (tx, row) => {
      await this.#check(tx, row, row.domain, PolicyRules.parse(row.rules))
      const now = this.clock.now()
      await stepTo(tx, row, 'draft', 'approved', { approved_by: actorId(ctx.actor) ?? 'system', approved_at: now, updated_at: now })
    })
  }

  /** @throws DomainError policy_widening | invalid_transition */
  activate(ctx: RequestContext, id: string): Promise<Policy> {
    return this.#verb(ctx, id, 'activate', async (tx, row) => {
      await this.#check(tx, row, row.domain, PolicyRules.parse(row.rules))
      await activate(tx, row, this.clock.now())
    })
  }

  withdraw(ctx: RequestContext, id: string): Promise<Policy> {
    return this.#verb(ctx, id, 'withdraw', (tx, row) => withdraw(tx, row, 'policy.withdraw', this.clock.now()))
  }

  #verb(ctx: RequestContext, id: string, verb: string, step: (tx: Tx, row: policy) => Promise<void>): Promise<Policy> {
    return this.#write(ctx, async (tx) => {
      const row = await this.#locked(tx, ctx, 'approve', id)
      await step(tx, row)
      await this.#record(tx, ctx, verb, id, row.tenant_id, { version: row.version, from: row.status })
      return id
    })
  }

  async #write(ctx: RequestContext, work: (tx: Tx) => Promise<string>): Promise<Policy> {
    const answer = await this.registry.within(ctx, async (tx) => this.reader.read(ctx, await work(tx), tx))
    this.cache.drop()
    return answer
  }

  async #locked(tx: Tx, ctx: RequestContext, action: Action, id: string): Promise<policy> {
    await this.reader.read(ctx, id, tx)
    await tx.$queryRaw`SELECT 1 FROM policy WHERE id = ${id} FOR UPDATE`
    const row = await tx.policy.findUniqueOrThrow({ where: { id } })
    await this.#require(tx, ctx, action, row)
    return row
  }

  /** @throws DomainError forbidden where the caller's grants do not reach */
  async #require(tx: Tx, ctx: RequestContext, action: Action, subject: Subject): Promise<void> {
    const node = subject.node_id ? await tx.node.findUnique({ where: { id: subject.node_id }, select: { path: true } }) : null
    const row = { tenant_id: subject.tenant_id, node_path: node?.path ?? null }
    if (!allows(this.abilities.of(ctx.actor), action, 'policy', row)) throw new DomainError('forbidden')
  }

  async #check(tx: Tx, subject: Subject, domain: string, rules: PolicyRules): Promise<void> {
    const place = await placeOfSubject(tx, subject)
    const governance = await namingPath(tx, await loadGovernance(tx, this.clock.now()), place.node_path)
    checkRules(domain, rules, rulesAbove(governance, place))
  }

  async #record(tx: Tx, ctx: RequestContext, verb: string, id: string, tenantId: string | null, changes: object): Promise<void> {
    await audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action: `policy.${verb}`,
      tenantId,
      resource: { type: 'policy', id },
      changes: changes as Record<string, unknown>,
    })
  }
}

/** @throws DomainError validation_failed when there is no such subject */
export async function placeOfSubject(tx: Tx, subject: Subject): Promise<Place> {
  const missing = (what: string) => new DomainError('validation_failed', { field: 'subject.id', message: `there is no such ${what}` })
  if (subject.tenant_id) {
    const row = await tx.tenant.findUnique({ where: { id: subject.tenant_id } })
    if (!row || row.deleted_at) throw missing('tenant')
    return placeOf(tx, row)
  }
  if (subject.node_id) {
    const row = await tx.node.findUnique({ where: { id: subject.node_id }, select: { path: true } })
    if (!row) throw missing('place')
    return { tenant: null, node_path: row.path, authority_id: null }
  }
  const row = await tx.hierarchy_entry.findFirst({ where: { id: subject.authority_id!, kind: 'authority', status: 'active' } })
  if (!row) throw missing('active authority')
  return { tenant: null, node_path: null, authority_id: row.id }
}

function checkDays({ effective_from, effective_until }: { effective_from: string | null; effective_until: string | null }): void {
  if (!effective_until || !effective_from || effective_from < effective_until) return
  throw new DomainError('validation_failed', { field: 'effective_until', message: 'it would end before it begins' })
}
