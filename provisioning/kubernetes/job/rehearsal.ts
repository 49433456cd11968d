import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Binding, Check } from '@cityos/contract'
import { countRows, requireSameCounts } from '../../archive/counts.ts'
import { Child, dataPlaneEnvironment } from '../../local/node/child.ts'
import { launch } from '../../local/node/launch.ts'
import { askPlaneAt } from '../../local/node/plane-link.ts'
import { check, probePlane } from '../../local/node/probes.ts'
import { walkJourney } from '../../local/node/rehearsal-journey.ts'
import type { RehearsalReport } from '../../upgrade.ts'
import type { JobWork } from './task.ts'

const startTimeoutMs = 60_000
const probeTimeoutMs = 30_000

export interface Rehearsal {
  work: Extract<JobWork, { task: 'rehearse' }>
  releaseDir: string
  release: string
  /** Loads the archive as it was. @returns rows by table */
  load(): Promise<Record<string, number>>
  /** Brings what was loaded to the release's schema. @returns names of the migrations */
  forward(): Promise<string[]>
}

/**
 * Tries a release on a copy that nobody finds: its process listens on a socket of this pod alone, stands by for ever, reaches no
 * control plane, and pays with the sandbox. Whatever goes wrong with the copy is a step of the report.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<RehearsalReport> {
  const began = performance.now()
  const steps: Check[] = []
  const report: Pick<RehearsalReport, 'applied' | 'rowCounts'> = { applied: [], rowCounts: { archive: {}, migrated: {} } }
  const step = async (name: string, work: () => Promise<void>): Promise<boolean> => {
    const done = await check(name, () => work().then(() => null))
    steps.push(done)
    return done.ok
  }
  const isWhole =
    (await step('load', async () => {
      report.rowCounts.archive = await rehearsal.load()
    })) &&
    (await step('migrate', async () => {
      report.applied = await rehearsal.forward()
    })) &&
    (await step('compare', async () => {
      report.rowCounts.migrated = await countRows(rehearsal.work.databaseUrl)
      requireSameCounts(report.rowCounts.archive, report.rowCounts.migrated)
    }))
  if (isWhole) await walk(rehearsal, steps, step)
  return { ok: steps.every(({ ok }) => ok), steps, ...report, milliseconds: Math.round(performance.now() - began) }
}

async function walk(
  { work, releaseDir, release }: Rehearsal,
  steps: Check[],
  step: (name: string, work: () => Promise<void>) => Promise<boolean>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'))
  const socket = join(folder, 'plane.sock')
  const { binding } = work
  const own: Binding = {
    ...binding,
    listen: { socket },
    control_plane: { socket: `${socket}.none` },
    supervisor: null,
    standby: true,
    files_dir: work.filesDir,
    release_dir: releaseDir,
    idle_after: 0,
  }
  const running: { child: Child | null } = { child: null }
  try {
    const isUp = await step('boot', async () => {
      running.child = await launch({
        release: { version: release, dir: releaseDir, schema: '' },
        take: () =>
          Child.launch({
            args: ['--max-old-space-size=256', '--max-semi-space-size=8', '--enable-source-maps', join(releaseDir, 'data-plane.mjs')],
            logFile: join(folder, 'plane.log'),
            environment: dataPlaneEnvironment({ MALLOC_ARENA_MAX: '1' }),
          }),
        binding: () => own,
        remember: () => undefined,
        now: () => new Date(),
        timeoutMs: startTimeoutMs,
      })
    })
    if (!isUp) return
    const asked = { tenantId: binding.tenant.id, socket, planeKey: binding.secrets.plane_key }
    const ask = () => askPlaneAt(asked, 'POST', '/internal/probe', { timeoutMs: probeTimeoutMs, now: new Date() })
    const probes = await probePlane({ socketPath: socket }, binding.tenant, ask)
    steps.push(...probes.checks.map((each) => ({ ...each, name: `probe.${each.name}` })))
    if (probes.ok) steps.push(...(await walkJourney(socket, binding.tenant)))
  } finally {
    await running.child?.stop(2_000)
    rmSync(folder, { recursive: true, force: true })
  }
}
