import { ApiError, type ErrorBody } from '@cityos/contract'
import type { Session } from './session.ts'
import { Unreachable } from './transport.ts'

/** The control plane was stopped or replaced in the middle, or cannot answer for a while, as when its database starts anew. */
export function isHangUp(error: unknown): boolean {
  if (error instanceof Unreachable) return true
  if (error instanceof ApiError) return error.status >= 500
  const cause =
    error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code) : undefined
  return (
    cause === 'ECONNRESET' || cause === 'UND_ERR_SOCKET' || cause === 'EPIPE' || (error instanceof Error && error.message === 'aborted')
  )
}

/**
 * The documents that a stream of server-sent events carries, one by one, until it ends.
 * @param path with its query, below the operator's host
 * @throws ApiError when the stream is refused
 */
export async function* serverSent<Document>(session: Session, path: string): AsyncGenerator<Document> {
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
      if (data) yield JSON.parse(data) as Document
    }
  }
}
