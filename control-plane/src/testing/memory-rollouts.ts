import type { GateReport, GateThresholds } from '../rollout/gate.contract.ts'
import { defaultThresholds } from '../rollout/gate.contract.ts'
import type { Arms } from '../rollout/gate.look.ts'
import type { GateSample } from '../rollout/gate.sample.ts'
import { type Change, changeOf, type Outcome, type RolloutPatch, type TimelineEntry } from '../rollout/rollout.changes.ts'
import type { Action, OperationSeen, RingState, RolloutState, TenantState } from '../rollout/rollout.core.ts'
import type { PlannedRing } from '../rollout/rollout.plan.ts'
import type { LoadedRollout, RolloutStore } from '../rollout/rollout.store.ts'
import type { SimulatedFleet } from './simulated-fleet.ts'

/** A rollout as rows without a database: the same changes, over a simulated fleet. */
export class MemoryRollout implements RolloutStore {
  readonly fleet: SimulatedFleet
  readonly rings: (RingState & { gate: GateReport | null })[]
  readonly tenants = new Map<string, TenantState>()
  readonly timeline: (TimelineEntry & { at: number })[] = []
  readonly rollout: { id: string; to: string; status: RolloutState['status']; soakSeconds: number; parallel: number } & RolloutPatch
  readonly #samples = new Map<number, GateSample[]>()
  thresholds: GateThresholds = defaultThresholds
  frozen = false
  available = true
  /** What stands against an upgrade now. */
  obstacle: (tenantId: string) => Extract<Outcome, { refused: unknown }> | null = () => null

  constructor(
    fleet: SimulatedFleet,
    planned: readonly PlannedRing[],
    from: string,
    to: string,
    more: { soakSeconds: number; parallel: number },
  ) {
    this.fleet = fleet
    this.rollout = { id: 'rlt_1', to, status: 'running', ...more }
    const unstarted = { status: 'pending' as const, startedAt: null, soakStartedAt: null, soakUntil: null, gate: null }
    this.rings = planned.map(({ position, name, kind, maxFailures }) => ({ position, name, kind, maxFailures, ...unstarted }))
    for (const ring of planned) {
      for (const id of ring.tenants) {
        const fresh = {
          status: 'pending' as const,
          reason: null,
          operationId: null,
          attempts: 0,
          retryAt: null,
          wedged: false,
          startedAt: null,
        }
        this.tenants.set(id, { id, slug: id, ring: ring.position, control: ring.kind === 'control', from, ...fresh })
      }
    }
  }

  async load(): Promise<LoadedRollout> {
    const at = this.rings.find((ring) => ['pending', 'upgrading', 'soaking'].includes(ring.status))
    const worked = new Set(
      this.rings
        .filter((ring) => ['upgrading', 'soaking', 'rolling_back'].includes(ring.status) || ring === at)
        .map((ring) => ring.position),
    )
    const tenants = [...this.tenants.values()].filter(
      (tenant) => (tenant.ring !== null && worked.has(tenant.ring)) || tenant.status === 'upgrading' || tenant.status === 'rolling_back',
    )
    const { id, to, status, soakSeconds, parallel } = this.rollout
    return {
      state: { id, to, status, soakSeconds, parallel, rings: this.rings, tenants },
      thresholds: this.thresholds,
      gate: at?.gate ?? null,
    }
  }

  async operations(state: RolloutState): Promise<ReadonlyMap<string, OperationSeen>> {
    const ids = state.tenants.flatMap((tenant) =>
      tenant.operationId && ['upgrading', 'rolling_back'].includes(tenant.status) ? [tenant.operationId] : [],
    )
    return new Map(ids.map((id) => [id, this.fleet.operations.get(id)!]))
  }

  async rules(): Promise<{ frozen: boolean; available: boolean }> {
    return { frozen: this.frozen, available: this.available }
  }

  async arms(state: RolloutState, ring: RingState): Promise<Arms> {
    const all = [...this.tenants.values()]
    const upgraded = all.filter((tenant) => tenant.ring === ring.position && tenant.status === 'upgraded')
    const isControl = (tenant: TenantState) =>
      ring.kind === 'control'
        ? tenant.ring !== ring.position && tenant.status === 'upgraded'
        : tenant.control && tenant.status === 'pending'
    const control = all.filter(isControl)
    const member = (tenant: TenantState) => ({
      id: tenant.id,
      driver: 'local',
      release: tenant.status === 'upgraded' ? state.to : tenant.from,
    })
    return { upgraded: upgraded.map(member), control: control.map(member) }
  }

  async samples(_id: string, ring: number): Promise<GateSample[]> {
    return this.#samples.get(ring) ?? []
  }

  async saveLook(_state: RolloutState, ring: RingState, sample: GateSample, report: GateReport): Promise<void> {
    this.#samples.set(ring.position, [...(this.#samples.get(ring.position) ?? []), sample])
    this.rings.find((candidate) => candidate.position === ring.position)!.gate = report
  }

  async apply(_state: RolloutState, change: Change, now: Date): Promise<void> {
    if (change.rollout) Object.assign(this.rollout, change.rollout)
    for (const { position, patch } of change.rings) Object.assign(this.rings.find((ring) => ring.position === position)!, patch)
    for (const { id, patch } of change.tenants) Object.assign(this.tenants.get(id)!, patch)
    const { pending } = change
    if (pending)
      for (const tenant of this.tenants.values())
        if (tenant.status === 'pending' && pending.rings.includes(tenant.ring ?? 0)) Object.assign(tenant, pending.patch)
    this.timeline.push(...change.events.map((event) => ({ ...event, at: now.getTime() })))
  }

  async begin(state: RolloutState, action: Extract<Action, { do: 'upgrade' | 'back' }>, now: Date): Promise<void> {
    const { id, from } = action.tenant
    await this.apply(state, changeOf(state, action, now.getTime(), this.#start(action.do, id, from, state.to)), now)
  }

  #start(verb: 'upgrade' | 'back', id: string, from: string, to: string): Outcome {
    if (this.fleet.busy(id)) return { refused: 'busy', message: 'another operation is under way', retryAt: null }
    const { active } = this.fleet.tenants.get(id)!
    if (active === (verb === 'upgrade' ? to : from)) return { already: true }
    if (verb === 'back') return { operationId: this.fleet.start('tenant-downgrade', id, to, from) }
    return this.obstacle(id) ?? { operationId: this.fleet.start('tenant-upgrade', id, from, to) }
  }

  async cancel(operationId: string): Promise<void> {
    this.fleet.cancel(operationId)
  }
}
