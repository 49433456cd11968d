import type { Duplex } from 'node:stream'

/** One request on its way through; `left` is called when the side behind has nothing to do with it any more. */
export interface Passage {
  left(): void
  /** It became an event stream: it ends when the side behind ends it, nobody waits for it. */
  streams(): void
}

interface Behind {
  requests: number
  streams: number
  upgraded: Set<Duplex>
  waiting: Set<() => void>
}

/** What is under way to each socket behind the gateway, so that a data plane is ended only when nobody uses it any more. */
export class UnderWay {
  private readonly sockets = new Map<string, Behind>()

  enter(socket: string): Passage {
    const behind = this.of(socket)
    let place: 'requests' | 'streams' | null = 'requests'
    behind.requests += 1
    const move = (to: 'streams' | null): void => {
      if (place) behind[place] -= 1
      place = to
      if (place) behind[place] += 1
      this.settle(socket, behind)
    }
    return {
      left: () => {
        if (place) move(null)
      },
      streams: () => {
        if (place === 'requests') move('streams')
      },
    }
  }

  /** A connection that speaks something else now (a websocket). */
  upgraded(socket: string, connection: Duplex): void {
    const behind = this.of(socket)
    behind.upgraded.add(connection)
    connection.once('close', () => {
      behind.upgraded.delete(connection)
      this.settle(socket, behind)
    })
  }

  /**
   * Waits until no request is under way to this socket, then ends the connections that were upgraded.
   * @returns how many requests were left when the time was up, and how many event streams are open
   */
  async settled(socket: string, timeoutMs: number): Promise<{ requests: number; streams: number }> {
    const behind = this.sockets.get(socket)
    if (!behind) return { requests: 0, streams: 0 }
    if (behind.requests > 0) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          behind.waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, timeoutMs)
        behind.waiting.add(done)
      })
    }
    for (const connection of behind.upgraded) connection.end()
    return { requests: behind.requests, streams: behind.streams }
  }

  private settle(socket: string, behind: Behind): void {
    if (behind.requests > 0) return
    for (const done of behind.waiting) done()
    if (behind.streams === 0 && behind.upgraded.size === 0) this.sockets.delete(socket)
  }

  private of(socket: string): Behind {
    let behind = this.sockets.get(socket)
    if (!behind) {
      behind = { requests: 0, streams: 0, upgraded: new Set(), waiting: new Set() }
      this.sockets.set(socket, behind)
    }
    return behind
  }
}
