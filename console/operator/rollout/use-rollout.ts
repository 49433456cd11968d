import { urlOf } from '@cityos/contract'
import {
  listRolloutEvents,
  type Rollout,
  type RolloutEvent,
  type RolloutNews,
  readRollout,
  streamRollout,
} from '@cityos/control-plane/contract'
import { useQueryClient } from '@tanstack/react-query'
import { type Connection, useEventStream } from '../../api/event-stream.ts'
import { useRead } from '../../api/query.ts'

const over: readonly Rollout['status'][] = ['succeeded', 'rolled_back']
export const isOver = (rollout: Rollout): boolean => over.includes(rollout.status)

export interface LiveRollout {
  rollout: Rollout | undefined
  /** The last hundred lines of the timeline and what came since, newest first. */
  events: RolloutEvent[]
  /** How many lines the timeline has. */
  lines: number
  connection: Connection
  error: unknown
  refetch: () => unknown
}

/** A rollout as it happens: the last lines of its timeline are read, and what follows comes as server-sent events. */
export function useRollout(id: string): LiveRollout {
  const cache = useQueryClient()
  const { data, error, refetch } = useRead(
    readRollout,
    { params: { id } },
    { refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : 5_000) },
  )
  const past = useRead(listRolloutEvents, { params: { id }, query: { limit: 100 } }, { staleTime: Number.POSITIVE_INFINITY })
  const known = past.data?.items ?? []
  const after = known[0]?.sequence
  const { events, connection } = useEventStream<RolloutNews>({
    address: data && !isOver(data) && past.data ? urlOf(streamRollout, { params: { id }, query: after ? { after } : {} }) : null,
    isLast: (event) => isOver(event.rollout),
    going: data !== undefined && !isOver(data),
    onEnd: () => void cache.invalidateQueries(),
  })
  const fresh = events.filter((event) => event.sequence > (after ?? 0)).length
  const lines = (past.data?.total ?? 0) + fresh
  return { rollout: newest(data, events.at(-1)), events: merged(events, known), lines, connection, error, refetch }
}

/** Newest first, each once. */
export function merged(live: readonly RolloutEvent[], known: readonly RolloutEvent[]): RolloutEvent[] {
  const seen = new Map([...known, ...live].map((event) => [event.sequence, event]))
  return [...seen.values()].sort((one, other) => other.sequence - one.sequence)
}

/** What was read, unless the stream has news of a rollout that has ended meanwhile or got on. */
function newest(read: Rollout | undefined, news: RolloutNews | undefined): Rollout | undefined {
  if (!read || !news) return read
  if (isOver(read)) return read
  return isOver(news.rollout) || progress(news.rollout) >= progress(read) ? news.rollout : read
}

/** Grows while a rollout goes on: what of it has been settled, and its last look. */
function progress(rollout: Rollout): string {
  const moments = rollout.rings.flatMap((ring) => [ring.started_at, ring.soak_started_at, ring.finished_at, ring.gate?.at ?? null])
  return (
    [rollout.created_at, rollout.started_at, rollout.finished_at, ...moments]
      .filter((at) => at !== null)
      .sort()
      .at(-1) ?? ''
  )
}
