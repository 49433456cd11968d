import { z } from 'zod'
import { defineOperation } from './definition.ts'
import type { DesiredState } from './document-step.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Columns to change, with the values they had. */
const Parameters = z.object({ changes: z.record(z.string(), z.unknown()), before: z.record(z.string(), z.unknown()) })

export const tenantChange = defineOperation({
  kind: 'tenant-change',
  parameters: Parameters,
  deadline: 120,
  pivot: 'document',
  steps: [
    documentStep(
      (parameters: z.infer<typeof Parameters>) => parameters.changes as DesiredState,
      (parameters) => parameters.before as DesiredState,
    ),
    {
      name: 'billing',
      timeout: 10,
      owner: 'finance',
      async do(ctx) {
        const code = ctx.parameters.changes['plan_code']
        if (typeof code !== 'string') return 'the plan stays'
        const plan = await ctx.db.plan.findUniqueOrThrow({ where: { code } })
        await ctx.write((tx) =>
          tx.subscription.updateMany({
            where: { tenant_id: ctx.tenantId, plan_code: { not: code } },
            data: {
              plan_code: code,
              price_amount: plan.price_amount,
              currency_code: plan.currency_code,
              started_at: ctx.now(),
              trial_ends_at: null,
            },
          }),
        )
        return `plan ${code} from now on`
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'changed')),
  succeeded: nothingMore,
  undone: nothingMore,
})
