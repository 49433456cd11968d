import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/** Lets a copy go live: its timers, events and workflows run, outside credentials work, it sells. */
const Parameters = z.object({})

export const tenantLiftQuarantine = defineOperation({
  kind: 'tenant-lift-quarantine',
  parameters: Parameters,
  deadline: 120,
  pivot: 'document',
  steps: [
    documentStep<z.infer<typeof Parameters>>(
      () => ({ quarantined: false }),
      () => ({ quarantined: true }),
    ),
    {
      name: 'wake',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.wake(ctx.tenantId)
        return 'the data plane takes up its work'
      },
    },
  ],
  async begin({ tx, tenantId }) {
    const tenant = await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'lifted out of quarantine')
    if (!tenant.quarantined) throw new DomainError('invalid_transition', { message: `${tenant.slug} is not in quarantine` })
  },
  succeeded: nothingMore,
  undone: nothingMore,
})
