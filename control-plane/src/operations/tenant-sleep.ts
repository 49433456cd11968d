import type { TenantStatus } from '@cityos/contract'
import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'

/** Stopping a data plane until it is needed, and starting it before it is. */
const Parameters = z.object({})
const serving: TenantStatus[] = ['trial', 'active', 'past_due', 'suspended']

export const tenantSleep = defineOperation({
  kind: 'tenant-sleep',
  parameters: Parameters,
  deadline: 60,
  pivot: 'sleep',
  steps: [
    {
      name: 'sleep',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.sleep(ctx.tenantId)
        return 'asleep until the next request or due timer'
      },
      undo: (ctx) => ctx.driver.wake(ctx.tenantId),
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, serving, 'put to sleep')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'asleep', updated_at: now } })
  },
  undone: nothingMore,
})

export const tenantWake = defineOperation({
  kind: 'tenant-wake',
  parameters: Parameters,
  deadline: 60,
  pivot: 'wake',
  steps: [
    {
      name: 'wake',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.wake(ctx.tenantId)
        return 'the data plane answers'
      },
      undo: (ctx) => ctx.driver.sleep(ctx.tenantId),
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, serving, 'woken')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'running', updated_at: now } })
  },
  undone: nothingMore,
})
