import type { Readable } from 'node:stream'
import type { AnyEndpoint, Page } from '@cityos/contract'
import type { z } from 'zod'

/** An answer that is not the JSON envelope: a file, a page, a redirect. */
export class RawAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string | Buffer | Readable | null

  constructor(status: number, headers: Record<string, string>, body: string | Buffer | Readable | null) {
    this.status = status
    this.headers = headers
    this.body = body
  }

  static redirect(location: string, status: 302 | 303 = 303): RawAnswer {
    return new RawAnswer(status, { location }, null)
  }
}

type Values<E extends AnyEndpoint> = z.input<E['response']>

/** What the handler of an endpoint returns. */
export type Answer<E extends AnyEndpoint> = E['kind'] extends 'list'
  ? Page<Values<E>>
  : E['kind'] extends 'stream'
    ? AsyncIterable<Values<E>>
    : // biome-ignore lint/suspicious/noConfusingVoidType: a 204 handler is declared Promise<void>
      Values<E> | RawAnswer | (E['status'] extends 204 ? void : never)
