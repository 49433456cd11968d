import { urlOf } from '@cityos/contract'
import { type Operation, type OperationEvent, readOperation, streamOperation } from '@cityos/control-plane/contract'
import { isHangUp, serverSent } from './event-stream.ts'
import { Failure } from './failure.ts'
import { Progress } from './output.ts'
import type { Session } from './session.ts'

const ended = new Set(['succeeded', 'failed', 'cancelled'])

/**
 * Follows an operation to its end, through restarts of the control plane, and shows its steps when `show` is set.
 * @throws Failure when it failed or was cancelled, with the way out
 */
export async function followOperation(session: Session, id: string, show: boolean): Promise<Operation> {
  const progress = show ? new Progress() : null
  let seen = 0
  let last: Operation | null = null
  for (let silent = 0; silent < 60; silent++) {
    try {
      const path = urlOf(streamOperation, { params: { id }, query: seen ? { after: seen } : {} })
      for await (const event of serverSent<OperationEvent>(session, path)) {
        silent = 0
        seen = event.sequence
        last = event.operation
        if (event.kind === 'step' && progress) showStep(progress, event)
      }
    } catch (error) {
      if (!isHangUp(error)) throw error
    }
    last = await session.call(readOperation, { params: { id } }).catch((error: unknown) => {
      if (isHangUp(error)) return last
      throw error
    })
    if (last && ended.has(last.status)) return conclude(last, progress)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Failure(
    `Operation ${id} could not be followed: the control plane does not answer.`,
    './cityos status tells more; the operation goes on by itself when it is back.',
  )
}

function showStep(progress: Progress, event: OperationEvent): void {
  const undoing = event.status === 'undoing' || event.status === 'undone'
  const name = undoing ? `undo ${event.step}` : (event.step ?? '')
  if (event.status === 'running' || event.status === 'undoing') progress.start(name)
  else if (event.status === 'failed') progress.fail(`${name}: ${event.message ?? 'failed'}`)
  else progress.done(event.message ? `${name}: ${event.message}` : name)
}

function conclude(operation: Operation, progress: Progress | null): Operation {
  progress?.done()
  if (operation.status === 'succeeded') return operation
  if (operation.status === 'cancelled') throw new Failure(`Operation ${operation.id} was cancelled; what it had done has been undone.`)
  const failure = operation.failure
  throw new Failure(
    failure
      ? `${operation.kind} of ${operation.tenant_slug} failed at ${failure.step}: ${failure.message}`
      : `Operation ${operation.id} failed.`,
    ...(failure ? [failure.way_out] : []),
    `Details: ./cityos operation show ${operation.id}`,
  )
}
