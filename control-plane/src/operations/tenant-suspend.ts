import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Pages stay readable with a banner, checkout answers 503 `tenant_suspended`; refunds and exports go on. */
const Parameters = z.object({ status_before: z.string() })

export const tenantSuspend = defineOperation({
  kind: 'tenant-suspend',
  parameters: Parameters,
  deadline: 120,
  pivot: 'document',
  steps: [
    documentStep(
      (parameters: z.infer<typeof Parameters>) => ({ status: 'suspended', resume_status: parameters.status_before }),
      (parameters) => ({ status: parameters.status_before, resume_status: null }),
    ),
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due'], 'suspended')),
  succeeded: nothingMore,
  undone: nothingMore,
})
