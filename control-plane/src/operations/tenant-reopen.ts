import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Takes a closing back within its 30 days. */
const Parameters = z.object({ resume_status: z.string(), closing_until: z.iso.datetime() })

export const tenantReopen = defineOperation({
  kind: 'tenant-reopen',
  parameters: Parameters,
  deadline: 120,
  pivot: 'start',
  steps: [
    documentStep(
      (parameters: z.infer<typeof Parameters>) => ({ status: parameters.resume_status, resume_status: null, closing_until: null }),
      (parameters) => ({ status: 'closing', resume_status: parameters.resume_status, closing_until: new Date(parameters.closing_until) }),
    ),
    {
      name: 'start',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.start(ctx.tenantId, ctx.fence)
        return 'the data plane answers'
      },
      undo: (ctx) => ctx.driver.stop(ctx.tenantId, ctx.fence),
    },
  ],
  async begin({ tx, tenantId, now }) {
    const tenant = await requireStatus(tx, tenantId, ['closing'], 'reopened')
    if (tenant.closing_until && tenant.closing_until <= now) {
      throw new DomainError('invalid_transition', {
        message: `${tenant.slug} could be reopened until ${tenant.closing_until.toISOString()}`,
      })
    }
  },
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'running', updated_at: now } })
  },
  undone: nothingMore,
})
