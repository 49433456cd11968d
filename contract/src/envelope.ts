import type { ErrorBody } from './errors.ts'

/** `offset`, `limit` and `total` are there on lists only. */
export interface Meta {
  request_id: string
  offset?: number
  limit?: number
  total?: number
}

/** Every JSON answer of both planes has this shape (00-conventions, Errors). */
export type Envelope<T> = { data: T; meta: Meta; errors: [] } | { data: null; meta: Meta; errors: ErrorBody[] }

/** One page of a list. `total` counts all rows that match, not the page. */
export interface Page<T> {
  items: T[]
  total: number
}
