import { DomainError, type PolicyRule, PolicyRules, verticalCodes } from '@cityos/contract'
import type { policy } from '../../generated/client.ts'
import type { Tx } from '../registry/registry.ts'
import { type ChangeSubject, recordChange } from './governance.change.ts'
import type { PolicyStatus } from './policy.contract.ts'
import { ruleBook, wideningOf } from './policy.merge.ts'

/** What a policy governs, as the number of a change names it. */
export function subjectOf(row: Pick<policy, 'authority_id' | 'node_id' | 'tenant_id'>): ChangeSubject {
  if (row.authority_id) return { authority_id: row.authority_id }
  if (row.node_id) return { node_id: row.node_id }
  return { tenant_id: row.tenant_id! }
}

/**
 * What must hold of rules before they are saved, and again before they come into force.
 * @throws DomainError policy_widening naming the path | unknown_vertical | validation_failed
 */
export function checkRules(domain: string, rules: PolicyRules, above: PolicyRules): void {
  for (const rule of Object.keys(rules) as PolicyRule[]) {
    if (ruleBook[rule].domain === domain) continue
    const message = `${rule} belongs to the domain ${ruleBook[rule].domain}: write it in a policy of that domain`
    throw new DomainError('validation_failed', { field: `rules.${rule}`, message, details: { domain: ruleBook[rule].domain } })
  }
  const unknown = [...(rules.verticals_allowed ?? []), ...(rules.verticals_denied ?? [])].find((code) => !verticalCodes.includes(code))
  if (unknown) throw new DomainError('unknown_vertical', { field: 'rules', message: `${unknown} is not a vertical of this platform` })
  const path = wideningOf(above, rules)
  if (path === null) return
  throw new DomainError('policy_widening', {
    field: path,
    message: `${path} would allow more than what is ruled above it`,
    details: { path, above: above[path.split('.')[1] as PolicyRule] ?? null },
  })
}

/** One step of `draft → approved → active → superseded` (K4). @throws DomainError invalid_transition */
export async function stepTo(
  tx: Tx,
  row: policy,
  from: PolicyStatus,
  to: PolicyStatus,
  data: Parameters<Tx['policy']['updateMany']>[0]['data'],
): Promise<void> {
  const { count } = await tx.policy.updateMany({
    where: { id: row.id, status: from },
    data: { ...data, status: to, row_version: { increment: 1 } },
  })
  if (count === 1) return
  throw new DomainError('invalid_transition', {
    message: `the policy is ${row.status}: only one that is ${from} can become ${to}`,
    details: { status: row.status, to },
  })
}

/** Puts an approved policy in force; its predecessor is superseded, and the change is numbered. */
export async function activate(tx: Tx, row: policy, now: Date): Promise<void> {
  const subject = subjectOf(row)
  const former = await tx.policy.findFirst({ where: { ...subject, domain: row.domain, status: 'active' } })
  const revision = await recordChange(tx, subject, 'policy.activate', now)
  if (former) await stepTo(tx, former, 'active', 'superseded', { superseded_at: now, revision, updated_at: now })
  await stepTo(tx, row, 'approved', 'active', { activated_at: now, revision, updated_at: now })
}

/** Takes an active policy out of force. */
export async function withdraw(tx: Tx, row: policy, cause: string, now: Date): Promise<void> {
  const revision = await recordChange(tx, subjectOf(row), cause, now)
  await stepTo(tx, row, 'active', 'superseded', { superseded_at: now, revision, updated_at: now })
}

/** What time alone does: exceptions end, active policies run out, approved ones whose day has come are put in force. */
export async function activateDue(tx: Tx, now: Date): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos policy due'))`
  const ended = await tx.policy_exception.findMany({ where: { ended_at: null, until: { lte: now } }, orderBy: { until: 'asc' } })
  for (const { id, tenant_id, until } of ended) {
    const revision = await recordChange(tx, { tenant_id }, 'policy_exception.expire', now)
    await tx.policy_exception.update({ where: { id }, data: { ended_at: until, ended_by: 'system:expiry', revision } })
  }
  const over = await tx.policy.findMany({ where: { status: 'active', effective_until: { lte: now } }, orderBy: { effective_until: 'asc' } })
  for (const row of over) await withdraw(tx, row, 'policy.expire', now)
  const due = await tx.policy.findMany({
    where: { status: 'approved', effective_from: { lte: now }, OR: [{ effective_until: null }, { effective_until: { gt: now } }] },
    orderBy: [{ effective_from: 'asc' }, { version: 'asc' }],
  })
  for (const row of due) await activate(tx, row, now)
}
