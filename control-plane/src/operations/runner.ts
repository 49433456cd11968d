import { DomainError } from '@cityos/contract'
import { type Log, quietLog } from '@cityos/http'
import { type DataPlaneDriver, StaleFence } from '@cityos/provisioning'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { documentOf, loadTenant } from '../tenant/tenant.document.ts'
import { type OperationDefinition, type Step, type StepContext, StepRefused } from './definition.ts'
import { activeStatuses, Journal, type OperationRow } from './journal.ts'
import { type Lease, LeaseLost } from './lease.ts'

/** A point between two durable facts, e.g. `tenant-create/database/after-do`: tests kill the process there. */
export type Boundary = (point: string) => void

export interface RunnerParts {
  registry: Registry
  lease: Lease
  sealing: Sealing
  clock: Clock
  baseDomain: string
  driverOf(name: string): DataPlaneDriver
  definitionOf(kind: string): OperationDefinition
  /** Attempts of a step before the pivot until everything is undone. */
  attempts?: number
  /** Milliseconds before the n-th retry (n from 1). */
  backoff?(attempt: number): number
  boundary?: Boundary
  /** Ends are business events, failing steps warnings (G1, docs/spec/requirements.md). */
  log?: Log
}

/** 0.5 s, 1 s, 2 s … up to 30 s. */
export const doubling = (attempt: number): number => Math.min(30_000, 500 * 2 ** (attempt - 1))

/**
 * Carries one operation as far as it gets: to its end, or to a wait. Everything it knows is in the journal, so that any
 * process may go on where another one died.
 */
export class Runner {
  readonly #parts: RunnerParts
  readonly #attempts: number
  readonly #backoff: (attempt: number) => number
  readonly #boundary: Boundary
  readonly #log: Log
  /** Attempts of an operation's present step that failed because something was away, by operation. */
  readonly #away = new Map<string, { step: string; attempts: number }>()

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.#attempts = parts.attempts ?? 5
    this.#backoff = parts.backoff ?? doubling
    this.#boundary = parts.boundary ?? (() => undefined)
    this.#log = parts.log ?? quietLog
  }

  /**
   * @param stopping checked between steps: a draining process leaves the rest to the next one
   * @throws LeaseLost, StaleFence when another runner has taken over
   */
  async run(operationId: string, stopping: () => boolean = () => false): Promise<void> {
    const fence = this.#parts.lease.fence
    if (fence === null) throw new LeaseLost()
    const journal = new Journal(this.#parts.registry, this.#parts.lease, fence)
    let context: StepContext<unknown> | undefined
    for (;;) {
      const row = await journal.read(operationId)
      if (!activeStatuses.includes(row.status as (typeof activeStatuses)[number]) || stopping()) return
      if (row.wait_until && row.wait_until > this.#now()) return
      const definition = this.#parts.definitionOf(row.kind)
      context ??= await this.#context(row, definition, journal)
      const goesOn =
        row.status === 'undoing'
          ? await this.#undoNext(row, definition, context, journal)
          : await this.#doNext(row, definition, context, journal)
      if (!goesOn) return
    }
  }

  async #doNext(row: OperationRow, definition: OperationDefinition, context: StepContext<unknown>, journal: Journal): Promise<boolean> {
    if (row.cancel_requested && !row.past_pivot) {
      await journal.status(row.id, { status: 'undoing', message: 'cancelled: undoing what has been done' }, this.#now())
      return true
    }
    if (row.status !== 'running') await journal.status(row.id, { status: 'running' }, this.#now())
    const entry = row.steps.find((step) => step.status !== 'done' && step.status !== 'skipped')
    if (!entry) {
      this.#away.delete(row.id)
      await journal.status(row.id, { status: 'succeeded' }, this.#now(), (tx) => definition.succeeded({ ...this.#settlement(row), tx }))
      this.#log.info(fieldsOf(row), `${row.kind} succeeded`)
      return false
    }
    const step = stepOf(definition, entry.name)
    if (step.check && row.forced_steps.includes(step.name)) {
      await journal.step(
        row.id,
        step.name,
        { status: 'skipped', message: `skipped by force: ${step.check}`, finished: true, pastPivot: entry.pivot },
        this.#now(),
      )
      return true
    }
    this.#at(definition, step, 'before-journal')
    await journal.step(row.id, step.name, { status: 'running', attempted: true }, this.#now())
    this.#at(definition, step, 'before-do')
    try {
      const message = await this.#within(step, step.do(context))
      this.#at(definition, step, 'after-do')
      await journal.step(row.id, step.name, { status: 'done', message, finished: true, pastPivot: entry.pivot }, this.#now())
      this.#at(definition, step, 'after-journal')
      return true
    } catch (error) {
      if (isTakenOver(error)) throw error
      return this.#failed(row, entry.attempts + 1, step, error, journal)
    }
  }

  async #failed(row: OperationRow, attempts: number, step: Step<unknown>, error: unknown, journal: Journal): Promise<boolean> {
    const message = explain(error)
    await journal.step(row.id, step.name, { status: 'failed', message, finished: true }, this.#now())
    this.#log.warn({ ...fieldsOf(row), step: step.name, attempts, reason: message }, `${row.kind}: ${step.name} failed`)
    const givesUp = error instanceof StepRefused || !this.#mayTryAgain(row, step, attempts, error)
    if (givesUp) this.#away.delete(row.id)
    if (!row.past_pivot && givesUp) {
      await journal.status(
        row.id,
        { status: 'undoing', message: `${step.name} failed: undoing what has been done` },
        this.#now(),
        async (tx) => {
          await tx.operation.update({
            where: { id: row.id },
            data: { failure: { step: step.name, message, way_out: 'everything is being undone' } },
          })
        },
      )
      return true
    }
    await this.#wait(row, 'waiting', attempts, journal)
    return false
  }

  /** However long something was away: once it is back, the step has all the attempts that other faults get. */
  #mayTryAgain(row: OperationRow, step: Step<unknown>, attempts: number, error: unknown): boolean {
    const known = this.#away.get(row.id)
    const away = known?.step === step.name ? known.attempts : 0
    if (!this.#isAway(error, row)) return attempts - away < this.#attempts
    this.#away.set(row.id, { step: step.name, attempts: away + 1 })
    return true
  }

  /**
   * A dependency that is away (the node restarts) is waited for until the deadline: that is nothing the step can help. For a
   * cluster that does not answer it is waited as long as it takes: nothing there could be undone either, and whoever has
   * enough of it cancels.
   */
  #isAway(error: unknown, row: OperationRow): boolean {
    if (!(error instanceof DomainError)) return false
    if (error.code === 'cluster_unreachable' || error.code === 'stack_locked') return true
    return error.code === 'dependency_unavailable' && this.#now() < row.deadline_at
  }

  async #undoNext(row: OperationRow, definition: OperationDefinition, context: StepContext<unknown>, journal: Journal): Promise<boolean> {
    const entry = row.steps.findLast((step) => step.status !== 'pending' && step.status !== 'undone')
    if (!entry) {
      await this.#settleUndone(row, definition, journal)
      return false
    }
    const step = stepOf(definition, entry.name)
    await journal.step(row.id, step.name, { status: 'undoing', attempted: true }, this.#now())
    this.#at(definition, step, 'before-undo')
    try {
      if (step.undo) await this.#within(step, step.undo(context))
      this.#at(definition, step, 'after-undo')
      await journal.step(row.id, step.name, { status: 'undone', finished: true }, this.#now())
      return true
    } catch (error) {
      if (isTakenOver(error)) throw error
      await journal.step(
        row.id,
        step.name,
        { status: 'undoing', message: `cannot be undone yet: ${explain(error)}`, finished: true },
        this.#now(),
      )
      await this.#wait(row, 'undoing', entry.attempts + 1, journal)
      return false
    }
  }

  async #settleUndone(row: OperationRow, definition: OperationDefinition, journal: Journal): Promise<void> {
    const cause = row.failure as { step: string; message: string } | null
    const cancelled = row.cancel_requested && cause === null
    const failure = {
      step: cause?.step ?? definition.pivot,
      message: cause?.message ?? `cancelled before ${definition.pivot}`,
      way_out: cancelled
        ? 'nothing is left of it; retry the operation to start again'
        : 'everything was undone; remove the cause, then retry the operation',
    }
    await journal.status(row.id, { status: cancelled ? 'cancelled' : 'failed', message: failure.message, failure }, this.#now(), (tx) =>
      definition.undone({ ...this.#settlement(row), tx }, { step: failure.step, message: failure.message, cancelled }),
    )
    const line = { ...fieldsOf(row), step: failure.step, reason: failure.message }
    if (cancelled) this.#log.info(line, `${row.kind} cancelled`)
    else this.#log.error(line, `${row.kind} failed`)
  }

  async #wait(row: OperationRow, status: 'waiting' | 'undoing', attempts: number, journal: Journal): Promise<void> {
    const waitUntil = new Date(this.#now().getTime() + this.#backoff(attempts))
    await journal.status(row.id, { status, waitUntil, message: `trying again at ${waitUntil.toISOString()}` }, this.#now())
  }

  async #context(row: OperationRow, definition: OperationDefinition, journal: Journal): Promise<StepContext<unknown>> {
    const { registry, sealing, baseDomain, clock } = this.#parts
    const tenant = await loadTenant(registry.db, row.tenant_id)
    return {
      operationId: row.id,
      tenantId: row.tenant_id,
      parameters: definition.parameters.parse(row.parameters),
      fence: { operationId: row.id, number: Number(journal.fence) },
      driver: this.#parts.driverOf(tenant.driver),
      db: registry.db,
      sealing,
      baseDomain,
      now: () => clock.now(),
      write: (work) => journal.write(work),
      tenant: () => loadTenant(registry.db, row.tenant_id),
      document: async () => documentOf(registry.db, await loadTenant(registry.db, row.tenant_id)),
    }
  }

  #settlement(row: OperationRow) {
    return { tenantId: row.tenant_id, parameters: row.parameters, sealing: this.#parts.sealing, now: this.#now() }
  }

  /** An attempt that takes too long counts as failed; the driver's next call finds what it made. */
  async #within<T>(step: Step<unknown>, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${step.timeout} s`)), step.timeout * 1000)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }

  #at(definition: OperationDefinition, step: Step<unknown>, moment: string): void {
    this.#boundary(`${definition.kind}/${step.name}/${moment}`)
  }

  #now(): Date {
    return this.#parts.clock.now()
  }
}

function fieldsOf(row: OperationRow) {
  return { operation_id: row.id, tenant_id: row.tenant_id, correlation_id: row.correlation_id, user_id: row.requested_by }
}

function stepOf(definition: OperationDefinition, name: string): Step<unknown> {
  const step = definition.steps.find((candidate) => candidate.name === name)
  if (!step) throw new Error(`${definition.kind} has no step ${name}`)
  return step
}

export function isTakenOver(error: unknown): boolean {
  return error instanceof LeaseLost || error instanceof StaleFence
}

/** The reason in words, with the cause a driver wrapped. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error && error.cause.message !== error.message ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`.slice(0, 1000)
}
