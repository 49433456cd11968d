import { z } from 'zod'
import { certifyDeletion } from '../certificate/certificate.ts'
import { jsonNull } from '../registry/registry.ts'
import { documentOf, loadTenant } from '../tenant/tenant.document.ts'
import { defineOperation } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'

/** Erases what is left of a closed or failed tenant: its database, logins, process, routes, files, secrets and personal data. */
const Parameters = z.object({ status_before: z.string() })

export const tenantDelete = defineOperation({
  kind: 'tenant-delete',
  parameters: Parameters,
  deadline: 300,
  pivot: 'stop',
  steps: [
    {
      name: 'unroute',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.route(ctx.tenantId, [], ctx.fence)
        return 'no host leads to it'
      },
      async undo(ctx) {
        const { domains } = await documentOf(ctx.db, await loadTenant(ctx.db, ctx.tenantId))
        await ctx.driver.route(ctx.tenantId, domains, ctx.fence)
      },
    },
    {
      name: 'stop',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.stop(ctx.tenantId, ctx.fence)
        return 'no process is left'
      },
    },
    {
      name: 'database',
      timeout: 60,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.dropDatabase(ctx.tenantId, ctx.fence)
        return 'database and roles are dropped'
      },
    },
    {
      name: 'files-and-secrets',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.forget(ctx.tenantId, ctx.fence)
        await ctx.write((tx) => tx.tenant_secret.deleteMany({ where: { tenant_id: ctx.tenantId } }))
        return 'files and keys are destroyed'
      },
    },
    {
      name: 'sweep',
      timeout: 30,
      owner: 'platform operator',
      check: 'nothing of the tenant is left outside the registry',
      async do(ctx) {
        const left = (await ctx.driver.inventory()).filter((item) => item.tenantId === ctx.tenantId)
        if (left.length > 0) throw new Error(`still there: ${left.map((item) => `${item.kind} ${item.name}`).join(', ')}`)
        return 'nothing of it is left'
      },
    },
    {
      name: 'registry',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        const where = { tenant_id: ctx.tenantId }
        await ctx.write(async (tx) => {
          await tx.tenant_domain.deleteMany({ where })
          await tx.staff_grant.deleteMany({ where })
          await tx.invitation.deleteMany({ where })
          await tx.plane_message.deleteMany({ where })
          await tx.plane_report.deleteMany({ where })
          await tx.usage_sample.deleteMany({ where })
          await tx.subscription.updateMany({ where: { ...where, ended_at: null }, data: { ended_at: ctx.now() } })
          const owner = { owner_sealed: ctx.sealing.seal('personal', ''), owner_index: '' }
          await tx.tenant.updateMany({ where: { id: ctx.tenantId, owner_index: { not: '' } }, data: owner })
        })
        return 'personal data is erased; operations and audit are kept'
      },
    },
    {
      name: 'certificate',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.write((tx) => certifyDeletion(tx, ctx.sealing, ctx.operationId, ctx.now()))
        return 'the certificate is signed'
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['closing', 'closed', 'failed'], 'deleted')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({
      where: { id: tenantId },
      data: { status: 'closed', runtime: null, slug_claim: null, closing_until: null, failure: jsonNull, deleted_at: now, updated_at: now },
    })
  },
  undone: nothingMore,
})
