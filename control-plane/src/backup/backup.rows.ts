import { DomainError, type ErrorCode } from '@cityos/contract'
import type { ArchiveReport, ImportReport, ImportRequest } from '@cityos/provisioning'
import { recipientOf } from '@cityos/provisioning/archive-key'
import { type StepContext, StepRefused } from '../operations/definition.ts'
import { json, type Tx } from '../registry/registry.ts'
import { archiveIdentity, ensureArchiveKey } from './archive-key.ts'
import type { BackupKind } from './backup.contract.ts'

export interface NewBackup {
  id: string
  tenantId: string
  kind: BackupKind
  expiresAt: Date | null
}

/** The row of a backup that is about to be taken; a repeat finds it. */
export async function announceBackup(tx: Tx, backup: NewBackup, now: Date): Promise<void> {
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: backup.tenantId } })
  const release = await tx.release.findUnique({ where: { version: tenant.release } })
  await tx.backup.createMany({
    data: [
      {
        id: backup.id,
        tenant_id: backup.tenantId,
        kind: backup.kind,
        status: 'running',
        driver: tenant.driver,
        release: tenant.release,
        schema: release?.schema ?? '',
        created_at: now,
        expires_at: backup.expiresAt,
      },
    ],
    skipDuplicates: true,
  })
}

/** Writes the tenant's archive and notes in the backup's row what it holds. */
export async function takeBackup<P>(ctx: StepContext<P>, backup: NewBackup): Promise<ArchiveReport> {
  await ctx.write(async (tx) => {
    await ensureArchiveKey(tx, ctx.sealing, backup.tenantId, ctx.now())
    await announceBackup(tx, backup, ctx.now())
  })
  const report = await exportOf(ctx, backup.tenantId, backup.id)
  await ctx.write((tx) =>
    tx.backup.update({
      where: { id: backup.id },
      data: {
        status: 'ready',
        release: report.release,
        schema: report.schema,
        size_bytes: BigInt(report.sizeBytes),
        checksum: report.checksum,
        content_checksum: report.contentChecksum,
        row_counts: json(report.rowCounts),
        files: json(report.files),
        taken_at: new Date(report.takenAt),
      },
    }),
  )
  return report
}

/** The archive alone, under the key of its tenant. */
export async function exportOf<P>(ctx: StepContext<P>, tenantId: string, archiveId: string): Promise<ArchiveReport> {
  const recipient = await recipientOf(await archiveIdentity(ctx.db, ctx.sealing, tenantId))
  return ctx.driver.exportArchive({ tenantId, archiveId, recipient }, ctx.fence)
}

/**
 * Loads an archive beside the tenant. One that can never be loaded ends the operation at once: trying again would not
 * help; a damaged backup is known as damaged from then on.
 * @throws StepRefused
 */
export async function importOf<P>(
  ctx: StepContext<P>,
  request: Omit<ImportRequest, 'tenantId' | 'release' | 'identity'>,
): Promise<ImportReport> {
  const { archive } = request
  try {
    return await ctx.driver.importArchive(
      {
        ...request,
        tenantId: ctx.tenantId,
        identity: await archiveIdentity(ctx.db, ctx.sealing, archive.tenantId),
        release: (await ctx.tenant()).release,
      },
      ctx.fence,
    )
  } catch (error) {
    if (!(error instanceof DomainError) || !final.has(error.code)) throw error
    if (error.code === 'archive_damaged') {
      await ctx.write((tx) => tx.backup.updateMany({ where: { id: archive.archiveId }, data: { status: 'damaged' } }))
    }
    throw new StepRefused(`${error.message} (${error.code})`)
  }
}

const final = new Set<ErrorCode>(['archive_damaged', 'archive_wrong_key', 'archive_newer_schema', 'not_found'])

/** Takes a backup back: archive and row. */
export async function discardBackup<P>(ctx: StepContext<P>, tenantId: string, backupId: string): Promise<void> {
  await ctx.driver.deleteArchive({ tenantId, archiveId: backupId }, ctx.fence)
  await ctx.write((tx) => tx.backup.deleteMany({ where: { id: backupId } }))
}

/** `3 tables, 120 rows, 2 files, 1.4 MB` */
export function describeContent(report: { rowCounts: Record<string, number>; files: { count: number }; sizeBytes?: number }): string {
  const counts = Object.values(report.rowCounts)
  const size = report.sizeBytes === undefined ? '' : `, ${(report.sizeBytes / 1_048_576).toFixed(1)} MB`
  return `${counts.length} tables, ${counts.reduce((sum, rows) => sum + rows, 0)} rows, ${report.files.count} files${size}`
}
