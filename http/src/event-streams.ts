import { randomInt } from 'node:crypto'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { RequestContext } from './request-context.ts'
import { AnswerWriter } from './writer.ts'

/** Often enough for a listener to notice within ten seconds that nobody speaks any more (design §8). */
const heartbeatMilliseconds = 4_000

/** Writes server-sent events; a field `seq`, `sequence` or `id` of an event becomes its id, so that a client can resume. */
@Injectable()
export class EventStreams implements OnApplicationShutdown {
  readonly #open = new Set<AbortController>()

  constructor(private readonly writer: AnswerWriter) {}

  async send(reply: FastifyReply, ctx: RequestContext, events: AsyncIterable<unknown>): Promise<void> {
    const closing = new AbortController()
    this.#open.add(closing)
    this.writer.head(reply, ctx)
    reply.hijack()
    const raw = reply.raw
    const headers = reply.getHeaders() as Record<string, string | string[]>
    raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    raw.write('retry: 1000\n\n')
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMilliseconds)
    const ended = new Promise<'ended'>((resolve) => {
      raw.on('close', () => resolve('ended'))
      closing.signal.addEventListener('abort', () => resolve('ended'))
    })
    const iterator = events[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), ended])
        if (next === 'ended' || next.done) break
        if (!raw.write(frame(next.value))) await Promise.race([new Promise((resolve) => raw.once('drain', resolve)), ended])
      }
    } catch (error) {
      ctx.log.error({ error }, 'event stream broke off')
    } finally {
      // Everybody at once would be too many: each comes back at a moment of its own.
      if (closing.signal.aborted && !raw.destroyed) raw.write(`retry: ${randomInt(200, 2_000)}\n\n`)
      clearInterval(heartbeat)
      this.#open.delete(closing)
      iterator.return?.(undefined)?.catch((error: unknown) => ctx.log.warn({ error }, 'event source did not close'))
      raw.end()
    }
  }

  /** How many streams are open. */
  get open(): number {
    return this.#open.size
  }

  /** Ends all streams with a hint when to reconnect: within two seconds, spread. */
  closeAll(): void {
    for (const stream of this.#open) stream.abort()
  }

  onApplicationShutdown(): void {
    this.closeAll()
  }
}

function frame(event: unknown): string {
  const { seq, sequence, id } = (event ?? {}) as { seq?: unknown; sequence?: unknown; id?: unknown }
  const name = seq ?? sequence ?? id
  return `${name === undefined ? '' : `id: ${String(name)}\n`}data: ${JSON.stringify(event)}\n\n`
}
