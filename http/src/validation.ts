import { type AnyEndpoint, DomainError, type Input } from '@cityos/contract'
import type { z } from 'zod'

export interface RawInput {
  params?: unknown
  query?: unknown
  body?: unknown
}

/**
 * Parses what the caller sent.
 * @throws DomainError invalid_request with `details.fields: [{ field, code, message }]` and the first of them as `field`
 */
export function parseInput<E extends AnyEndpoint>(endpoint: E, raw: RawInput): Input<E> {
  const fields: { field: string; code: string; message: string }[] = []
  const parse = (schema: z.ZodType, value: unknown): unknown => {
    const result = schema.safeParse(value ?? {})
    if (result.success) return result.data
    for (const issue of result.error.issues) {
      fields.push({ field: issue.path.join('.'), code: issue.code, message: issue.message })
    }
    return undefined
  }
  const input = {
    params: parse(endpoint.params, raw.params),
    query: parse(endpoint.query, raw.query),
    body: parse(endpoint.body, raw.body),
  }
  if (fields.length > 0) throw new DomainError('invalid_request', { field: fields[0]?.field || undefined, details: { fields } })
  return input as Input<E>
}
