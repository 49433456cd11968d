import type { OperationStatus } from '../operation/operation.contract.ts'
import { writeStatus } from '../operations/journal.ts'
import type { Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'

/** Asks an operation to stop and undo what it has done; nothing happens where it is past its pivot, or ends anyway. */
export async function stopOperation(tx: Tx, operationId: string, now: Date): Promise<void> {
  const { count } = await tx.operation.updateMany({
    where: { id: operationId, past_pivot: false, status: { in: ['queued', 'running', 'waiting'] }, cancel_requested: false },
    data: { cancel_requested: true, wait_until: null },
  })
  if (count === 0) return
  const { status } = await tx.operation.findUniqueOrThrow({ where: { id: operationId }, select: { status: true } })
  await writeStatus(tx, operationId, { status: status as OperationStatus, message: 'the rollout stops it' }, now)
  await Signals.announce(tx, 'work')
}
