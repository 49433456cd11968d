import type { StaffRole } from '@cityos/contract'
import { inviteStaff } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { bold, printJson, say } from './output.ts'

export async function inviteOperator(email: string, options: CommonOptions & { role: StaffRole; tenant?: string }): Promise<void> {
  const session = await sessionOf(options)
  const invitation = await session.call(inviteStaff, { body: { email, role: options.role, tenant_id: options.tenant ?? null } })
  if (options.json) return printJson(invitation)
  say(`${invitation.email} may join as ${invitation.role} (works once, until ${invitation.expires_at}): ${bold(invitation.url)}`)
}
