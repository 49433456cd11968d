import { z } from 'zod'
import { describeContent, takeBackup } from '../backup/backup.rows.ts'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/**
 * Off the air: the gateway shows the closed page, nothing runs, everything is kept until `closing_until`. A final archive
 * is made once nothing writes any more: until then it can be restored as a new tenant, and it is destroyed with the tenant.
 */
const Parameters = z.object({
  status_before: z.string(),
  resume_status_before: z.string().nullable(),
  closing_until: z.iso.datetime(),
  /** Id of the final archive. */
  archive_id: z.string().nullable().default(null),
})

export const tenantClose = defineOperation({
  kind: 'tenant-close',
  parameters: Parameters,
  deadline: 900,
  pivot: 'document',
  steps: [
    documentStep(
      (parameters: z.infer<typeof Parameters>) => ({
        status: 'closing',
        resume_status: parameters.status_before,
        closing_until: new Date(parameters.closing_until),
      }),
      (parameters) => ({ status: parameters.status_before, resume_status: parameters.resume_status_before, closing_until: null }),
    ),
    {
      name: 'stop',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.stop(ctx.tenantId, ctx.fence)
        return 'the data plane is stopped; database and files are kept'
      },
    },
    {
      name: 'archive',
      timeout: 900,
      owner: 'database administrator',
      check: 'a final archive of the tenant is made',
      async do(ctx) {
        const { archive_id: id } = ctx.parameters
        if (!id) return 'no final archive was asked for'
        const known = await ctx.db.backup.findUnique({ where: { id } })
        if (known?.status === 'ready') return `final archive ${id} is there`
        const report = await takeBackup(ctx, { id, tenantId: ctx.tenantId, kind: 'archive', expiresAt: null })
        return `final archive ${id}: ${describeContent(report)}`
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'closed')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: null, updated_at: now } })
  },
  undone: nothingMore,
})
