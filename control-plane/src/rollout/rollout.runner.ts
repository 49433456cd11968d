import type { DataPlaneDriver, Fence } from '@cityos/provisioning'
import type { GateReport } from './gate.contract.ts'
import { look, probing } from './gate.look.ts'
import { judge } from './gate.ts'
import { changeOf } from './rollout.changes.ts'
import { type Action, decide, type RingState } from './rollout.core.ts'
import { type LoadedRollout, RolloutMoved, type RolloutStore } from './rollout.store.ts'

export interface RolloutRunnerParts {
  store: RolloutStore
  driverOf(name: string): Pick<DataPlaneDriver, 'traffic' | 'state' | 'probe'>
  now(): Date
  /** The right to act; null when another process has it. */
  fence(): Fence | null
  /** A point between two durable facts: tests kill the runner there. */
  boundary?: (point: string) => void
}

/** Milliseconds between two looks at a ring: a twentieth of the soak, one second to a minute. */
export const lookEvery = (soakSeconds: number): number => Math.min(60_000, Math.max(1_000, soakSeconds * 50))

/**
 * Carries rollouts on: reads where one is, looks, decides, writes. It keeps nothing in memory, so that any process may go on
 * where another one died.
 */
export class RolloutRunner {
  readonly #parts: RolloutRunnerParts

  constructor(parts: RolloutRunnerParts) {
    this.#parts = parts
  }

  /** Does what there is to do now. @returns how many actions were taken */
  async carry(rolloutId: string): Promise<number> {
    let taken = 0
    for (;;) {
      const actions = await this.#turn(rolloutId)
      if (actions === 0) return taken
      taken += actions
    }
  }

  async #turn(rolloutId: string): Promise<number> {
    const { store, now } = this.#parts
    if (this.#parts.fence() === null) return 0
    const loaded = await store.load(rolloutId)
    const { state } = loaded
    if (!['running', 'paused', 'rolling_back'].includes(state.status)) return 0
    try {
      const gate = await this.#gate(loaded)
      const [operations, rules] = await Promise.all([store.operations(state), store.rules(state)])
      const actions = decide(state, { operations, ...rules, gate }, now().getTime())
      for (const action of actions) await this.#take(loaded, action, operations)
      return actions.length
    } catch (error) {
      if (error instanceof RolloutMoved) return 1
      throw error
    }
  }

  async #take({ state }: LoadedRollout, action: Action, operations: Awaited<ReturnType<RolloutStore['operations']>>): Promise<void> {
    const { store, now, boundary } = this.#parts
    boundary?.(`before ${action.do}`)
    if (action.do === 'upgrade' || action.do === 'back') await store.begin(state, action, now())
    else {
      const { operationId = null } = 'tenant' in action ? action.tenant : {}
      const asks = action.do === 'cancel' || action.do === 'wedged'
      if (asks && operationId && !operations.get(operationId)?.cancelRequested) await store.cancel(operationId, now())
      boundary?.(`in ${action.do}`)
      if (action.do !== 'cancel') await store.apply(state, changeOf(state, action, now().getTime()), now())
    }
    boundary?.(`after ${action.do}`)
  }

  /** Looks at the ring that has upgraded tenants, when it is time to. @returns the newest report */
  async #gate({ state, thresholds, gate }: LoadedRollout): Promise<GateReport | null> {
    const { store, driverOf, now, boundary } = this.#parts
    const fence = this.#parts.fence()
    const ring = state.rings.find(({ status }) => status === 'upgrading' || status === 'soaking')
    const anybody = state.tenants.some((tenant) => tenant.ring === ring?.position && tenant.status === 'upgraded')
    if (!ring || !anybody || !fence || state.status === 'rolling_back') return gate
    const at = now().getTime()
    if (!isDue(ring, gate, at, state.soakSeconds)) return gate
    const before = await store.samples(state.id, ring.position)
    const arms = await store.arms(state, ring)
    const soak = { startedAt: ring.soakStartedAt, until: ring.soakUntil, seconds: state.soakSeconds }
    const seen = await look(arms, driverOf, at)
    // probes cost time and requests: only where traffic does not decide
    const thin = judge([...before, seen], soak, thresholds, at).basis !== 'traffic'
    const sample = thin ? await probing(seen, arms, driverOf, fence) : seen
    const report = judge([...before, sample], soak, thresholds, at)
    boundary?.('before look')
    await store.saveLook(state, ring, sample, report)
    boundary?.('after look')
    return report
  }
}

function isDue(ring: RingState, gate: GateReport | null, now: number, soakSeconds: number): boolean {
  if (!gate) return true
  const last = Date.parse(gate.at)
  if (ring.soakStartedAt !== null && last < ring.soakStartedAt) return true
  if (ring.soakUntil !== null && now >= ring.soakUntil) return last < ring.soakUntil
  return now - last >= lookEvery(soakSeconds)
}
