import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Binding, DomainError, type TenantDocument } from '@cityos/contract'
import { countRows, requireSameCounts } from '../../archive/counts.ts'
import { bringForward, namesOf } from '../../archive/journal.ts'
import type { Check, Fence, RehearsalReport, RehearsalRequest } from '../../driver.ts'
import { readMigrations } from '../../migrate.ts'
import type { Databases } from '../postgres/databases.ts'
import type { Archives, Scratch } from './archives.ts'
import { Child } from './child.ts'
import { launch } from './launch.ts'
import { askPlaneAt } from './plane-link.ts'
import { check, probePlane } from './probes.ts'
import { walkJourney } from './rehearsal-journey.ts'
import type { ReleaseRecord, StateStore } from './state.ts'
import type { Tenants } from './tenants.ts'

/** Tries, one a second, to remove what a killed node's sessions still hold. */
const scratchAttempts = 15

export interface RehearsalsOptions {
  store: StateStore
  databases: () => Databases
  archives: () => Archives
  tenants: () => Tenants
  release: (version: string) => ReleaseRecord
  freshProcess: (release: ReleaseRecord, logFile: string) => Promise<Child>
  newSocket: () => string
  now: () => Date
  startTimeoutMs: number
  common: () => Pick<Binding, 'jwks' | 'issuer' | 'public'>
}

/** A shop that is suspended or read-only would refuse the order; the copy is open, and no card is real. */
export function rehearsedDocument(document: TenantDocument, release: string): TenantDocument {
  return { ...document, release, status: 'active', read_only: false, quarantined: false, test: true }
}

/**
 * Tries an upgrade on a copy that nobody finds: no timer, relay or workflow runs in it (its process stands by for ever),
 * it reaches no control plane, and it pays with the sandbox.
 */
export class Rehearsals {
  private readonly options: RehearsalsOptions

  constructor(options: RehearsalsOptions) {
    this.options = options
  }

  /** @throws StaleFence, DomainError not_found; whatever goes wrong with the copy is a report */
  async run(request: RehearsalRequest, fence: Fence): Promise<RehearsalReport> {
    const { tenantId } = request.archive
    // The tenant itself is not touched: its queue is asked for the fence alone, and free again while the copy is tried.
    await this.options.tenants().fenced(tenantId, fence, async () => null)
    if (!this.options.store.tenant(tenantId)?.secrets)
      throw new DomainError('not_found', { message: `tenant ${tenantId} is not known on this node` })
    const began = performance.now()
    const steps: Check[] = []
    const rowCounts: RehearsalReport['rowCounts'] = { archive: {}, migrated: {} }
    const applied: string[] = []
    const loaded: { scratch: Scratch | null } = { scratch: null }
    try {
      await this.steps(request, steps, rowCounts, applied, loaded)
    } finally {
      await loaded.scratch?.drop()
    }
    return { ok: steps.every((step) => step.ok), steps, applied, rowCounts, milliseconds: Math.round(performance.now() - began) }
  }

  /** Ends processes of rehearsals that a killed node left behind, and removes their databases. */
  async sweep(): Promise<void> {
    const { store, databases } = this.options
    await Promise.all(store.state.rehearsals.map((identity) => Child.adopt(identity, '')?.stop(1_000)))
    if (store.state.rehearsals.length > 0) store.update({ rehearsals: [] })
    if ((await databases().states.dropScratch()) > 0) this.dropScratchLater()
  }

  /** The server notices within seconds that the killed node is gone; one that belongs to another node stays in use. */
  private async dropScratchLater(): Promise<void> {
    for (let attempt = 1; attempt <= scratchAttempts; attempt++) {
      await delay(1_000)
      const left = await this.options
        .databases()
        .states.dropScratch()
        .catch(() => 1)
      if (left === 0) return
    }
  }

  private async steps(
    request: RehearsalRequest,
    steps: Check[],
    rowCounts: RehearsalReport['rowCounts'],
    applied: string[],
    loaded: { scratch: Scratch | null },
  ): Promise<void> {
    const release = this.options.release(request.release)
    const step = async (name: string, work: () => Promise<string | null>): Promise<boolean> => {
      const done = await check(name, work)
      steps.push(done)
      return done.ok
    }
    const isLoaded = await step('load', async () => {
      const scratch = await this.options.archives().loadScratch(request, () => release)
      loaded.scratch = scratch
      rowCounts.archive = scratch.report.rowCounts
      return null
    })
    const { scratch } = loaded
    if (!isLoaded || !scratch) return
    const url = this.options.databases().address(scratch.database)
    const isMigrated = await step('migrate', async () => {
      const carried = namesOf(scratch.checked.header)
      applied.push(...(await bringForward(url, await readMigrations(join(release.dir, 'migrations')), carried)))
      return null
    })
    if (!isMigrated) return
    const isWhole = await step('compare', async () => {
      rowCounts.migrated = await countRows(url)
      requireSameCounts(rowCounts.archive, rowCounts.migrated)
      return null
    })
    if (isWhole) await this.walk(request, scratch, release, steps, step)
  }

  private async walk(
    request: RehearsalRequest,
    scratch: Scratch,
    release: ReleaseRecord,
    steps: Check[],
    step: (name: string, work: () => Promise<string | null>) => Promise<boolean>,
  ): Promise<void> {
    const { store, tenants, databases } = this.options
    const { tenantId } = request.archive
    const binding = await this.bindingOf(request, scratch, release)
    const { socket } = binding.listen as { socket: string }
    const logFile = tenants().rehearsalLogFile(tenantId)
    await databases().letIn(scratch.database, tenants().logins(tenantId))
    const running: { child: Child | null } = { child: null }
    try {
      const isUp = await step('boot', async () => {
        running.child = await launch({
          release,
          take: (wanted) => this.options.freshProcess(wanted, logFile),
          binding: () => binding,
          remember: ({ pid, started }) => store.update({ rehearsals: [...store.state.rehearsals, { pid, started }] }),
          now: () => this.options.now(),
          timeoutMs: this.options.startTimeoutMs,
        })
        return null
      })
      if (!isUp) return
      const asked = { tenantId, socket, planeKey: binding.secrets.plane_key }
      const ask = () => askPlaneAt(asked, 'POST', '/internal/probe', { timeoutMs: 30_000, now: this.options.now() })
      const probes = await probePlane({ socketPath: socket }, binding.tenant, ask)
      steps.push(...probes.checks.map((each) => ({ ...each, name: `probe.${each.name}` })))
      if (probes.ok) steps.push(...(await walkJourney(socket, binding.tenant)))
    } finally {
      const { child } = running
      await child?.stop(2_000)
      rmSync(socket, { force: true })
      const others = store.state.rehearsals.filter(({ pid, started }) => pid !== child?.identity.pid || started !== child.identity.started)
      if (others.length < store.state.rehearsals.length) store.update({ rehearsals: others })
      if (steps.every((each) => each.ok)) rmSync(logFile, { force: true })
    }
  }

  private async bindingOf({ archive, document }: RehearsalRequest, scratch: Scratch, release: ReleaseRecord): Promise<Binding> {
    const { tenantId } = archive
    const { databases, tenants, newSocket, common } = this.options
    const url = databases().address(scratch.database, tenants().logins(tenantId).application)
    const socket = newSocket()
    return {
      ...common(),
      tenant: rehearsedDocument(document, release.version),
      listen: { socket },
      database: { url, direct_url: url },
      secrets: { tenant_key: tenants().secretsOf(tenantId).tenantKey, plane_key: randomBytes(32).toString('base64') },
      control_plane: { socket: `${socket}.none` },
      supervisor: null,
      standby: true,
      files_dir: scratch.filesDir,
      release_dir: release.dir,
      idle_after: 0,
    }
  }
}
