import { createHash } from 'node:crypto'

/** Bytes kept of each digest: with 40,000 entries a password that was never leaked is refused once in 7·10⁹. */
export const digestBytes = 6
/** Shorter passwords are refused anyway, also with two signs added. */
export const shortest = 6

export function digest(password: string): Buffer {
  return createHash('sha256').update(password).digest().subarray(0, digestBytes)
}
