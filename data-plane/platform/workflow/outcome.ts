import { DomainError, type ErrorCode } from '@cityos/contract'

/** What the journal keeps of a step or workflow: a value, or the refusal a rule gave. Plain JSON, so it survives a restart whole. */
export type Outcome =
  | { value: unknown }
  | { refused: { code: ErrorCode; message: string; field?: string; details?: Record<string, unknown> } }

/** Runs `work`; a DomainError becomes a kept answer, anything else keeps being thrown (and may be tried again). */
export async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: (await work()) ?? null }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return { refused: { code: error.code, message: error.message, field: error.field, details: error.details } }
  }
}

/** @throws DomainError when the outcome is a refusal */
export function valueIn<T>(outcome: Outcome): T {
  if ('value' in outcome) return outcome.value as T
  const { code, message, field, details } = outcome.refused
  throw new DomainError(code, { message, field, details })
}
