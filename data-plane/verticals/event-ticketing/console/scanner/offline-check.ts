import type { ScanResult, SyncedTicket } from '../../contract.ts'
import { decideScan } from '../../rules.ts'

/** What the device keeps of a list. */
export interface KeptList {
  id: string
  allowExit: boolean
  publicKey: { kty: 'OKP'; crv: 'Ed25519'; x: string }
}

export interface OfflineAnswer {
  /** `unlisted`: a genuine code that came after the last download; let in, and the server decides later. */
  result: ScanResult | 'unlisted'
  ticket: SyncedTicket | null
}

const qrPattern = /^CT1\.([a-z0-9_]+)\.([\w-]{43})\.([\w-]{86})$/

/** A short code as people type it: any case, with or without the hyphen, O for 0 and I or L for 1. */
export function typedCode(typed: string): string {
  const plain = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return `${plain.slice(0, 4)}-${plain.slice(4)}`
}

const bytes = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

async function hashOf(secret: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)))
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Whether the tenant signed this code; false as well where the browser cannot tell. */
async function isGenuine(text: string, list: KeptList): Promise<boolean> {
  const at = text.lastIndexOf('.')
  try {
    const key = await crypto.subtle.importKey('jwk', list.publicKey, { name: 'Ed25519' }, false, ['verify'])
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, bytes(text.slice(at + 1)), new TextEncoder().encode(text.slice(0, at)))
  } catch (thrown) {
    if (thrown instanceof DOMException) return false
    throw thrown
  }
}

/**
 * Decides a scan without a network by the same rule as the server's (`decideScan`), on the tickets this device downloaded
 * and the scans it made since. The server has the last word when the scan is handed in.
 * @param find a ticket by its id or its short code
 */
export async function checkOffline(
  code: string,
  kind: 'entry' | 'exit',
  list: KeptList,
  find: { byId: (id: string) => SyncedTicket | undefined; byCode: (code: string) => SyncedTicket | undefined },
): Promise<OfflineAnswer> {
  const text = code.trim()
  const qr = qrPattern.exec(text)
  const ticket = qr ? find.byId(qr[1] ?? '') : find.byCode(typedCode(text))
  if (!ticket) return { result: qr && kind === 'entry' && (await isGenuine(text, list)) ? 'unlisted' : 'unknown', ticket: null }
  if (qr && (await hashOf(qr[2] ?? '')) !== ticket.secret_hash) return { result: 'unknown', ticket: null }
  return { result: decide(ticket, list, kind), ticket }
}

/** Everything that was downloaded belongs to the list, so only state, entries and who is inside decide. */
const decide = (ticket: SyncedTicket, list: KeptList, kind: 'entry' | 'exit'): ScanResult =>
  decideScan(
    {
      status: ticket.status,
      entries: ticket.entries,
      entriesAllowed: ticket.allowed,
      inside: ticket.inside,
      eventId: '',
      eventDateId: '',
      ticketTypeId: '',
    },
    { eventId: '', eventDateId: null, ticketTypeIds: [], allowExit: list.allowExit },
    kind,
  )

/** The ticket after a scan that let somebody in or out. */
export const afterScan = (ticket: SyncedTicket, kind: 'entry' | 'exit', at: string): SyncedTicket =>
  kind === 'exit'
    ? { ...ticket, inside: false }
    : { ...ticket, status: 'checked_in', entries: ticket.entries + 1, inside: true, first_at: ticket.first_at ?? at }

export type Light = 'green' | 'amber' | 'red'

/** Green lets in; amber asks for a look; red does not. */
export function lightOf(result: ScanResult | 'unlisted'): Light {
  if (result === 'ok') return 'green'
  return ['already_used', 'already_inside', 'not_inside', 'unlisted'].includes(result) ? 'amber' : 'red'
}
