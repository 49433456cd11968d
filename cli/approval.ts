import {
  type Approval,
  approveApproval,
  listApprovals,
  listTenantOperations,
  readApproval,
  rejectApproval,
  withdrawApproval,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { followOperation } from './operation-stream.ts'
import { printFacts, printJson, printTable, say } from './output.ts'
import type { Session } from './session.ts'

export async function listAll(options: CommonOptions & { status?: string; limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const status = (options.status ?? 'pending') as Approval['status']
  const { items } = await session.call(listApprovals, {
    query: { ...(options.status === 'all' ? {} : { status }), limit: Number(options.limit ?? 20) },
  })
  if (options.json) return printJson(items)
  printTable(
    ['id', 'kind', 'tenant', 'status', 'asked by', 'until'],
    items.map((item) => [item.id, item.kind, item.tenant_slug ?? '–', item.status, item.requested_by, item.expires_at]),
    'nothing waits for a second person',
  )
}

export async function show(id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const approval = await session.call(readApproval, { params: { id } })
  if (options.json) return printJson(approval)
  showApproval(approval)
}

/**
 * Agrees as a second person and, with `--wait`, follows what it started (a closing without days of retention until the
 * tenant is erased); exit code 0 only when that happened.
 */
export async function approve(id: string, options: CommonOptions & { reason?: string; wait?: boolean }): Promise<void> {
  const session = await sessionOf(options)
  const answer = await session.call(approveApproval, { params: { id }, body: options.reason ? { reason: options.reason } : {} })
  if (options.wait && answer.operation) {
    await followOperation(session, answer.operation.id, !options.json)
    const { kind, details, tenant_id: tenantId } = answer.approval
    if (kind === 'tenant-close' && details['retention_days'] === 0 && tenantId) await followErasure(session, tenantId, !options.json)
  }
  if (options.json) return printJson(answer)
  say(answer.operation ? `approved: ${answer.operation.kind} is operation ${answer.operation.id}` : 'approved')
}

export async function reject(id: string, options: CommonOptions & { reason: string }): Promise<void> {
  const session = await sessionOf(options)
  const approval = await session.call(rejectApproval, { params: { id }, body: { reason: options.reason } })
  if (options.json) return printJson(approval)
  say('rejected')
}

export async function withdraw(id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const approval = await session.call(withdrawApproval, { params: { id } })
  if (options.json) return printJson(approval)
  say('withdrawn')
}

/** What was asked for and, when nobody else could decide it, what to do. */
export function showApproval(approval: Approval): void {
  printFacts({
    approval: `${approval.id} (${approval.kind}, ${approval.status})`,
    tenant: approval.tenant_slug ?? undefined,
    'asked by': approval.requested_by,
    reason: approval.reason || undefined,
    until: approval.expires_at,
    'decided by': approval.decided_by ?? undefined,
    operation: approval.operation_id ?? undefined,
    ...Object.fromEntries(Object.entries(approval.details).map(([name, value]) => [name.replaceAll('_', ' '), String(value ?? '–')])),
  })
  if (approval.advice) say(approval.advice)
}

/** Follows the deletion that begins by itself once a closed tenant's days are over. */
export async function followErasure(session: Session, tenantId: string, show: boolean): Promise<void> {
  for (let look = 0; look < 120; look++) {
    const { items } = await session.call(listTenantOperations, { params: { id: tenantId }, query: { limit: 5 } })
    const deletion = items.find((operation) => operation.kind === 'tenant-delete')
    if (deletion) return void (await followOperation(session, deletion.id, show))
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Failure('The deletion has not begun yet.', 'It begins by itself: ./cityos operation list shows it.')
}
