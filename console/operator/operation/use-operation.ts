import { urlOf } from '@cityos/contract'
import { type Operation, type OperationEvent, readOperation, streamOperation } from '@cityos/control-plane/contract'
import { useQueryClient } from '@tanstack/react-query'
import { type Connection, useEventStream } from '../../api/event-stream.ts'
import { useRead } from '../../api/query.ts'

const over: readonly Operation['status'][] = ['succeeded', 'failed', 'cancelled']
export const isOver = (operation: Operation): boolean => over.includes(operation.status)

export interface LiveOperation {
  operation: Operation | undefined
  events: OperationEvent[]
  connection: Connection
  error: unknown
  refetch: () => unknown
}

/** An operation as it happens: read once, then followed by server-sent events until its last one. */
export function useOperation(id: string): LiveOperation {
  const cache = useQueryClient()
  const { data, error, refetch } = useRead(
    readOperation,
    { params: { id } },
    // The stream tells first; this keeps the picture true where streams do not get through.
    { refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : 10_000) },
  )
  const { events, connection } = useEventStream<OperationEvent>({
    address: data ? urlOf(streamOperation, { params: { id } }) : null,
    names: ['status', 'step'],
    isLast: (event) => isOver(event.operation),
    going: data !== undefined && !isOver(data),
    onEnd: () => void cache.invalidateQueries(),
  })
  return { operation: newest(data, events.at(-1)?.operation), events, connection, error, refetch }
}

/** Of the row that was read and the one of the last event: the one that knows more. */
function newest(read: Operation | undefined, live: Operation | undefined): Operation | undefined {
  if (!read || !live) return read ?? live
  if (isOver(live) && !isOver(read)) return isLater(read, live) ? read : live
  return isLater(live, read) ? live : read
}

const isLater = (one: Operation, other: Operation): boolean => lastMoment(one) >= lastMoment(other)

const lastMoment = (operation: Operation): string =>
  [
    operation.created_at,
    operation.started_at,
    operation.finished_at,
    ...operation.steps.flatMap((step) => [step.started_at, step.finished_at]),
  ]
    .filter((at) => at !== null)
    .sort()
    .at(-1) ?? ''
