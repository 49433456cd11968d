import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Off the air: the gateway shows the closed page, nothing runs, everything is kept until `closing_until`. */
const Parameters = z.object({ status_before: z.string(), resume_status_before: z.string().nullable(), closing_until: z.iso.datetime() })

export const tenantClose = defineOperation({
  kind: 'tenant-close',
  parameters: Parameters,
  deadline: 120,
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
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'closed')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: null, updated_at: now } })
  },
  undone: nothingMore,
})
