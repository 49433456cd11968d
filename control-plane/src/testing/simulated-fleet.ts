import type { DataPlaneDriver, Fence, ProbeReport, RuntimeState, TrafficSample } from '@cityos/provisioning'
import { latencyBoundsMs } from '@cityos/provisioning/upgrade'
import { tenantDowngrade } from '../operations/tenant-downgrade.ts'
import { tenantUpgrade } from '../operations/tenant-upgrade.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What is wrong with a release, for the tenants it strikes. */
export interface Defect {
  kind: 'none' | 'rehearsal' | 'migration' | 'boot' | 'errors' | 'checkouts' | 'slow' | 'leak' | 'crashes'
  strikes(tenant: SimulatedTenant): boolean
}

export interface SimulatedTenant {
  id: string
  /** 0 to 1: what a defect may strike by. */
  trait: number
  /** Requests a second; 0 for one that sleeps. */
  requests: number
  active: string
  beside: string | null
  schemas: Set<string>
  /** Its own upgrade hangs, whatever the release. */
  hangs: boolean
  /** Times its way back fails. */
  stubborn: number
  restarts: number
  /** When it was counted last, and when its process started. */
  since: number
  startedAt: number
  counts: Map<string, TrafficSample>
}

interface SimulatedOperation {
  id: string
  tenant: SimulatedTenant
  from: string
  to: string
  steps: readonly string[]
  step: number
  /** When the step under way ends. */
  at: number
  undoing: boolean
  cancelRequested: boolean
  ended: 'succeeded' | 'failed' | null
  failure: { step: string; message: string } | null
}

const stepsOf = {
  'tenant-upgrade': tenantUpgrade.steps.map((step) => step.name),
  'tenant-downgrade': tenantDowngrade.steps.map((step) => step.name),
}
/** Seconds a step takes, at least and at most. */
const durations: Record<string, [number, number]> = { rehearse: [10, 60], backup: [5, 30], migrate: [1, 20], beside: [2, 6] }
const quick: [number, number] = [1, 3]
const [fastBucket, usualBucket, slowBucket] = [50, 100, 1000].map((bound) => latencyBoundsMs.indexOf(bound as 50)) as [
  number,
  number,
  number,
]

/**
 * A fleet without a machine, on a virtual clock: the upgrade's part of the driver port, and operations that take their real
 * steps one after the other. It keeps the port's order strictly, and counts traffic as a gateway does.
 */
export class SimulatedFleet implements Pick<DataPlaneDriver, 'traffic' | 'state' | 'probe'> {
  readonly tenants = new Map<string, SimulatedTenant>()
  readonly operations = new Map<string, SimulatedOperation>()
  readonly #active = new Set<SimulatedOperation>()
  readonly #random: SeededRandom
  readonly #defect: Defect
  readonly #bad: string
  now = 0
  epoch = 1
  /** Something is wrong with the platform: everybody has errors, upgraded or not. */
  trouble = false

  /** @param bad the release that has the defect */
  constructor(random: SeededRandom, defect: Defect, bad: string) {
    this.#random = random
    this.#defect = defect
    this.#bad = bad
  }

  add(id: string, release: string, traits: Pick<SimulatedTenant, 'trait' | 'requests' | 'hangs' | 'stubborn'>): void {
    const fresh = {
      active: release,
      beside: null,
      schemas: new Set([release]),
      restarts: 0,
      since: this.now,
      startedAt: this.now,
      counts: new Map(),
    }
    this.tenants.set(id, { id, ...traits, ...fresh })
  }

  start(kind: 'tenant-upgrade' | 'tenant-downgrade', tenantId: string, from: string, to: string): string {
    const tenant = this.#tenant(tenantId)
    if (this.busy(tenantId)) throw new Error(`${tenantId} has an operation under way`)
    if (tenant.active !== from) throw new Error(`${tenantId} is on ${tenant.active}, not on ${from}`)
    const id = `op_${this.operations.size + 1}`
    const steps = stepsOf[kind]
    const operation = { id, tenant, from, to, steps, step: 0, at: 0, undoing: false, cancelRequested: false, ended: null, failure: null }
    operation.at = this.now + this.#duration(steps[0]!)
    this.operations.set(id, operation)
    this.#active.add(operation)
    return id
  }

  busy(tenantId: string): boolean {
    return [...this.#active].some((operation) => operation.tenant.id === tenantId)
  }

  cancel(operationId: string): void {
    const operation = this.operations.get(operationId)
    if (!operation || operation.ended) return
    operation.cancelRequested = true
    operation.at = Math.min(operation.at, this.now + 600_000)
  }

  /** Lets time pass: steps end one after the other. */
  advance(to: number): void {
    this.now = to
    for (const operation of this.#active) {
      while (!operation.ended && operation.at <= to) this.#step(operation)
      if (operation.ended) this.#active.delete(operation)
    }
  }

  #step(operation: SimulatedOperation): void {
    if (operation.undoing) {
      this.#undo(operation)
      return
    }
    const name = operation.steps[operation.step]!
    const problem = operation.cancelRequested ? 'cancelled' : this.#perform(operation, name)
    if (problem !== null) {
      this.#fail(operation, name, problem)
      return
    }
    operation.step += 1
    if (operation.step === operation.steps.length) operation.ended = 'succeeded'
    else operation.at += this.#duration(operation.steps[operation.step]!, operation)
  }

  /** @returns why the step failed for good */
  #perform({ tenant, to, from }: SimulatedOperation, name: string): string | null {
    const struck = to === this.#bad && this.#defect.strikes(tenant) ? this.#defect.kind : 'none'
    const back = tenant.schemas.has(to) && to !== this.#bad
    if (back && name === 'beside' && tenant.stubborn > 0) {
      tenant.stubborn -= 1
      return 'the former release did not start'
    }
    if (name === 'rehearse' && struck === 'rehearsal') return 'the rehearsal failed'
    if (name === 'migrate') {
      if (struck === 'migration') return 'the migration failed half-way'
      tenant.schemas.add(to)
    }
    if (name === 'beside') {
      if (!tenant.schemas.has(to)) throw new Error('a process is started before its schema is there')
      if (struck === 'boot') return 'the process ends while it starts'
      tenant.beside = to
    }
    if (name === 'switch') {
      if (tenant.beside !== to || tenant.active !== from) throw new Error('nothing was started beside it')
      this.#count(tenant)
      Object.assign(tenant, { active: to, beside: null, since: this.now, startedAt: this.now, restarts: 0 })
    }
    return null
  }

  #fail(operation: SimulatedOperation, step: string, message: string): void {
    operation.undoing = true
    operation.failure = { step, message }
    operation.at += this.#random.between(1, 10) * 1000
  }

  #undo(operation: SimulatedOperation): void {
    const { tenant, from } = operation
    if (operation.step < 0) {
      operation.ended = 'failed'
      return
    }
    const name = operation.steps[operation.step]
    if (name === 'switch' && tenant.active !== from) {
      this.#count(tenant)
      Object.assign(tenant, { active: from, since: this.now, startedAt: this.now })
    }
    if (name === 'beside') tenant.beside = null
    operation.step -= 1
    operation.at += 500
  }

  #duration(name: string, operation?: SimulatedOperation): number {
    if (name === 'migrate' && operation?.tenant.hangs) return 40 * 3_600_000
    const [least, most] = durations[name] ?? quick
    return Math.round(this.#random.between(least, most) * 1000)
  }

  /** Counts what a tenant was asked since it was counted last. */
  #count(tenant: SimulatedTenant): void {
    const random = this.#random
    const sample = this.#sample(tenant)
    const requests = random.count(tenant.requests * ((this.now - tenant.since) / 1000), 1)
    tenant.since = this.now
    if (requests === 0) return
    const kind = this.#struckBy(tenant)
    const errors = random.count(requests, this.trouble ? 0.1 : kind === 'errors' ? 0.2 : 0.001)
    const checkouts = random.count(requests, 0.05)
    sample.requests += requests
    sample.errors += errors
    sample.checkouts += checkouts
    sample.failedCheckouts += random.count(checkouts, kind === 'checkouts' ? 0.5 : 0.001)
    const fast = Math.floor(requests * 0.8)
    sample.latency[fastBucket]! += kind === 'slow' ? 0 : fast
    sample.latency[kind === 'slow' ? slowBucket : usualBucket]! += kind === 'slow' ? requests : requests - fast
    if (kind === 'crashes' && random.chance(0.3)) tenant.restarts += 1
  }

  #struckBy(tenant: SimulatedTenant): Defect['kind'] {
    return tenant.active === this.#bad && this.#defect.strikes(tenant) ? this.#defect.kind : 'none'
  }

  #sample(tenant: SimulatedTenant): TrafficSample {
    const epoch = String(this.epoch)
    const known = tenant.counts.get(tenant.active)
    if (known?.epoch === epoch) return known
    const latency = new Array<number>(latencyBoundsMs.length + 1).fill(0)
    const made = { tenantId: tenant.id, release: tenant.active, epoch, requests: 0, errors: 0, checkouts: 0, failedCheckouts: 0, latency }
    tenant.counts.set(tenant.active, made)
    return made
  }

  async traffic(): Promise<TrafficSample[]> {
    const found: TrafficSample[] = []
    const epoch = String(this.epoch)
    for (const tenant of this.tenants.values()) {
      this.#count(tenant)
      for (const sample of tenant.counts.values()) if (sample.epoch === epoch) found.push(sample)
    }
    return found
  }

  async probe(tenantId: string, _which: 'active' | 'beside', _fence: Fence): Promise<ProbeReport> {
    const kind = this.#struckBy(this.#tenant(tenantId))
    const share = kind === 'errors' || kind === 'checkouts' || kind === 'crashes' ? 0.3 : this.trouble ? 0.2 : 0
    const checks = ['read.home', 'quote', 'hold'].map((name) => ({ name, ok: !this.#random.chance(share), milliseconds: 5, message: null }))
    return { ok: checks.every((check) => check.ok), checks }
  }

  async state(tenantId: string): Promise<RuntimeState> {
    const tenant = this.#tenant(tenantId)
    const age = (this.now - tenant.startedAt) / 1000
    const leaked = this.#struckBy(tenant) === 'leak' ? 100e6 + age * 1e6 : 0
    const memoryBytes = 100e6 + this.#random.between(0, 5e6) + leaked
    const rest = { cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
    return { runtime: 'running', restarts: tenant.restarts, memoryBytes, release: tenant.active, ...rest }
  }

  #tenant(id: string): SimulatedTenant {
    const tenant = this.tenants.get(id)
    if (!tenant) throw new Error(`there is no tenant ${id}`)
    return tenant
  }
}
