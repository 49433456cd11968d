import { ApiError, type ErrorCode } from '@cityos/contract'
import { HttpError } from 'react-admin'

/** Field → i18n key of what is wrong with it, in the shape react-admin's forms take. */
export type FieldFailures = Record<string, string>

/**
 * What a screen is told when a call fails: a stable code to find words for (`error.<code>`), the request's id to quote to
 * support, and which fields of the form to mark. `body.errors` is only there when fields are named, because react-admin
 * takes its presence for "the form shows it" and stays silent otherwise.
 */
export class ConsoleError extends HttpError {
  readonly code: ErrorCode | 'network'
  readonly requestId: string | undefined
  readonly details: Record<string, unknown>

  constructor(options: {
    status: number
    code: ErrorCode | 'network'
    requestId?: string
    details?: Record<string, unknown>
    fields?: FieldFailures
    said?: string
  }) {
    super(`error.${options.code}`, options.status, options.fields ? { errors: options.fields } : null)
    // react-admin's HttpError makes every instance one of its own; without this `instanceof ConsoleError` is never true.
    Object.setPrototypeOf(this, ConsoleError.prototype)
    this.name = 'ConsoleError'
    this.code = options.code
    this.requestId = options.requestId
    this.details = { ...options.details, said: options.said }
  }
}

interface FieldDetail {
  path?: unknown
  field?: unknown
  code?: unknown
  message?: unknown
}

/** Reads the fields out of an API error: `errors[].field`, and `details.fields[]` of an `invalid_request`. */
export function fieldFailures(error: ApiError): FieldFailures | undefined {
  const fields: FieldFailures = {}
  for (const body of error.errors) {
    if (body.field) fields[body.field] = `error.${body.code}`
    const listed = body.details?.['fields']
    if (!Array.isArray(listed)) continue
    for (const item of listed as (FieldDetail | string)[]) {
      const name = typeof item === 'string' ? item : pathText(item.path ?? item.field)
      if (!name) continue
      fields[name] = typeof item === 'string' ? 'error.field' : fieldWords(name, item.code)
    }
  }
  return Object.keys(fields).length > 0 ? fields : undefined
}

/** Fields whose pattern people cannot guess have words of their own. */
const patterned = ['phone', 'commercial_reg_no', 'handle']

/** The key of what is wrong with a field. What the schema says of itself is for programmers, in one language. */
function fieldWords(name: string, code: unknown): string {
  const last = name.split('.').at(-1) ?? ''
  if (code === 'invalid_format' && patterned.includes(last)) return `error.field_${last}`
  if (code === 'too_small' || code === 'too_big') return `error.field_${code}`
  return 'error.field'
}

function pathText(path: unknown): string {
  const text = Array.isArray(path) ? path.join('.') : typeof path === 'string' ? path : ''
  return text.replace(/^(body|query|params)\./, '')
}

/** Turns whatever a call threw into a ConsoleError; an aborted call stays what it is. */
export function toConsoleError(thrown: unknown): unknown {
  if (thrown instanceof ConsoleError) return thrown
  if (thrown instanceof ApiError) {
    const first = thrown.errors[0]
    return new ConsoleError({
      status: thrown.status,
      code: thrown.code,
      requestId: thrown.requestId,
      details: first?.details,
      fields: fieldFailures(thrown),
      said: first?.message,
    })
  }
  if (thrown instanceof DOMException && thrown.name === 'AbortError') return thrown
  if (thrown instanceof TypeError) return new ConsoleError({ status: 0, code: 'network' })
  return thrown
}
