import { ApiError, type ErrorBody, urlOf } from '@cityos/contract'
import { type Operation, type OperationEvent, readOperation, streamOperation } from '@cityos/control-plane/contract'
import { Failure } from './failure.ts'
import { Progress } from './output.ts'
import type { Session } from './session.ts'
import { Unreachable } from './transport.ts'

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
      for await (const event of events(session, id, seen)) {
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

/** A connection that ended in the middle: the control plane was stopped or replaced. */
function isHangUp(error: unknown): boolean {
  if (error instanceof Unreachable) return true
  if (error instanceof ApiError) return error.status >= 502
  const cause =
    error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code) : undefined
  return (
    cause === 'ECONNRESET' || cause === 'UND_ERR_SOCKET' || cause === 'EPIPE' || (error instanceof Error && error.message === 'aborted')
  )
}

async function* events(session: Session, id: string, after: number): AsyncGenerator<OperationEvent> {
  const path = urlOf(streamOperation, { params: { id }, query: after ? { after } : {} })
  const response = await session.authorized(path, { headers: { accept: 'text/event-stream' } })
  if (!response.ok || !response.body) {
    const body = (await response.json().catch(() => null)) as { errors?: ErrorBody[] } | null
    throw new ApiError(response.status, body?.errors ?? [])
  }
  let buffer = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    buffer += chunk.replaceAll('\r', '')
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const data = buffer
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n')
      buffer = buffer.slice(end + 2)
      if (data) yield JSON.parse(data) as OperationEvent
    }
  }
}
