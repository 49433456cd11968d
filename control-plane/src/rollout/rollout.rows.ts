import { DomainError, newId } from '@cityos/contract'
import type { Prisma } from '../../generated/client.ts'
import { type Lease, LeaseLost } from '../operations/lease.ts'
import { startOperation } from '../operations/start.ts'
import { json, type Registry, type Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { makeCurrent } from '../release/release.intake.ts'
import { GateReport, GateThresholds } from './gate.contract.ts'
import type { Arms, Member } from './gate.look.ts'
import { GateSample } from './gate.sample.ts'
import { type Change, changeOf, type Outcome } from './rollout.changes.ts'
import { dateOf, given, ringColumns, ringOf, stateOf, tenantColumns, tenantOf } from './rollout.columns.ts'
import type { RolloutReason } from './rollout.contract.ts'
import type { Action, OperationSeen, RingState, RolloutState } from './rollout.core.ts'
import { stopOperation } from './rollout.stop.ts'
import { type LoadedRollout, RolloutMoved, type RolloutStore } from './rollout.store.ts'
import { appendEvents } from './rollout.timeline.ts'
import { freezeNow } from './upgrade.rules.ts'

const ended = ['succeeded', 'failed', 'cancelled']
const moving = ['upgrading', 'rolling_back']

/** Rollouts in the registry. Every write is refused when another runner holds the lease, or somebody changed the rollout meanwhile. */
export class RolloutRows implements RolloutStore {
  constructor(
    private readonly registry: Registry,
    private readonly lease: Lease,
    private readonly sealing: Sealing,
    private readonly now: () => Date,
  ) {}

  /** Rollouts there is something to do for. */
  async active(): Promise<string[]> {
    const rows = await this.registry.db.rollout.findMany({
      where: { status: { in: ['running', 'paused', 'rolling_back'] } },
      select: { id: true },
    })
    return rows.map((row) => row.id)
  }

  async load(rolloutId: string): Promise<LoadedRollout> {
    const { db } = this.registry
    const row = await db.rollout.findUniqueOrThrow({ where: { id: rolloutId }, include: { ring_rows: { orderBy: { position: 'asc' } } } })
    const at = row.ring_rows.find((ring) => ['pending', 'upgrading', 'soaking'].includes(ring.status))
    const worked = row.ring_rows.filter((ring) => ring === at || ['upgrading', 'soaking', 'rolling_back'].includes(ring.status))
    const tenants = await db.rollout_tenant.findMany({
      where: { rollout_id: rolloutId, OR: [{ ring: { in: worked.map((ring) => ring.position) } }, { status: { in: moving } }] },
      orderBy: [{ ring: 'asc' }, { slug: 'asc' }],
    })
    return {
      state: { ...stateOf(row), rings: row.ring_rows.map(ringOf), tenants: tenants.map(tenantOf) },
      thresholds: GateThresholds.parse(row.thresholds),
      gate: at?.gate ? GateReport.parse(at.gate) : null,
    }
  }

  async operations(state: RolloutState): Promise<ReadonlyMap<string, OperationSeen>> {
    const ids = state.tenants.flatMap((tenant) => (tenant.operationId && moving.includes(tenant.status) ? [tenant.operationId] : []))
    if (ids.length === 0) return new Map()
    const rows = await this.registry.db.operation.findMany({
      where: { id: { in: ids } },
      select: { id: true, status: true, failure: true, cancel_requested: true, past_pivot: true },
    })
    return new Map(
      rows.map((row) => [
        row.id,
        {
          ended: !ended.includes(row.status) ? null : row.status === 'succeeded' ? 'succeeded' : 'failed',
          failure: row.failure as OperationSeen['failure'],
          // past its pivot it cannot be stopped any more, and one that is being undone need not be asked
          cancelRequested: row.cancel_requested || row.past_pivot || row.status === 'undoing',
        },
      ]),
    )
  }

  async rules(state: RolloutState): Promise<{ frozen: boolean; available: boolean }> {
    const [freeze, release] = await Promise.all([
      freezeNow(this.registry.db, this.now()),
      this.registry.db.release.findUnique({ where: { version: state.to }, select: { status: true } }),
    ])
    return { frozen: freeze !== null, available: release?.status === 'available' }
  }

  async arms(state: RolloutState, ring: RingState): Promise<Arms> {
    const control = ring.kind === 'control' ? { ring: { not: ring.position }, status: 'upgraded' } : { control: true, status: 'pending' }
    const [upgraded, compared] = await Promise.all([
      this.#members(state, { ring: ring.position, status: 'upgraded' }),
      this.#members(state, control),
    ])
    return { upgraded, control: compared }
  }

  async #members(state: RolloutState, where: Prisma.rollout_tenantWhereInput): Promise<Member[]> {
    const rows = await this.registry.db.rollout_tenant.findMany({
      where: { AND: [{ rollout_id: state.id }, where] },
      orderBy: { tenant_id: 'asc' },
      select: { tenant_id: true, status: true, from_release: true, tenant: { select: { driver: true } } },
    })
    return rows.map((row) => ({
      id: row.tenant_id,
      release: row.status === 'upgraded' ? state.to : row.from_release,
      driver: row.tenant.driver,
    }))
  }

  async samples(rolloutId: string, ring: number): Promise<GateSample[]> {
    const rows = await this.registry.db.rollout_sample.findMany({ where: { rollout_id: rolloutId, ring }, orderBy: { at: 'asc' } })
    return rows.map((row) => GateSample.parse(row.sample))
  }

  saveLook(state: RolloutState, ring: RingState, sample: GateSample, report: GateReport): Promise<void> {
    const at = new Date(sample.at)
    return this.#unmoved(state, async (tx) => {
      await tx.rollout_sample.createMany({
        data: [{ rollout_id: state.id, ring: ring.position, at, sample: json(sample) }],
        skipDuplicates: true,
      })
      await tx.rollout_ring.update({
        where: { rollout_id_position: { rollout_id: state.id, position: ring.position } },
        data: { gate: json(report) },
      })
      const { basis, verdict } = report
      await appendEvents(tx, state.id, at, [
        { kind: 'gate_looked', ring: ring.name, tenant: null, parameters: { basis, verdict }, gate: report },
      ])
    })
  }

  apply(state: RolloutState, change: Change, now: Date): Promise<void> {
    return this.#unmoved(state, (tx) => write(tx, state.id, change, now))
  }

  async begin(state: RolloutState, action: Extract<Action, { do: 'upgrade' | 'back' }>, now: Date): Promise<void> {
    try {
      await this.#unmoved(state, async (tx) => {
        const operationId = await this.#start(tx, state, action, now)
        await write(tx, state.id, changeOf(state, action, now.getTime(), { operationId }), now)
      })
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      // the start was taken back as a whole: what stood against it is written on its own
      const outcome = await this.#refusal(state, action, error)
      await this.apply(state, changeOf(state, action, now.getTime(), outcome), now)
    }
  }

  async #start(tx: Tx, state: RolloutState, { do: verb, tenant }: Extract<Action, { do: 'upgrade' | 'back' }>, now: Date): Promise<string> {
    const { rehearse, requested_by, correlation_id } = await tx.rollout.findUniqueOrThrow({ where: { id: state.id } })
    const request =
      verb === 'upgrade'
        ? {
            kind: 'tenant-upgrade',
            parameters: { from: tenant.from, to: state.to, backup_id: newId('bkp'), rollout_id: state.id, rehearse, override: null },
          }
        : { kind: 'tenant-downgrade', parameters: { from: state.to, to: tenant.from, rollout_id: state.id } }
    const by = { tenantId: tenant.id, requestedBy: requested_by, correlationId: correlation_id }
    return startOperation(tx, this.sealing, { ...request, ...by }, now)
  }

  async #refusal(
    state: RolloutState,
    { do: verb, tenant }: Extract<Action, { do: 'upgrade' | 'back' }>,
    error: DomainError,
  ): Promise<Outcome> {
    const row = await this.registry.db.tenant.findUnique({ where: { id: tenant.id }, select: { release: true } })
    if (row?.release === (verb === 'upgrade' ? state.to : tenant.from) && error.code === 'invalid_transition') return { already: true }
    const opensAt = error.details?.['opens_at']
    const reason = reasons[error.code] ?? 'not_serving'
    return { refused: reason, message: error.message, retryAt: typeof opensAt === 'string' ? Date.parse(opensAt) : null }
  }

  async cancel(operationId: string, now: Date): Promise<void> {
    await this.#guarded((tx) => stopOperation(tx, operationId, now))
  }

  #guarded<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { fence } = this.lease
    if (fence === null) throw new LeaseLost()
    return this.lease.guarded(fence, work)
  }

  /** @throws RolloutMoved when its status, or that of the ring at work, is no longer what was read */
  #unmoved<T>(state: RolloutState, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#guarded(async (tx) => {
      const [row] = await tx.$queryRaw<{ status: string }[]>`SELECT status FROM rollout WHERE id = ${state.id} FOR UPDATE`
      if (row?.status !== state.status) throw new RolloutMoved()
      return work(tx)
    })
  }
}

const reasons: Partial<Record<string, RolloutReason>> = {
  tenant_pinned: 'pinned',
  outside_maintenance_window: 'window',
  version_skew: 'skew',
  operation_in_progress: 'busy',
  fleet_frozen: 'frozen',
}

/** Writes what an action changes, with its lines of the timeline. @throws RolloutMoved when a tenant is no longer as it was */
async function write(tx: Tx, id: string, change: Change, now: Date): Promise<void> {
  if (change.rollout) {
    const { status, backScope, failure, finishedAt } = change.rollout
    const data = { status, back_scope: backScope, failure: failure ? json(failure) : undefined, finished_at: dateOf(finishedAt) }
    const { to_release } = await tx.rollout.update({ where: { id }, data: given(data) })
    if (status === 'succeeded') await becomeCurrent(tx, to_release, now)
  }
  for (const { position, patch } of change.rings) {
    await tx.rollout_ring.update({ where: { rollout_id_position: { rollout_id: id, position } }, data: ringColumns(patch) })
  }
  for (const { id: tenantId, was, patch } of change.tenants) {
    const { count } = await tx.rollout_tenant.updateMany({
      where: { rollout_id: id, tenant_id: tenantId, status: was },
      data: tenantColumns(patch),
    })
    if (count === 0) throw new RolloutMoved()
  }
  if (change.pending) {
    const where = { rollout_id: id, status: 'pending', ring: { in: [...change.pending.rings] } }
    await tx.rollout_tenant.updateMany({ where, data: tenantColumns(change.pending.patch) })
  }
  await appendEvents(tx, id, now, change.events)
}

/** What the whole fleet is on is what new tenants get, unless it was yanked in the last moment. */
async function becomeCurrent(tx: Tx, version: string, now: Date): Promise<void> {
  const release = await tx.release.findUnique({ where: { version } })
  if (release?.status === 'available' && !release.is_current) await makeCurrent(tx, version, now)
}
