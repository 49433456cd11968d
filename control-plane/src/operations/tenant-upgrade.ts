import { z } from 'zod'
import { archiveIdentity, ensureArchiveKey } from '../backup/archive-key.ts'
import { describeContent, discardBackup, exportOf, takeBackup } from '../backup/backup.rows.ts'
import { noteBackup } from '../reconcilers/backup-note.ts'
import { requireUpgradeable } from '../rollout/upgrade.rules.ts'
import { defineOperation, type Step, type StepContext, StepRefused } from './definition.ts'
import { nothingMore } from './document-step.ts'
import { releaseOf } from './release-of.ts'
import { besideStep, describeProbes, switchTo } from './release-switch.ts'
import { archiveSeconds } from './tenant-backup.ts'

/**
 * Brings one tenant to another release without a pause a shopper would notice: rehearsed on a copy, backed up, migrated
 * under the running process, started beside it, probed, switched. Until the new process has proven itself in its place,
 * another switch is the way back; the schema stays expanded, which the former release does not mind.
 */
const Parameters = z.object({
  from: z.string(),
  to: z.string(),
  /** The backup that is taken before anything is changed. */
  backup_id: z.string(),
  /** Null for an upgrade by hand. */
  rollout_id: z.string().nullable(),
  rehearse: z.boolean(),
  /** Why it is done by hand against a pin or outside of the maintenance window. */
  override: z.string().nullable(),
})
export type UpgradeParameters = z.infer<typeof Parameters>

/** Days for which the backup of an upgrade is kept. */
const backupDays = 30
/** A backup that is not older than this many days, and of the same release, will do for the rehearsal. */
const rehearsalDays = 7
const day = 86_400_000

const rehearse: Step<UpgradeParameters> = {
  name: 'rehearse',
  timeout: archiveSeconds,
  owner: 'release engineer',
  check: 'the new release works on a copy of the tenant',
  async do(ctx) {
    const { to } = ctx.parameters
    if (!ctx.parameters.rehearse) return 'no rehearsal was asked for'
    await ctx.driver.prepareRelease(await releaseOf(ctx.db, to))
    await ctx.write((tx) => ensureArchiveKey(tx, ctx.sealing, ctx.tenantId, ctx.now()))
    const archive = { tenantId: ctx.tenantId, archiveId: (await recentBackup(ctx)) ?? scratchArchive(ctx) }
    if (archive.archiveId === scratchArchive(ctx)) await exportOf(ctx, ctx.tenantId, archive.archiveId)
    const identity = await archiveIdentity(ctx.db, ctx.sealing, ctx.tenantId)
    const report = await ctx.driver.rehearse({ archive, identity, release: to, document: await ctx.document() }, ctx.fence)
    await ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: scratchArchive(ctx) }, ctx.fence)
    const failed = report.steps.filter((step) => !step.ok)
    if (!report.ok)
      throw new StepRefused(`the rehearsal failed: ${failed.map((step) => `${step.name} (${step.message ?? ''})`).join(', ')}`)
    return `${report.steps.length} steps on a copy in ${(report.milliseconds / 1000).toFixed(1)} s, ${report.applied.length} migrations`
  },
  undo: (ctx) => ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: scratchArchive(ctx) }, ctx.fence),
}

const scratchArchive = (ctx: StepContext<UpgradeParameters>): string => `reh_${ctx.operationId.replace(/^[a-z]+_/, '')}`

async function recentBackup(ctx: StepContext<UpgradeParameters>): Promise<string | null> {
  const since = new Date(ctx.now().getTime() - rehearsalDays * day)
  const found = await ctx.db.backup.findFirst({
    where: { tenant_id: ctx.tenantId, status: 'ready', release: ctx.parameters.from, taken_at: { gt: since } },
    orderBy: { created_at: 'desc' },
    select: { id: true },
  })
  return found?.id ?? null
}

const backup: Step<UpgradeParameters> = {
  name: 'backup',
  timeout: archiveSeconds,
  owner: 'platform operator',
  async do(ctx) {
    const expiresAt = new Date(ctx.now().getTime() + backupDays * day)
    const report = await takeBackup(ctx, { id: ctx.parameters.backup_id, tenantId: ctx.tenantId, kind: 'safety', expiresAt })
    return `what there was is in backup ${ctx.parameters.backup_id}: ${describeContent(report)}`
  },
  undo: (ctx) => discardBackup(ctx, ctx.tenantId, ctx.parameters.backup_id),
}

const migrate: Step<UpgradeParameters> = {
  name: 'migrate',
  timeout: 900,
  owner: 'database administrator',
  async do(ctx) {
    await ctx.driver.prepareRelease(await releaseOf(ctx.db, ctx.parameters.to))
    const { applied, milliseconds } = await ctx.driver.migrate(ctx.tenantId, ctx.parameters.to, ctx.fence)
    return applied.length === 0 ? 'the schema is the release’s already' : `${applied.join(', ')} in ${(milliseconds / 1000).toFixed(1)} s`
  },
}

const probe: Step<UpgradeParameters> = {
  name: 'probe',
  timeout: 120,
  owner: 'release engineer',
  check: 'reads, a quote and a hold work on the new release',
  async do(ctx) {
    await ctx.driver.startBeside(ctx.tenantId, ctx.parameters.to, ctx.fence)
    const reports = []
    for (let round = 0; round < 3; round++) reports.push(await ctx.driver.probe(ctx.tenantId, 'beside', ctx.fence))
    const failed = reports.filter((report) => !report.ok)
    if (failed.length > 1) throw new StepRefused(`the new release does not answer its probes: ${describeProbes(failed)}`)
    if (failed.length === 1) throw new Error(`a probe failed once: ${describeProbes(failed)}`)
    return `${reports.reduce((sum, report) => sum + report.checks.length, 0)} checks beside the former release`
  },
}

const verify: Step<UpgradeParameters> = {
  name: 'verify',
  timeout: 60,
  owner: 'release engineer',
  check: 'the new release is well in its place',
  async do(ctx) {
    const { to } = ctx.parameters
    const { runtime } = await ctx.driver.state(ctx.tenantId)
    if (runtime === 'asleep') return `it sleeps, on ${to}`
    const report = await ctx.driver.health(ctx.tenantId)
    if (!report) throw new Error('the data plane does not answer its health check')
    if (report.release !== to) throw new Error(`${report.release} serves instead of ${to}`)
    if (report.status === 'failed') throw new Error('the data plane is not well on the new release')
    const probes = await ctx.driver.probe(ctx.tenantId, 'active', ctx.fence)
    if (!probes.ok) throw new Error(`the new release does not answer its probes: ${describeProbes([probes])}`)
    return `release ${report.release}, schema ${report.schema}: ${report.status}`
  },
}

export const tenantUpgrade = defineOperation<UpgradeParameters>({
  kind: 'tenant-upgrade',
  parameters: Parameters,
  deadline: archiveSeconds,
  pivot: 'verify',
  steps: [
    rehearse,
    backup,
    migrate,
    besideStep(({ to }) => to),
    probe,
    {
      name: 'switch',
      timeout: 180,
      owner: 'platform operator',
      do: (ctx) => switchTo(ctx, ctx.parameters.to),
      undo: async (ctx) => void (await switchTo(ctx, ctx.parameters.from)),
    },
    verify,
  ],
  begin: requireUpgradeable,
  succeeded: ({ tx, tenantId }) => noteBackup(tx, tenantId),
  undone: nothingMore,
})
