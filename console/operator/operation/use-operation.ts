import { urlOf } from '@cityos/contract'
import { type Operation, type OperationEvent, readOperation, streamOperation } from '@cityos/control-plane/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useRead } from '../../api/query.ts'

const over: readonly Operation['status'][] = ['succeeded', 'failed', 'cancelled']
export const isOver = (operation: Operation): boolean => over.includes(operation.status)

export interface LiveOperation {
  operation: Operation | undefined
  events: OperationEvent[]
  /** `live`: the stream is open; `reconnecting`: the picture may be some seconds old; `ended`: nothing more will come. */
  connection: 'connecting' | 'live' | 'reconnecting' | 'ended'
  error: unknown
  refetch: () => unknown
}

/** Adds an event once; a reconnect replays from the last one seen, so an overlap is normal. */
export function withEvent(events: readonly OperationEvent[], event: OperationEvent): OperationEvent[] {
  const last = events.at(-1)
  if (last && event.sequence <= last.sequence) return [...events]
  return [...events, event]
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
  const [events, setEvents] = useState<OperationEvent[]>([])
  const [connection, setConnection] = useState<LiveOperation['connection']>('connecting')
  const [attempt, setAttempt] = useState(0)
  const live = events.at(-1)?.operation
  const operation = newest(data, live)
  const running = operation ? !isOver(operation) : false
  const known = operation !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` opens the stream again after a retry
  useEffect(() => {
    if (!known) return
    setEvents([])
    const source = new EventSource(urlOf(streamOperation, { params: { id } }))
    const take = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as OperationEvent
      setEvents((before) => withEvent(before, event))
      if (!isOver(event.operation)) return setConnection('live')
      source.close()
      setConnection('ended')
      void cache.invalidateQueries()
    }
    source.onopen = () => setConnection('live')
    source.onmessage = take
    source.addEventListener('status', take)
    source.addEventListener('step', take)
    source.onerror = () => setConnection(source.readyState === EventSource.CLOSED ? 'ended' : 'reconnecting')
    return () => source.close()
  }, [id, known, attempt, cache])
  useEffect(() => {
    if (!running || connection !== 'ended') return
    const again = setTimeout(() => {
      setConnection('connecting')
      setAttempt((before) => before + 1)
    }, 2000)
    return () => clearTimeout(again)
  }, [running, connection])
  return { operation, events, connection, error, refetch }
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
