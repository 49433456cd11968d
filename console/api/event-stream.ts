import { useEffect, useState } from 'react'

/** `live`: the stream is open; `reconnecting`: the picture may be some seconds old; `ended`: nothing more will come. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended'

interface Numbered {
  sequence: number
}

/** Adds an event once; a reconnect replays from the last one seen, so an overlap is normal. */
export function withEvent<Event extends Numbered>(events: readonly Event[], event: Event): Event[] {
  const last = events.at(-1)
  if (last && event.sequence <= last.sequence) return [...events]
  return [...events, event]
}

interface Stream<Event> {
  /** Address of the stream; null while it is not known yet. A new address begins anew. */
  address: string | null
  /** Names of server-sent events; those without a name are always taken. */
  names?: readonly string[]
  isLast: (event: Event) => boolean
  /** The thing is still going on: a stream that ended is opened again. */
  going: boolean
  onEnd: () => void
}

/** Server-sent events as they come, in order, each once. */
export function useEventStream<Event extends Numbered>({
  address,
  names = [],
  isLast,
  going,
  onEnd,
}: Stream<Event>): {
  events: Event[]
  connection: Connection
} {
  const [events, setEvents] = useState<Event[]>([])
  const [connection, setConnection] = useState<Connection>('connecting')
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` opens the stream again after a retry; the functions mean the same at every render
  useEffect(() => {
    if (!address) return
    setEvents([])
    const source = new EventSource(address)
    const take = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as Event
      setEvents((before) => withEvent(before, event))
      if (!isLast(event)) return setConnection('live')
      source.close()
      setConnection('ended')
      onEnd()
    }
    source.onopen = () => setConnection('live')
    source.onmessage = take
    for (const name of names) source.addEventListener(name, take)
    source.onerror = () => setConnection(source.readyState === EventSource.CLOSED ? 'ended' : 'reconnecting')
    return () => source.close()
  }, [address, attempt])
  useEffect(() => {
    if (!going || connection !== 'ended') return
    const again = setTimeout(() => {
      setConnection('connecting')
      setAttempt((before) => before + 1)
    }, 2000)
    return () => clearTimeout(again)
  }, [going, connection])
  return { events, connection }
}
