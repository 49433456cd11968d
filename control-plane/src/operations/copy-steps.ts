import { z } from 'zod'
import { describeContent, importOf } from '../backup/backup.rows.ts'
import { readSecrets } from '../tenant/tenant.document.ts'
import type { Settlement, Step } from './definition.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { tenantCreate } from './tenant-create.ts'

/** What every copy knows: where its data comes from, and whose key opens it. */
export const CopyParameters = z.object({
  /** Never: a copy has its data already. */
  seed: z.literal(false),
  invitation_id: z.string(),
  source_tenant_id: z.string(),
  backup_id: z.string(),
  mask_personal_data: z.boolean(),
})
export type CopyParameters = z.infer<typeof CopyParameters>

/** A step of creating a tenant, for a copy is created like any other but for its data. */
export function creationStep(name: string): Step<CopyParameters> {
  const step = tenantCreate.steps.find((candidate) => candidate.name === name)
  if (!step) throw new Error(`tenant-create has no step ${name}`)
  return step as Step<CopyParameters>
}

/**
 * From an archive to a new tenant's database: sealed values are sealed anew under its own key, on request persons are
 * made up, and it starts quarantined.
 */
export function loadSteps(): Step<CopyParameters>[] {
  return [
    {
      name: 'load',
      timeout: archiveSeconds,
      owner: 'database administrator',
      async do(ctx) {
        const { parameters } = ctx
        const [source, own] = await Promise.all([
          readSecrets(ctx.db, ctx.sealing, parameters.source_tenant_id),
          readSecrets(ctx.db, ctx.sealing, ctx.tenantId),
        ])
        const report = await importOf(ctx, {
          archive: { tenantId: parameters.source_tenant_id, archiveId: parameters.backup_id },
          copy: { fromKey: source.tenantKey, toKey: own.tenantKey, maskPersonalData: parameters.mask_personal_data },
        })
        const masked = parameters.mask_personal_data ? `, ${report.masked} personal values made up` : ''
        return `${describeContent(report)}; ${report.rekeyed} values under keys of its own${masked}`
      },
      undo: (ctx) => ctx.driver.dropIncoming(ctx.tenantId, ctx.fence),
    },
    {
      name: 'database',
      timeout: 120,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.activateIncoming(ctx.tenantId, ctx.fence)
        await ctx.driver.dropFormer(ctx.tenantId, ctx.fence)
        return 'database, roles and files are its own'
      },
      undo: (ctx) => ctx.driver.dropDatabase(ctx.tenantId, ctx.fence),
    },
  ]
}

/** A copy sells nothing yet and owes nothing: it is active at once, and quarantined. */
export async function copySucceeded({ tx, tenantId, now }: Pick<Settlement<unknown>, 'tx' | 'tenantId' | 'now'>): Promise<void> {
  await tx.tenant.update({ where: { id: tenantId }, data: { status: 'active', runtime: 'running', updated_at: now } })
}
