import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes, sign, timingSafeEqual } from 'node:crypto'
import type { Binding } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../../../platform/binding/binding.ts'

/** PKCS #8 head of an Ed25519 private key (RFC 8410); the 32 bytes of the seed follow. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Signs QR codes with a key of this tenant, so that scanners recognise a genuine ticket without a network. Text:
 * `CT1.<ticket id>.<secret>.<signature>`; the signature is Ed25519 over what stands before it.
 */
@Injectable()
export class TicketSigner {
  readonly #privateKey: KeyObject
  readonly #linkKey: Buffer
  /** JWK coordinate of the public key. */
  readonly publicKey: { kty: 'OKP'; crv: 'Ed25519'; x: string }

  constructor(@Inject(BINDING) binding: Pick<Binding, 'secrets'>) {
    const tenantKey = Buffer.from(binding.secrets.tenant_key, 'base64')
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', tenantKey, Buffer.alloc(0), `cityos.event-ticketing.${purpose}`, 32))
    this.#privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, derive('signature.v1')]), format: 'der', type: 'pkcs8' })
    this.#linkKey = derive('link.v1')
    const { x } = createPublicKey(this.#privateKey).export({ format: 'jwk' })
    this.publicKey = { kty: 'OKP', crv: 'Ed25519', x: x! }
  }

  /** What the QR code of a ticket says. */
  qrText(ticketId: string, secret: string): string {
    const body = `CT1.${ticketId}.${secret}`
    return `${body}.${sign(null, Buffer.from(body), this.#privateKey).toString('base64url')}`
  }

  /** The right to open one ticket without an account; dead with the secret it was made for. */
  access(ticketId: string, secretHash: string): string {
    return createHmac('sha256', this.#linkKey).update(`${ticketId}\n${secretHash}`).digest('base64url')
  }

  opens(ticketId: string, secretHash: string, access: string): boolean {
    const expected = Buffer.from(this.access(ticketId, secretHash))
    const actual = Buffer.from(access)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  }

  /** Keyed hash for other links of the vertical (a place on the waiting list). */
  linkToken(id: string): string {
    return createHmac('sha256', this.#linkKey).update(`waiting\n${id}`).digest('base64url')
  }

  linkMatches(id: string, token: string): boolean {
    const expected = Buffer.from(this.linkToken(id))
    const actual = Buffer.from(token)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  }
}

/** Ticket id and secret inside a scanned text; null when it is no QR code of ours. */
export function readQr(text: string): { ticketId: string; secret: string } | null {
  const match = /^CT1\.(tkt_[0-9a-hjkmnp-tv-z]{26})\.([\w-]{43})\.[\w-]{86}$/.exec(text)
  return match ? { ticketId: match[1]!, secret: match[2]! } : null
}

/** A short number people can read out: eight letters of Crockford's alphabet, `7K2M-9Q4D`. */
export function newTicketCode(): string {
  const letters = Array.from(randomBytes(8), (byte) => alphabet[byte % 32]!).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** As people type it: any case, with or without the hyphen, O for 0 and I or L for 1. */
export function normaliseCode(typed: string): string {
  const plain = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return `${plain.slice(0, 4)}-${plain.slice(4)}`
}
