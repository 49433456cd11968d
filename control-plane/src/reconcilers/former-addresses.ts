import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'
import { changeDocument } from '../tenant/tenant.document.ts'

/** Lets go of addresses that have led to their tenant's new one for long enough; anybody may take them then. */
export class FormerAddresses {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** Tenants with an address whose time is over. */
  async due(): Promise<string[]> {
    const rows = await this.registry.db.tenant_domain.findMany({
      where: { leads_until: { lte: this.clock.now() } },
      select: { tenant_id: true },
      take: 50,
    })
    return [...new Set(rows.map((row) => row.tenant_id))]
  }

  /** The gateway's route follows: it is drift from now on. @returns how many addresses went */
  async reconcile(tenantId: string): Promise<number | null> {
    return this.registry.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR UPDATE`
      const now = this.clock.now()
      const { count } = await tx.tenant_domain.deleteMany({ where: { tenant_id: tenantId, leads_until: { lte: now } } })
      if (count === 0) return null
      await changeDocument(tx, tenantId, {}, now)
      return count
    })
  }
}
