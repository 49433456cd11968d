import { DomainError } from '@cityos/contract'

const moved = ['invalid_transition', 'stale_version']

/**
 * Runs what a timer does; when somebody else was faster there is nothing left to do.
 * @param also further codes that mean the same here
 */
export async function unlessMoved(work: () => Promise<unknown>, also: readonly string[] = []): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DomainError) || ![...moved, ...also].includes(error.code)) throw error
  }
}
