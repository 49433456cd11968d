import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { defineOperation } from './definition.ts'
import { nothingMore } from './document-step.ts'

/** Destroys one backup: there is no way back from the first step on. */
const Parameters = z.object({ backup_id: z.string() })

export const backupDelete = defineOperation({
  kind: 'backup-delete',
  parameters: Parameters,
  deadline: 120,
  pivot: 'check',
  steps: [
    {
      name: 'check',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const row = await ctx.db.backup.findUnique({ where: { id: ctx.parameters.backup_id } })
        return row ? `${row.kind} backup of ${row.created_at.toISOString()}` : 'it is gone already'
      },
    },
    {
      name: 'destroy',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: ctx.parameters.backup_id }, ctx.fence)
        return 'its file is destroyed'
      },
    },
    {
      name: 'registry',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.write((tx) => tx.backup.deleteMany({ where: { id: ctx.parameters.backup_id, tenant_id: ctx.tenantId } }))
        return 'its row is removed'
      },
    },
  ],
  async begin({ tx, tenantId, parameters }) {
    const row = await tx.backup.findUnique({ where: { id: parameters.backup_id } })
    if (!row || row.tenant_id !== tenantId) throw new DomainError('not_found', { message: `there is no backup ${parameters.backup_id}` })
  },
  succeeded: nothingMore,
  undone: nothingMore,
})
