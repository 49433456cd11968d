import { monotonicFactory } from 'ulid'

const bytes = new Uint8Array(4096)
let used = bytes.length

/** A random number below 1, of eight bits: enough for the 32 letters of a ULID, and drawn thousands at a time. */
function random(): number {
  if (used === bytes.length) {
    crypto.getRandomValues(bytes)
    used = 0
  }
  const byte = bytes[used]!
  used += 1
  return byte / 256
}

const ulid = monotonicFactory(random)

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
