import { monotonicFactory } from 'ulid'

const ulid = monotonicFactory()

/** A prefixed ULID such as `ord_01JD…`: sortable by time, unique without asking the database. */
export type Id<Prefix extends string = string> = `${Prefix}_${string}`

/**
 * Makes a new identifier.
 * @param prefix two to six lower-case letters that name the noun, e.g. `ord`
 */
export function newId<Prefix extends string>(prefix: Prefix): Id<Prefix> {
  return `${prefix}_${ulid().toLowerCase()}`
}

export const idPattern = (prefix: string): RegExp => new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`)
