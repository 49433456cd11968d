import { type I18nText, type PolicyRule, PolicyRules, rulesAt } from '@cityos/contract'
import type { policy, policy_exception } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { type Ability, allows } from '../staff/ability.ts'
import type { EffectivePolicy, Policy, PolicyException, PolicySubject } from './policy.contract.ts'
import { ruleBook } from './policy.merge.ts'
import { documentPolicy, type Resolved } from './policy.resolution.ts'

/** A policy with its subject's name and, for a node's, the path that decides who may touch it. */
export type SubjectRow = PolicySubject & { path: string | null }

/** Names of the subjects of these policies, one question per kind. */
export async function subjectsOf(db: Db, rows: readonly policy[]): Promise<Map<string, SubjectRow>> {
  const ids = (pick: (row: policy) => string | null) => [...new Set(rows.flatMap((row) => pick(row) ?? []))]
  const authorities = await db.hierarchy_entry.findMany({ where: { id: { in: ids((row) => row.authority_id) } } })
  const nodes = await db.node.findMany({ where: { id: { in: ids((row) => row.node_id) } }, omit: { boundary: true } })
  const tenants = await db.tenant.findMany({
    where: { id: { in: ids((row) => row.tenant_id) } },
    select: { id: true, slug: true, name: true },
  })
  const subjects: SubjectRow[] = [
    ...authorities.map((row) => ({ kind: 'authority' as const, id: row.id, code: row.code, name: row.name as I18nText, path: null })),
    ...nodes.map((row) => ({ kind: 'node' as const, id: row.id, code: row.code, name: row.name as I18nText, path: row.path })),
    ...tenants.map((row) => ({ kind: 'tenant' as const, id: row.id, code: row.slug, name: row.name as I18nText, path: null })),
  ]
  return new Map(subjects.map((subject) => [subject.id, subject]))
}

export function viewPolicy(row: policy, subject: SubjectRow, ability: Ability): Policy {
  const own = { tenant_id: row.tenant_id, node_path: subject.path }
  const may = (action: 'update' | 'delete' | 'approve') => allows(ability, action, 'policy', own)
  const { path: _path, ...named } = subject
  return {
    id: row.id,
    subject: named,
    domain: row.domain as Policy['domain'],
    name: row.name as I18nText,
    rules: PolicyRules.parse(row.rules),
    version: row.version,
    status: row.status as Policy['status'],
    note: row.note,
    effective_from: row.effective_from?.toISOString() ?? null,
    effective_until: row.effective_until?.toISOString() ?? null,
    revision: row.revision === null ? null : Number(row.revision),
    created_by: row.created_by,
    approved_by: row.approved_by,
    approved_at: row.approved_at?.toISOString() ?? null,
    activated_at: row.activated_at?.toISOString() ?? null,
    superseded_at: row.superseded_at?.toISOString() ?? null,
    actions: [
      ...(row.status === 'draft' && may('update') ? (['change'] as const) : []),
      ...(row.status === 'draft' && may('delete') ? (['remove'] as const) : []),
      ...(row.status === 'draft' && may('approve') ? (['approve'] as const) : []),
      ...(row.status === 'approved' && may('approve') ? (['activate'] as const) : []),
      ...(row.status === 'active' && may('approve') ? (['withdraw'] as const) : []),
    ],
    row_version: row.row_version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

/** What holds now, each value with where it comes from. */
export function viewEffective(resolved: Resolved, now: Date): EffectivePolicy {
  const policy = documentPolicy(resolved)
  const inForce = policy ? rulesAt(policy, now) : {}
  const live = new Map(resolved.exceptions.filter((one) => new Date(one.until) > now).map((one) => [one.rule, one]))
  const names = [...new Set([...(Object.keys(resolved.rules) as PolicyRule[]), ...live.keys()])].sort()
  return {
    version: resolved.version,
    chain: resolved.chain,
    rules: names.map((rule) => {
      const exception = live.get(rule)
      return {
        rule,
        domain: ruleBook[rule].domain,
        value: inForce[rule] ?? null,
        sources: (resolved.sources.get(rule) ?? []).map((source) => ({
          policy_id: source.policy.id,
          version: source.policy.version,
          subject: source.subject,
          value: source.value,
          narrowed: source.narrowed,
        })),
        exception: exception ? { id: exception.id, instead_of: resolved.rules[rule] ?? null, until: exception.until } : null,
      }
    }),
  }
}

export function viewException(row: policy_exception, ability: Ability, now: Date): PolicyException {
  const status = row.until <= now ? 'expired' : row.ended_at ? 'ended' : 'live'
  const may = allows(ability, 'approve', 'policy', { tenant_id: row.tenant_id })
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    rule: row.rule as PolicyRule,
    value: row.value,
    until: row.until.toISOString(),
    reason: row.reason,
    granted_by: row.granted_by,
    status,
    ended_at: row.ended_at?.toISOString() ?? null,
    revision: Number(row.revision),
    actions: status === 'live' && may ? ['end'] : [],
    created_at: row.created_at.toISOString(),
  }
}
