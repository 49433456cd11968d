import type { GateReport, GateThresholds } from './gate.contract.ts'
import type { Arms } from './gate.look.ts'
import type { GateSample } from './gate.sample.ts'
import type { Change } from './rollout.changes.ts'
import type { Action, OperationSeen, RingState, RolloutState } from './rollout.core.ts'

export interface LoadedRollout {
  state: RolloutState
  thresholds: GateThresholds
  /** The last look at the ring that is upgraded or soaks. */
  gate: GateReport | null
}

/** Somebody else changed the rollout between reading and writing: read again. */
export class RolloutMoved extends Error {
  constructor() {
    super('the rollout has changed meanwhile')
    this.name = 'RolloutMoved'
  }
}

/**
 * Where a rollout is kept, and how operations are started. Each writing method is one transaction, refused when another
 * runner has taken over; between any two of them the runner may die.
 */
export interface RolloutStore {
  load(rolloutId: string): Promise<LoadedRollout>
  /** Operations of tenants that are on the way. */
  operations(state: RolloutState): Promise<ReadonlyMap<string, OperationSeen>>
  rules(state: RolloutState): Promise<{ frozen: boolean; available: boolean }>
  /** Who is compared with whom: the ring's upgraded tenants with the control group, or, for the control group itself, with those before it. */
  arms(state: RolloutState, ring: RingState): Promise<Arms>
  samples(rolloutId: string, ring: number): Promise<GateSample[]>
  /** @throws RolloutMoved */
  saveLook(state: RolloutState, ring: RingState, sample: GateSample, report: GateReport): Promise<void>
  /** @throws RolloutMoved */
  apply(state: RolloutState, change: Change, now: Date): Promise<void>
  /** Starts the operation and writes what came of it, both or neither. @throws RolloutMoved */
  begin(state: RolloutState, action: Extract<Action, { do: 'upgrade' | 'back' }>, now: Date): Promise<void>
  /** Asks an operation to stop, where it still can. */
  cancel(operationId: string, now: Date): Promise<void>
}
