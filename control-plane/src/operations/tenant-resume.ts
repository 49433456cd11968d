import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Back to what the tenant was before it was suspended. */
const Parameters = z.object({ resume_status: z.string() })

export const tenantResume = defineOperation({
  kind: 'tenant-resume',
  parameters: Parameters,
  deadline: 120,
  pivot: 'document',
  steps: [
    documentStep(
      (parameters: z.infer<typeof Parameters>) => ({ status: parameters.resume_status, resume_status: null }),
      (parameters) => ({ status: 'suspended', resume_status: parameters.resume_status }),
    ),
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['suspended'], 'resumed')),
  succeeded: nothingMore,
  undone: nothingMore,
})
