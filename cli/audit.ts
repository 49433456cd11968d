import { ApiError, type Envelope, tenantAudience } from '@cityos/contract'
import { listTenants, readTenant, type Tenant, verifyAudit } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf, sessionOf } from './command.ts'
import { readOperator } from './data-directory.ts'
import { Failure } from './failure.ts'
import { printJson, say } from './output.ts'
import { type Session, signIn } from './session.ts'
import { fetchAt } from './transport.ts'

interface VerifyOptions extends CommonOptions {
  tenant?: string
  all?: boolean
}

interface TenantReport {
  tenant: string
  entries: number
  verified: boolean
  broken: { position: number; entry_id: string; reason: string } | null
}

/**
 * Walks the hash chain of the platform's audit trail, compares it with its signed daily anchors, and does the same in
 * one tenant's data plane or in all of them. Exit code 0 only when every chain is whole.
 */
export async function verify(options: VerifyOptions): Promise<void> {
  const session = await sessionOf(options)
  const platform = await session.call(verifyAudit)
  const asked = options.all ? await everyTenant(session) : options.tenant ? [await readOne(session, options.tenant)] : []
  const tenants: TenantReport[] = []
  for (const tenant of asked) tenants.push(await verifyTenant(options, session, tenant))
  if (options.json) printJson({ ...platform, ...(asked.length > 0 ? { tenants } : {}) })
  else {
    if (platform.verified) say(`${platform.entries} entries, unbroken, ${platform.anchors} signed anchors`)
    for (const report of tenants.filter(({ verified }) => verified)) say(`${report.tenant}: ${report.entries} entries, unbroken`)
  }
  const broken = tenants.find((report) => !report.verified)
  if (platform.verified && !broken) return
  if (options.json) process.exitCode = 1
  else if (broken)
    throw new Failure(`The audit trail of ${broken.tenant} is broken at entry ${broken.broken?.entry_id}: ${broken.broken?.reason}.`)
  else
    throw new Failure(
      `The audit trail is broken at entry ${platform.first_broken}: ${platform.broken && whatIsWrong[platform.broken.reason]}.`,
    )
}

const whatIsWrong = {
  entry_changed: 'it was changed after it was written',
  link_changed: 'it does not follow the entry before it, which was changed or removed',
  entry_missing: 'it was anchored once and is not there any more',
  anchor_changed: 'it is not the entry whose hash was anchored and signed on its day',
}

async function readOne(session: Session, slug: string): Promise<Tenant> {
  return session.call(readTenant, { params: { id: slug } })
}

async function everyTenant(session: Session): Promise<Tenant[]> {
  const found: Tenant[] = []
  for (;;) {
    const page = await session.call(listTenants, { query: { limit: 100, offset: found.length } })
    found.push(...page.items)
    if (page.items.length === 0 || found.length >= page.total)
      return found.filter(({ status }) => !['failed', 'closed', 'provisioning'].includes(status))
  }
}

/** Asks the tenant's own data plane, as the local operator; a sleeping one wakes up for it. */
async function verifyTenant(options: VerifyOptions, session: Session, tenant: Tenant): Promise<TenantReport> {
  const tokens = await signIn(session.platform, readOperator(dataOf(options)), tenantAudience(tenant.id))
  const response = await fetchAt(session.platform.address)(`${new URL(tenant.url).origin}/v1/admin/audit/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.access_token}`, accept: 'application/json' },
  })
  const answer = (await response.json()) as Envelope<Omit<TenantReport, 'tenant'>>
  if (!answer.data) throw new ApiError(response.status, answer.errors, answer.meta.request_id)
  const { entries, verified, broken } = answer.data
  return { tenant: tenant.slug, entries, verified, broken }
}
