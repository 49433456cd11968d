import { closeTenant, readApproval, readTenant } from '@cityos/control-plane/contract'
import { followErasure, showApproval } from './approval.ts'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { followOperation } from './operation-stream.ts'
import { printJson, say } from './output.ts'
import type { Session } from './session.ts'

/**
 * Asks a second person to close the tenant; with `--wait` until they have decided and it is closed (with no days left:
 * erased). The answer says who can decide, or how to invite somebody who can.
 */
export async function close(
  slug: string,
  options: CommonOptions & { retentionDays?: string; reason?: string; wait?: boolean },
): Promise<void> {
  const session = await sessionOf(options)
  const days = options.retentionDays === undefined ? {} : { retention_days: Number(options.retentionDays) }
  const asked = await session.call(closeTenant, {
    params: { id: slug },
    body: { ...days, ...(options.reason ? { reason: options.reason } : {}) },
  })
  if (asked.approval && !options.json) {
    showApproval(asked.approval)
    say(`A second person decides: ./cityos approval approve ${asked.approval.id} --profile NAME`)
  }
  if (!options.wait) {
    if (options.json) printJson({ ...asked.tenant, operation: asked.operation, approval: asked.approval })
    return
  }
  const operationId = asked.operation?.id ?? (await decided(session, asked.approval?.id ?? ''))
  await followOperation(session, operationId, !options.json)
  if (days.retention_days === 0) await followErasure(session, asked.tenant.id, !options.json)
  const tenant = await session.call(readTenant, { params: { id: asked.tenant.id } })
  if (options.json) printJson(tenant)
  else say(`${tenant.slug}: ${tenant.status}`)
}

/** Waits for the second person. @returns the operation they started. @throws Failure when it was not approved */
async function decided(session: Session, approvalId: string): Promise<string> {
  for (;;) {
    const approval = await session.call(readApproval, { params: { id: approvalId } })
    if (approval.operation_id) return approval.operation_id
    if (approval.status !== 'pending')
      throw new Failure(`The request was ${approval.status}${approval.decision_reason ? `: ${approval.decision_reason}` : ''}.`)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
