import type { StaffRole } from '@cityos/contract'
import { inviteStaff, listReleases, type Release, readRelease } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { bold, printFacts, printJson, printTable, say } from './output.ts'

export async function listAllReleases(options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const page = await session.call(listReleases, { query: { limit: 100 } })
  if (options.json) return printJson(page.items)
  printTable(
    ['version', '', 'status', 'tenants', 'schema', 'created'],
    page.items.map((each) => [
      each.version,
      each.current ? 'current' : '',
      each.status,
      String(each.tenants),
      each.schema,
      each.created_at,
    ]),
    'No releases.',
  )
}

export async function showRelease(version: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const release: Release = await session.call(readRelease, { params: { version } })
  if (options.json) return printJson(release)
  printFacts({ ...release, current: release.current ? 'yes' : 'no' })
}

export async function inviteOperator(email: string, options: CommonOptions & { role: StaffRole; tenant?: string }): Promise<void> {
  const session = await sessionOf(options)
  const invitation = await session.call(inviteStaff, { body: { email, role: options.role, tenant_id: options.tenant ?? null } })
  if (options.json) return printJson(invitation)
  say(`${invitation.email} may join as ${invitation.role} (works once, until ${invitation.expires_at}): ${bold(invitation.url)}`)
}
