import type { StepContext } from '../operations/definition.ts'
import type { Db } from '../registry/registry.ts'

/** What of a tenant's domains is kept: must be empty once it is erased. Certificates on the driver are in its own inventory. */
export async function domainInventory(db: Db, tenantId: string): Promise<{ kind: string; name: string }[]> {
  const rows = await db.custom_domain.findMany({ where: { tenant_id: tenantId }, select: { host: true, certificate_sealed: true } })
  return rows.flatMap((row) => [
    { kind: 'custom domain', name: row.host },
    ...(row.certificate_sealed ? [{ kind: 'sealed certificate', name: row.host }] : []),
  ])
}

/** Forgets claims, certificates with their keys, and challenges; a repeat finds nothing left. @returns one line about it */
export async function eraseDomains(ctx: Pick<StepContext<unknown>, 'write' | 'tenantId'>): Promise<string> {
  const { count } = await ctx.write(async (tx) => tx.custom_domain.deleteMany({ where: { tenant_id: ctx.tenantId } }))
  return count > 0 ? `${count} domains of its own and their certificates are forgotten` : 'it had no domains of its own'
}
