import type { operation, operation_step } from '../../generated/client.ts'
import type { OperationStatus, StepStatus } from '../operation/operation.contract.ts'
import { json, type Registry, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { type Lease, LeaseLost, leaseName } from './lease.ts'

export type OperationRow = operation & { steps: operation_step[] }

export const activeStatuses: OperationStatus[] = ['queued', 'running', 'waiting', 'undoing']

/** What happened to a step. */
export interface StepChange {
  status: StepStatus
  message?: string | null
  attempted?: boolean
  finished?: boolean
  /** Set when this step is the pivot and is done. */
  pastPivot?: boolean
}

/**
 * The durable record of an operation: written before and after each step, always in a transaction in which this
 * runner's fencing number is the newest. The journal is the progress bar: every change is also an event of the stream.
 */
export class Journal {
  readonly #registry: Registry
  readonly #lease: Lease
  readonly fence: bigint

  constructor(registry: Registry, lease: Lease, fence: bigint) {
    this.#registry = registry
    this.#lease = lease
    this.fence = fence
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#lease.guarded(this.fence, work)
  }

  async read(operationId: string): Promise<OperationRow> {
    return this.#registry.db.operation.findUniqueOrThrow({
      where: { id: operationId },
      include: { steps: { orderBy: { position: 'asc' } } },
    })
  }

  /**
   * Records what happened to a step: one statement, one commit, for the journal is most of what a quick step costs.
   * @throws LeaseLost when another runner has taken over: then nothing was written
   */
  async step(operationId: string, name: string, change: StepChange, now: Date): Promise<void> {
    const { status, message, attempted = false, finished = false, pastPivot = false } = change
    const keepsMessage = message === undefined
    const text = message ?? null
    // A cancel that came in while the pivot step was running wins: it was promised.
    const written = await this.#registry.db.$queryRaw<unknown[]>`
      WITH lease AS (
        SELECT 1 FROM runner_lease WHERE name = ${leaseName} AND fence = ${this.fence} FOR SHARE
      ), step AS (
        UPDATE operation_step SET
          status = ${status},
          message = CASE WHEN ${keepsMessage} THEN message ELSE ${text} END,
          attempts = attempts + CASE WHEN ${attempted} THEN 1 ELSE 0 END,
          started_at = CASE WHEN ${attempted} THEN coalesce(started_at, ${now}) ELSE started_at END,
          finished_at = CASE WHEN ${finished} THEN ${now} WHEN ${attempted} THEN NULL ELSE finished_at END
        WHERE operation_id = ${operationId} AND name = ${name} AND EXISTS (SELECT 1 FROM lease)
        RETURNING 1
      ), pivot AS (
        UPDATE operation SET past_pivot = true
        WHERE id = ${operationId} AND ${pastPivot} AND NOT cancel_requested AND EXISTS (SELECT 1 FROM lease)
      ), event AS (
        INSERT INTO operation_event (operation_id, at, kind, step, status, message)
        SELECT ${operationId}, ${now}, 'step', ${name}, ${status}, ${text} FROM step
        RETURNING 1
      )
      SELECT pg_notify('registry', ${`operation:${operationId}`})::text FROM event`
    if (written.length === 0) throw new LeaseLost()
  }

  /** @param settle runs in the same transaction, e.g. what becomes of the tenant */
  async status(operationId: string, change: StatusChange, now: Date, settle?: (tx: Tx) => Promise<void>): Promise<void> {
    await this.write((tx) => writeStatus(tx, operationId, change, now, settle))
  }
}

export interface StatusChange {
  status: OperationStatus
  message?: string | null
  waitUntil?: Date | null
  failure?: { step: string; message: string; way_out: string }
}

/** Changes an operation's status with its event; final statuses also end its time. */
export async function writeStatus(
  tx: Tx,
  operationId: string,
  change: StatusChange,
  now: Date,
  settle?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const final = !activeStatuses.includes(change.status)
  await tx.operation.update({
    where: { id: operationId },
    data: {
      status: change.status,
      wait_until: change.waitUntil ?? null,
      ...(final ? { finished_at: now } : {}),
      ...(change.failure ? { failure: json(change.failure) } : {}),
    },
  })
  await tx.operation.updateMany({ where: { id: operationId, started_at: null, status: { not: 'queued' } }, data: { started_at: now } })
  await settle?.(tx)
  await appendEvent(tx, operationId, { kind: 'status', step: null, status: change.status, message: change.message ?? null }, now)
}

export async function appendEvent(
  tx: Tx,
  operationId: string,
  event: { kind: 'status' | 'step'; step: string | null; status: string; message: string | null },
  now: Date,
): Promise<void> {
  await tx.operation_event.create({ data: { operation_id: operationId, at: now, ...event } })
  await Signals.announce(tx, `operation:${operationId}`)
}
