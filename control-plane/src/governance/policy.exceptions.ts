import { DomainError, type Input, newId, type Page, type PolicyRule, PolicyRules } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, json, jsonNull, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, allows, tenantScope } from '../staff/ability.ts'
import { GovernanceCache } from './governance.cache.ts'
import { recordChange } from './governance.change.ts'
import type { grantPolicyException, PolicyException } from './policy.contract.ts'
import { viewException } from './policy.view.ts'

/** Rules set aside for one tenant for a time. Data planes end them by their own clock, whoever else is asleep. */
@Injectable()
export class PolicyExceptions {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly cache: GovernanceCache,
  ) {}

  async list(
    ctx: RequestContext,
    query: { limit: number; offset: number; tenant_id?: string | undefined; rule?: string | undefined },
  ): Promise<Page<PolicyException>> {
    const ability = this.abilities.of(ctx.actor)
    const where = {
      AND: [
        tenantScope(ability, 'read', 'policy', 'tenant_id'),
        ...(query.tenant_id ? [{ tenant_id: query.tenant_id }] : []),
        ...(query.rule ? [{ rule: query.rule }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.policy_exception.findMany({
        where,
        orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
        take: query.limit,
        skip: query.offset,
      }),
      this.registry.db.policy_exception.count({ where }),
    ])
    return { items: rows.map((row) => viewException(row, ability, this.clock.now())), total }
  }

  /** @throws DomainError already_exists while one of the same rule is live | validation_failed | forbidden */
  async grant(ctx: RequestContext, asked: Input<typeof grantPolicyException>['body']): Promise<PolicyException> {
    const now = this.clock.now()
    const until = new Date(asked.until)
    if (until <= now) throw new DomainError('validation_failed', { field: 'until', message: 'the end lies in the past' })
    const value = checkValue(asked.rule, asked.value)
    try {
      return await this.#write(ctx, async (tx) => {
        const tenant = await tx.tenant.findUnique({ where: { id: asked.tenant_id }, select: { id: true, deleted_at: true } })
        if (!tenant || tenant.deleted_at)
          throw new DomainError('validation_failed', { field: 'tenant_id', message: 'there is no such tenant' })
        this.#require(ctx, tenant.id)
        await tx.policy_exception.updateMany({
          where: { tenant_id: tenant.id, rule: asked.rule, ended_at: null, until: { lte: now } },
          data: { ended_at: now, ended_by: 'system:expiry' },
        })
        const id = newId('pex')
        const revision = await recordChange(tx, { tenant_id: tenant.id }, 'policy_exception.grant', now)
        await tx.policy_exception.create({
          data: {
            id,
            tenant_id: tenant.id,
            rule: asked.rule,
            value: value === null ? jsonNull : json(value),
            until,
            reason: asked.reason,
            granted_by: actorId(ctx.actor) ?? 'system',
            revision,
            created_at: now,
          },
        })
        await this.#record(tx, ctx, 'grant', id, tenant.id, asked.reason, { rule: asked.rule, value, until: asked.until })
        return id
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new DomainError('already_exists', { field: 'rule', message: `an exception from ${asked.rule} is live already: end it first` })
    }
  }

  /** @throws DomainError invalid_transition when it is over already */
  async end(ctx: RequestContext, id: string): Promise<PolicyException> {
    return this.#write(ctx, async (tx) => {
      const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'policy', 'tenant_id')
      const row = await tx.policy_exception.findFirst({ where: { AND: [scope, { id }] } })
      if (!row) throw new DomainError('not_found')
      this.#require(ctx, row.tenant_id)
      const now = this.clock.now()
      const revision = await recordChange(tx, { tenant_id: row.tenant_id }, 'policy_exception.end', now)
      const { count } = await tx.policy_exception.updateMany({
        where: { id, ended_at: null, until: { gt: now } },
        data: { ended_at: now, ended_by: actorId(ctx.actor) ?? 'system', revision },
      })
      if (count === 0) throw new DomainError('invalid_transition', { message: 'the exception is over already' })
      await this.#record(tx, ctx, 'end', id, row.tenant_id, null, { rule: row.rule })
      return id
    })
  }

  async #write(ctx: RequestContext, work: (tx: Tx) => Promise<string>): Promise<PolicyException> {
    const row = await this.registry.within(ctx, async (tx) => tx.policy_exception.findUniqueOrThrow({ where: { id: await work(tx) } }))
    this.cache.drop()
    return viewException(row, this.abilities.of(ctx.actor), this.clock.now())
  }

  #require(ctx: RequestContext, tenant_id: string): void {
    if (!allows(this.abilities.of(ctx.actor), 'approve', 'policy', { tenant_id })) throw new DomainError('forbidden')
  }

  async #record(
    tx: Tx,
    ctx: RequestContext,
    verb: string,
    id: string,
    tenantId: string,
    reason: string | null,
    changes: Record<string, unknown>,
  ): Promise<void> {
    await audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action: `policy_exception.${verb}`,
      tenantId,
      resource: { type: 'policy_exception', id },
      reason,
      changes,
    })
  }
}

/** @throws DomainError validation_failed unless the rule knows such a value */
function checkValue(rule: PolicyRule, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const parsed = PolicyRules.safeParse({ [rule]: value })
  if (parsed.success) return parsed.data[rule]
  const [issue] = parsed.error.issues
  throw new DomainError('validation_failed', { field: 'value', message: `${rule}: ${issue?.message ?? 'not a value of this rule'}` })
}
