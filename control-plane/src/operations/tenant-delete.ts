import { z } from 'zod'
import { eraseBilling } from '../billing/billing.erasure.ts'
import { dropCacheKeys } from '../certificate/cache-keys.ts'
import { certifyDeletion } from '../certificate/certificate.ts'
import { inventoryOf, keepInventory, noteDestroyed, noteSwept, takeInventory } from '../certificate/inventory.ts'
import { eraseDomains } from '../domain/domain.erasure.ts'
import { jsonNull } from '../registry/registry.ts'
import { documentOf, loadTenant } from '../tenant/tenant.document.ts'
import { defineOperation } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'

/**
 * Erases what is left of a closed or failed tenant: its backups and the key that opens them, its database, logins,
 * process, routes, files, secrets, billing and personal data; then searches for what may be left, and signs for it.
 * The final archive, made when the tenant was closed and offered until now, goes with the other backups.
 */
const Parameters = z.object({ status_before: z.string() })

export const tenantDelete = defineOperation({
  kind: 'tenant-delete',
  parameters: Parameters,
  deadline: 600,
  pivot: 'stop',
  steps: [
    {
      name: 'inventory',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        const before = await takeInventory(ctx.db, ctx.driver, ctx.tenantId)
        const kept = await ctx.write((tx) => keepInventory(tx, ctx.tenantId, ctx.operationId, before, ctx.now()))
        const rows = kept.rows ? `, ${kept.rows.total} rows in ${Object.keys(kept.rows.tables).length} tables` : ''
        return `${kept.entries.length} things${rows}, ${kept.backups.length} backups`
      },
      async undo(ctx) {
        await ctx.write((tx) => tx.deletion_inventory.deleteMany({ where: { tenant_id: ctx.tenantId } }))
      },
    },
    {
      name: 'unroute',
      timeout: 60,
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
      name: 'backups',
      timeout: 300,
      owner: 'database administrator',
      async do(ctx) {
        const where = { tenant_id: ctx.tenantId }
        await ctx.write(async (tx) => {
          await tx.tenant_secret.deleteMany({ where: { ...where, kind: 'archive_key' } })
          await noteDestroyed(tx, ctx.tenantId, 'key_destroyed_at', ctx.now())
        })
        const archives = await ctx.driver.listArchives(ctx.tenantId)
        for (const { tenantId, archiveId } of archives) await ctx.driver.deleteArchive({ tenantId, archiveId }, ctx.fence)
        await ctx.write(async (tx) => {
          await tx.backup.deleteMany({ where })
          await tx.backup_schedule.deleteMany({ where })
          await noteDestroyed(tx, ctx.tenantId, 'backups_destroyed_at', ctx.now())
        })
        return `the key that opens its backups is destroyed, and the backups with it, also the final archive`
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
      name: 'cache',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        const dropped = await dropCacheKeys(ctx.tenantId)
        return process.env['REDIS_URL'] ? `${dropped} keys of the shared cache are dropped` : 'its cache ended with its process'
      },
    },
    {
      name: 'billing',
      timeout: 60,
      owner: 'finance',
      do: (ctx) => eraseBilling(ctx),
    },
    {
      name: 'registry',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        const where = { tenant_id: ctx.tenantId }
        await eraseDomains(ctx)
        await ctx.write(async (tx) => {
          await tx.tenant_domain.deleteMany({ where })
          await tx.staff_grant.deleteMany({ where })
          await tx.invitation.deleteMany({ where })
          await tx.plane_message.deleteMany({ where })
          await tx.plane_report.deleteMany({ where })
          await tx.usage_sample.deleteMany({ where })
          await tx.mail.deleteMany({ where })
          await tx.alert.updateMany({ where: { ...where, closed_at: null }, data: { closed_at: ctx.now() } })
          const owner = { owner_sealed: ctx.sealing.seal('personal', ''), owner_index: '' }
          await tx.tenant.updateMany({ where: { id: ctx.tenantId, owner_index: { not: '' } }, data: owner })
        })
        return 'domains, grants, invitations, mails and personal data are erased; operations and audit are kept'
      },
    },
    {
      name: 'sweep',
      timeout: 60,
      owner: 'platform operator',
      check: 'nothing of the tenant is left anywhere',
      async do(ctx) {
        const left = await inventoryOf(ctx.db, ctx.driver, ctx.tenantId)
        await ctx.write((tx) => noteSwept(tx, ctx.tenantId, left, ctx.now()))
        if (left.length > 0) throw new Error(`still there: ${left.map((item) => `${item.kind} ${item.name}`).join(', ')}`)
        return 'nothing of it is left'
      },
    },
    {
      name: 'certificate',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.write((tx) => certifyDeletion(tx, ctx.sealing, ctx.operationId, `cityos.${ctx.baseDomain}`, ctx.now()))
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
