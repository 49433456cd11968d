import { TenantStatus } from '@cityos/contract'
import { z } from 'zod'
import { changeDocument, documentOf, loadTenant, readSecrets } from '../tenant/tenant.document.ts'
import { defineOperation, type StepContext } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'

/** Where a tenant stands with its payments: `trial`, `active` or `past_due`, and which add-ons are off. */
const Standing = z.object({ status: TenantStatus, off: z.array(z.string()) })

const Parameters = z.object({ from: Standing, to: Standing })

/** Only an add-on's own vertical goes off; the shop and the others go on, and so does what was sold there. */
export const tenantStanding = defineOperation({
  kind: 'tenant-standing',
  parameters: Parameters,
  deadline: 120,
  pivot: 'document',
  steps: [
    {
      name: 'document',
      timeout: 30,
      owner: 'finance',
      async do(ctx: StepContext<z.infer<typeof Parameters>>) {
        const document = await become(ctx, ctx.parameters.to)
        const off = ctx.parameters.to.off
        return `version ${document.version} of the document is handed over: ${document.status}${off.length > 0 ? `, without ${off.join(', ')}` : ''}`
      },
      async undo(ctx) {
        await become(ctx, ctx.parameters.from)
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'changed')),
  succeeded: nothingMore,
  undone: nothingMore,
})

async function become(ctx: StepContext<z.infer<typeof Parameters>>, standing: z.infer<typeof Standing>) {
  await ctx.write(async (tx) => {
    const own = { tenant_id: ctx.tenantId, kind: 'add_on', ended_at: null }
    const off = await tx.subscription_item.updateMany({
      where: { ...own, code: { in: standing.off }, suspended_at: null },
      data: { suspended_at: ctx.now() },
    })
    const on = await tx.subscription_item.updateMany({
      where: { ...own, code: { notIn: standing.off }, suspended_at: { not: null } },
      data: { suspended_at: null },
    })
    const row = await tx.tenant.findUniqueOrThrow({ where: { id: ctx.tenantId } })
    if (off.count + on.count > 0 || row.status !== standing.status) {
      await changeDocument(tx, ctx.tenantId, { status: standing.status }, ctx.now())
    }
  })
  const document = await documentOf(ctx.db, await loadTenant(ctx.db, ctx.tenantId))
  await ctx.driver.configure(document, await readSecrets(ctx.db, ctx.sealing, ctx.tenantId), ctx.fence)
  return document
}
