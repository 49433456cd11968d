import type { Registry, Tx } from '../registry/registry.ts'
import { loadTenant, type TenantRow } from '../tenant/tenant.document.ts'

const active = ['queued', 'running', 'waiting', 'undoing']

/** Milliseconds: putting a tenant's objects back takes a cluster that long at the most. */
const longest = 60_000

/** Runs `work` while no operation of the tenant can start: both lock its row. Null when one is under way, or about to be. */
export async function exclusively<T>(
  db: Registry['db'],
  tenantId: string,
  work: (tenant: TenantRow, tx: Tx) => Promise<T>,
): Promise<T | null> {
  return db.$transaction(
    async (tx) => {
      // in silence: the work is done elsewhere
      await tx.$executeRawUnsafe(`SET LOCAL idle_in_transaction_session_timeout = ${longest}`)
      const free = await tx.$queryRaw<unknown[]>`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR NO KEY UPDATE SKIP LOCKED`
      const busy = await tx.operation.findFirst({ where: { tenant_id: tenantId, status: { in: active } }, select: { id: true } })
      return free.length === 0 || busy ? null : work(await loadTenant(tx, tenantId), tx)
    },
    { timeout: longest },
  )
}
