import type { Binding } from '@cityos/contract'

/** Injection token of what the supervisor handed this process: tenant, database, secrets (contract, Binding). */
export const BINDING = Symbol('cityos:binding')

export type { Binding }
