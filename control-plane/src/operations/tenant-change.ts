import { z } from 'zod'
import { applyTerms } from '../billing/subscription.change.ts'
import { defineOperation } from './definition.ts'
import type { DesiredState } from './document-step.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

const Parameters = z.object({
  /** Columns to change, with the values they had. */
  changes: z.record(z.string(), z.unknown()),
  before: z.record(z.string(), z.unknown()),
  /** What the subscription becomes beside it, priced at the moment that was previewed. */
  terms: z
    .object({ plan: z.string().optional(), add: z.array(z.string()), remove: z.array(z.string()), at: z.iso.datetime().nullable() })
    .optional(),
})

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
        const { changes, terms } = ctx.parameters
        const code = changes['plan_code']
        const wanted = terms ?? { add: [], remove: [], at: null, ...(typeof code === 'string' ? { plan: code } : {}) }
        const at = wanted.at ? new Date(wanted.at) : ctx.now()
        return ctx.write((tx) => applyTerms(tx, ctx.tenantId, ctx.operationId, wanted, at, ctx.now()))
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'changed')),
  succeeded: nothingMore,
  undone: nothingMore,
})
