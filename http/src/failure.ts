import { DomainError, type ErrorBody, type Locale } from '@cityos/contract'
import type { ErrorMessages } from './ports.ts'

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'])
/** Prisma: the server cannot be reached or does not answer (P1…), no connection left in the pool (P2024, P2037), a transaction that got none (P2028). */
const prismaAway = /^P(?:1\d{3}|2024|2028|2037)$/
/** Postgres: connection lost or refused (08), shutting down (57P), out of connections or disk (53), timed out (57014, 25P03), lost to a rival too often (40). */
const databaseAway = /^(?:08|53|57|40|25P03)/

const connectionLost =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|socket has been ended|DatabaseNotReachable/i
const deepest = 5

/**
 * What any thrown thing means to a caller. Nothing of a driver's error leaves the process: what is not a DomainError
 * is `internal_error`, or `dependency_unavailable` when the database or another process is away.
 */
export function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  if (error instanceof Error) {
    const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
    const text = typeof code === 'string' ? code : ''
    if (text === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) return new DomainError('file_too_large', { cause: error })
    if (text.startsWith('FST_ERR_') && typeof statusCode === 'number' && statusCode < 500) {
      return new DomainError('invalid_request', { cause: error, details: { reason: statusCode === 415 ? 'content_type' : 'unparseable' } })
    }
    if (isReadOnly(error)) return new DomainError('tenant_read_only', { cause: error, details: { retry_after: 5 } })
    if (isAway(error)) return new DomainError('dependency_unavailable', { cause: error, details: { retry_after: 2 } })
  }
  return new DomainError('internal_error', { cause: error })
}

/** Whether an error, or what caused it, says that the other side is gone: drivers and the workflow engine wrap what they met. */
function isAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > deepest) return false
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const text = typeof code === 'string' ? code : ''
  if (unreachable.has(text)) return true
  if (text.length === 5 && (databaseAway.test(text) || prismaAway.test(text))) return true
  if (connectionLost.test(error.message)) return true
  return isAway(cause, depth + 1) || (Array.isArray(errors) && errors.some((each) => isAway(each, depth + 1)))
}

/** Whether the database refused a write because it takes none for a moment (SQLSTATE 25006). */
function isReadOnly(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > deepest) return false
  return (error as { code?: unknown }).code === '25006' || isReadOnly(error.cause, depth + 1)
}

/** The public body of a failure in the caller's language. */
export function errorBody(error: DomainError, locale: Locale, messages: ErrorMessages): ErrorBody {
  return {
    code: error.code,
    message: messages.message(error, locale),
    ...(error.field ? { field: error.field } : {}),
    ...(error.details ? { details: error.details } : {}),
  }
}
