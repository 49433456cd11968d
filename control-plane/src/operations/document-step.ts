import { isDeepStrictEqual } from 'node:util'
import { DomainError, type TenantDocument, type TenantStatus } from '@cityos/contract'
import type { tenant } from '../../generated/client.ts'
import type { Tx } from '../registry/registry.ts'
import { changeDocument, documentOf, loadTenant, readSecrets } from '../tenant/tenant.document.ts'
import type { Step, StepContext } from './definition.ts'

/** Columns of a tenant's row that its document is made of. */
export type DesiredState = Partial<Omit<tenant, 'id' | 'version' | 'created_at' | 'updated_at'>>

/** Refuses the start of an operation the tenant's status does not allow. @throws DomainError invalid_transition */
export async function requireStatus(tx: Tx, tenantId: string, allowed: readonly TenantStatus[], verb: string): Promise<tenant> {
  const row = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  if (row.deleted_at || !allowed.includes(row.status as TenantStatus)) {
    const found = row.deleted_at ? 'deleted' : row.status
    const message = `${row.slug} is ${found}: only a tenant that is ${allowed.join(' or ')} can be ${verb}`
    throw new DomainError('invalid_transition', { message, details: { status: found, allowed } })
  }
  return row
}

/** Makes the desired state so, sends the document down the tenant's stream and hands it to the driver; a repeat changes nothing. */
export async function becomeDocument<P>(ctx: StepContext<P>, target: DesiredState): Promise<TenantDocument> {
  const row = await ctx.tenant()
  const fits = Object.entries(target).every(([key, value]) => isDeepStrictEqual(row[key as keyof typeof row], value))
  if (!fits) await ctx.write((tx) => changeDocument(tx, ctx.tenantId, target as Parameters<typeof changeDocument>[2], ctx.now()))
  const document = await documentOf(ctx.db, await loadTenant(ctx.db, ctx.tenantId))
  await ctx.driver.configure(document, await readSecrets(ctx.db, ctx.sealing, ctx.tenantId), ctx.fence)
  return document
}

/**
 * The step behind suspending, closing, changing …: writes the desired state, sends the document down the tenant's
 * stream, and hands it to the driver, so that gateway and a waking data plane know it without the control plane.
 * Undo puts the former values back under yet a higher version: an older document never replaces a newer one.
 */
export function documentStep<P>(to: (parameters: P) => DesiredState, back: (parameters: P) => DesiredState): Step<P> {
  return {
    name: 'document',
    timeout: 30,
    owner: 'platform operator',
    async do(ctx) {
      const document = await becomeDocument(ctx, to(ctx.parameters))
      return `version ${document.version} of the document is handed over: ${document.status}`
    },
    async undo(ctx) {
      await becomeDocument(ctx, back(ctx.parameters))
    },
  }
}

/** For operations whose steps have done everything. */
export const nothingMore = async (): Promise<void> => undefined
