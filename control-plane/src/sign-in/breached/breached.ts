import { digest, digestBytes } from './digest.ts'
import list from './list.json' with { type: 'json' }

let decoded: Buffer | undefined

/**
 * Whether the world knows this password: it, or it without a sign or two at the end, or with letters in place of the
 * digits that look like them (`P@ssw0rd1!`), is on the list of leaked passwords that ships.
 */
export function isBreached(password: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase()
  const forms = new Set([plain, spelled(plain), withoutEnd(plain), withoutEnd(spelled(plain)), spelled(withoutEnd(plain))])
  return [...forms].some(isListed)
}

/** Entries of the list. */
export const breachedEntries = list.entries

const lookalikes: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }

function spelled(password: string): string {
  const end = /[\d\W_]*$/.exec(password)?.index ?? password.length
  return [...password].map((character, index) => (index < end ? (lookalikes[character] ?? character) : character)).join('')
}

function withoutEnd(password: string): string {
  return password.replace(/[^a-z0-9]{1,2}$/, '')
}

function isListed(password: string): boolean {
  decoded ??= Buffer.from(list.digests, 'base64')
  const wanted = digest(password)
  let from = 0
  let to = list.entries
  while (from < to) {
    const middle = (from + to) >>> 1
    const at = middle * digestBytes
    const order = decoded.compare(wanted, 0, digestBytes, at, at + digestBytes)
    if (order === 0) return true
    if (order < 0) from = middle + 1
    else to = middle
  }
  return false
}
