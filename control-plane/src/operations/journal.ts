import type { operation, operation_step } from '../../generated/client.ts'
import type { OperationStatus, StepStatus } from '../operation/operation.contract.ts'
import { json, type Registry, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import type { Lease } from './lease.ts'

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

  async step(operationId: string, name: string, change: StepChange, now: Date): Promise<void> {
    await this.write(async (tx) => {
      await tx.operation_step.update({
        where: { operation_id_name: { operation_id: operationId, name } },
        data: {
          status: change.status,
          ...(change.message === undefined ? {} : { message: change.message }),
          ...(change.attempted ? { attempts: { increment: 1 }, finished_at: null } : {}),
          ...(change.finished ? { finished_at: now } : {}),
        },
      })
      if (change.attempted) {
        await tx.operation_step.updateMany({ where: { operation_id: operationId, name, started_at: null }, data: { started_at: now } })
      }
      // A cancel that came in while the pivot step was running wins: it was promised.
      if (change.pastPivot)
        await tx.operation.updateMany({ where: { id: operationId, cancel_requested: false }, data: { past_pivot: true } })
      await appendEvent(tx, operationId, { kind: 'step', step: name, status: change.status, message: change.message ?? null }, now)
    })
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
