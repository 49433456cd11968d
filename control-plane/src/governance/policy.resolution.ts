import { isDeepStrictEqual } from 'node:util'
import { type I18nText, type PolicyExemption, type PolicyRule, PolicyRules, type TenantPolicy } from '@cityos/contract'
import { idsOfPath } from '../node/node.paths.ts'
import type { PolicySubject } from './policy.contract.ts'
import { narrow, narrowRule } from './policy.merge.ts'

/** Whose policy is asked for: a tenant, a place, or an authority. */
export interface Place {
  tenant: { id: string; slug: string; name: I18nText; country: string } | null
  /** Ids from the city down to the place, joined as in `node.path`; null: no place. */
  node_path: string | null
  /** Null: the one that governs the place, or the country's, or the platform's. */
  authority_id: string | null
}

export interface Authority {
  id: string
  code: string
  name: I18nText
  parent_id: string | null
  level: string
  country: string | null
  node_id: string | null
}

/** A policy in force. */
export interface ActivePolicy {
  id: string
  version: number
  subject_id: string
  domain: string
  rules: PolicyRules
}

export interface LiveException extends PolicyExemption {
  id: string
  tenant_id: string
}

/** Everything that governs, as of one moment: what a resolution reads, so that it needs no question of its own. */
export interface Governance {
  authorities: ReadonlyMap<string, Authority>
  /** Authorities by the node they govern. */
  byNode: ReadonlyMap<string, Authority>
  nodes: ReadonlyMap<string, { id: string; code: string; name: I18nText }>
  policies: ReadonlyMap<string, readonly ActivePolicy[]>
  exceptions: ReadonlyMap<string, readonly LiveException[]>
  /** Number of the last change of each subject. */
  revisions: ReadonlyMap<string, number>
}

export interface Contribution {
  policy: ActivePolicy
  subject: PolicySubject
  value: unknown
  /** Whether it left less than there was above it. */
  narrowed: boolean
}

export interface Resolved {
  version: number
  chain: PolicySubject[]
  rules: PolicyRules
  sources: ReadonlyMap<PolicyRule, readonly Contribution[]>
  exceptions: readonly LiveException[]
}

/** What governs a place: the merge of its authorities' policies, its nodes' and its own, in this order. Pure. */
export function resolve(governance: Governance, place: Place): Resolved {
  const chain = chainOf(governance, place)
  let rules: PolicyRules = {}
  const sources = new Map<PolicyRule, Contribution[]>()
  for (const subject of chain) {
    for (const policy of governance.policies.get(subject.id) ?? []) {
      for (const [rule, value] of Object.entries(policy.rules) as [PolicyRule, unknown][]) {
        const above = rules[rule]
        const narrowed = above === undefined || !isDeepStrictEqual(narrowRule(rule, above, value), above)
        const before = sources.get(rule) ?? []
        sources.set(rule, [...before, { policy, subject, value, narrowed }])
      }
      rules = narrow(rules, policy.rules)
    }
  }
  const version = Math.max(0, ...chain.map((subject) => governance.revisions.get(subject.id) ?? 0))
  return { version, chain, rules, sources, exceptions: place.tenant ? (governance.exceptions.get(place.tenant.id) ?? []) : [] }
}

/** What is ruled for a subject by everything above it: what its own policy may only narrow. Pure. */
export function rulesAbove(governance: Governance, place: Place): PolicyRules {
  return chainOf(governance, place)
    .slice(0, -1)
    .flatMap((subject) => governance.policies.get(subject.id) ?? [])
    .reduce((rules, policy) => narrow(rules, policy.rules), {} as PolicyRules)
}

/** Governance as it would be with a policy in force, in place of the one of its subject and domain. Pure. */
export function withPolicy(governance: Governance, policy: ActivePolicy): Governance {
  const others = (governance.policies.get(policy.subject_id) ?? []).filter((other) => other.domain !== policy.domain)
  return { ...governance, policies: new Map(governance.policies).set(policy.subject_id, [...others, policy]) }
}

/** As a data plane receives it; null where nothing was ever ruled. */
export function documentPolicy(resolved: Resolved): TenantPolicy | null {
  if (resolved.version === 0) return null
  const exemptions = resolved.exceptions.map(({ rule, value, until }) => ({ rule, value, until }))
  return { ...resolved.rules, version: resolved.version, exemptions }
}

/** Authorities from the platform down, then nodes from the city down, then the tenant. */
export function chainOf(governance: Governance, place: Place): PolicySubject[] {
  const nodeIds = place.node_path ? idsOfPath(place.node_path) : []
  const chain: PolicySubject[] = []
  const seen = new Set<string>()
  for (let at = authorityOf(governance, place, nodeIds); at && !seen.has(at.id); at = above(governance, at)) {
    seen.add(at.id)
    chain.unshift({ kind: 'authority', id: at.id, code: at.code, name: at.name })
  }
  for (const id of nodeIds) {
    const node = governance.nodes.get(id)
    if (node) chain.push({ kind: 'node', id, code: node.code, name: node.name })
  }
  const { tenant } = place
  if (tenant) chain.push({ kind: 'tenant', id: tenant.id, code: tenant.slug, name: tenant.name })
  return chain
}

function authorityOf(governance: Governance, place: Place, nodeIds: readonly string[]): Authority | undefined {
  const named = place.authority_id ? governance.authorities.get(place.authority_id) : undefined
  if (named) return named
  const governing = nodeIds.flatMap((id) => governance.byNode.get(id) ?? []).at(-1)
  if (governing) return governing
  const all = [...governance.authorities.values()]
  const country = place.tenant?.country
  return all.find((one) => one.level === 'country' && one.country === country) ?? all.find((one) => one.level === 'platform')
}

function above(governance: Governance, authority: Authority): Authority | undefined {
  return authority.parent_id ? governance.authorities.get(authority.parent_id) : undefined
}
