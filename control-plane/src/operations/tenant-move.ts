import { CellCluster, DomainError, type ErrorCode, type TenantStatus } from '@cityos/contract'
import { z } from 'zod'
import { ensureArchiveKey } from '../backup/archive-key.ts'
import { describeContent, exportOf, importOf } from '../backup/backup.rows.ts'
import { requirePlaceIn } from '../cell/cell.service.ts'
import { defineOperation, type Step, type StepContext, StepRefused } from './definition.ts'
import { requireStatus } from './document-step.ts'
import { releaseOf } from './release-of.ts'
import { describeProbes } from './release-switch.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { pauseWrites, resumeWrites, takeUpSteps } from './write-pause.ts'

/**
 * Moves a tenant through its archive to a database and files of a new place, in its cell or in another one. It is fenced
 * instead of quarantined: writing pauses before the archive is taken and goes on only in the new place, and only past the
 * pivot, so that there are never two and nothing that was accepted is lost. What it had stays until the data plane is well there.
 */
const Parameters = z.object({ archive_id: z.string(), to_cell: z.string().nullable().default(null) })
type Parameters = z.infer<typeof Parameters>

/** What a target says for good when a place is asked for. */
const final = new Set<ErrorCode>(['already_exists', 'not_found', 'invalid_transition', 'validation_failed'])

async function prepareInCell(ctx: StepContext<Parameters>, cell: string): Promise<void> {
  try {
    await ctx.driver.prepareInCell(ctx.tenantId, cell, ctx.fence)
  } catch (error) {
    if (error instanceof DomainError && final.has(error.code)) throw new StepRefused(`${error.message} (${error.code})`)
    throw error
  }
}

/** What DNS has to say from now on. */
async function leadTo(ctx: StepContext<Parameters>, cell: string): Promise<string> {
  const [{ domains }, row] = await Promise.all([ctx.tenant(), ctx.db.cell.findUniqueOrThrow({ where: { name: cell } })])
  const { gateway } = CellCluster.parse(row.cluster)
  const hosts = domains.map(({ host }) => host).join(', ')
  return `DNS of ${hosts} has to lead to the gateway of ${cell}${gateway.address ? `, ${gateway.address}` : ''}`
}

/** The steps that are the same wherever something is loaded. */
function takeUpStep(name: string): Step<Parameters> {
  const step = takeUpSteps<Parameters>().find((candidate) => candidate.name === name)
  if (!step) throw new Error(`taking up has no step ${name}`)
  return step
}

const health = takeUpStep('health')

/** Statuses in which a tenant can be moved. */
export const movable: readonly TenantStatus[] = ['trial', 'active', 'past_due', 'suspended']

export const tenantMove = defineOperation({
  kind: 'tenant-move',
  parameters: Parameters,
  deadline: archiveSeconds,
  pivot: 'health',
  steps: [
    {
      name: 'schema',
      timeout: 120,
      owner: 'release engineer',
      async do(ctx) {
        const release = await releaseOf(ctx.db, (await ctx.tenant()).release)
        await ctx.driver.prepareRelease(release)
        await ctx.write((tx) => ensureArchiveKey(tx, ctx.sealing, ctx.tenantId, ctx.now()))
        return `release ${release.version} is ready in the new place`
      },
    },
    {
      name: 'place',
      timeout: 180,
      owner: 'platform operator',
      async do(ctx) {
        const { to_cell } = ctx.parameters
        if (to_cell === null) return 'the new place is beside the present one'
        await prepareInCell(ctx, to_cell)
        return `a place is ready in cell ${to_cell}`
      },
      // Undone last: a cell that does not answer keeps nobody from writing again where the tenant is.
      async undo(ctx) {
        if (ctx.parameters.to_cell !== null) await ctx.driver.dropIncoming(ctx.tenantId, ctx.fence)
      },
    },
    {
      name: 'pause',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await pauseWrites(ctx)
        return 'nothing is written from now on; reading goes on'
      },
      undo: resumeWrites,
    },
    {
      name: 'archive',
      timeout: archiveSeconds,
      owner: 'platform operator',
      async do(ctx) {
        const report = await exportOf(ctx, ctx.tenantId, ctx.parameters.archive_id)
        return `${describeContent(report)} in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      undo: (ctx) => ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: ctx.parameters.archive_id }, ctx.fence),
    },
    {
      name: 'load',
      timeout: archiveSeconds,
      owner: 'database administrator',
      async do(ctx) {
        const { archive_id, to_cell } = ctx.parameters
        const elsewhere = to_cell === null ? {} : { cell: to_cell }
        const report = await importOf(ctx, { archive: { tenantId: ctx.tenantId, archiveId: archive_id }, copy: null, ...elsewhere })
        return `${describeContent(report)}, the same content, in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      async undo(ctx) {
        if (ctx.parameters.to_cell === null) await ctx.driver.dropIncoming(ctx.tenantId, ctx.fence)
      },
    },
    takeUpStep('stop'),
    takeUpStep('swap'),
    {
      ...takeUpStep('start'),
      async do(ctx) {
        // The database takes writes, since a data plane starts over no other; whoever comes is still told to wait.
        await ctx.driver.setReadOnly(ctx.tenantId, false, ctx.fence)
        await ctx.driver.start(ctx.tenantId, ctx.fence)
        return 'the data plane answers'
      },
      // In another cell it is the way back that ends it, by its database: that cell may not answer any more.
      async undo(ctx) {
        if (ctx.parameters.to_cell === null) await ctx.driver.stop(ctx.tenantId, ctx.fence)
      },
    },
    {
      ...health,
      timeout: 120,
      async do(ctx) {
        const said = await health.do(ctx)
        const probes = await ctx.driver.probe(ctx.tenantId, 'active', ctx.fence)
        if (!probes.ok) throw new Error(`it does not answer its probes where it is now: ${describeProbes([probes])}`)
        return `${said}; ${probes.checks.length} probes`
      },
    },
    {
      name: 'open',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        const { to_cell } = ctx.parameters
        const { cell } = await ctx.tenant()
        if (to_cell !== null && cell !== to_cell)
          await ctx.write((tx) => tx.tenant.update({ where: { id: ctx.tenantId }, data: { cell: to_cell, other_cell: cell } }))
        await resumeWrites(ctx)
        return to_cell === null ? 'it is written to again' : `it is written to again, in cell ${to_cell}; ${await leadTo(ctx, to_cell)}`
      },
    },
    {
      name: 'report',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const steps = await ctx.db.operation_step.findMany({ where: { operation_id: ctx.operationId, name: { in: ['pause', 'open'] } } })
        const from = steps.find((step) => step.name === 'pause')?.started_at
        const until = steps.find((step) => step.name === 'open')?.finished_at
        if (!from || !until) return 'the length of the pause was not recorded'
        return `nothing could be written for ${((until.getTime() - from.getTime()) / 1000).toFixed(1)} s`
      },
    },
    {
      name: 'finish',
      timeout: 180,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.dropFormer(ctx.tenantId, ctx.fence)
        await ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: ctx.parameters.archive_id }, ctx.fence)
        const { other_cell } = await ctx.db.tenant.findUniqueOrThrow({ where: { id: ctx.tenantId }, select: { other_cell: true } })
        const isCellGone = ctx.parameters.to_cell !== null && other_cell === null
        return isCellGone ? 'its former cell is gone, and what it had there with it' : 'what it had in the former place is removed'
      },
    },
  ],
  async begin({ tx, tenantId, parameters: { to_cell } }) {
    const row = await requireStatus(tx, tenantId, movable, 'moved')
    if (to_cell === null) return
    await requirePlaceIn(tx, row, to_cell)
    // Its place there is taken from now on.
    await tx.tenant.update({ where: { id: tenantId }, data: { other_cell: to_cell } })
  },
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'running', other_cell: null, updated_at: now } })
  },
  async undone({ tx, tenantId }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { other_cell: null } })
  },
})
