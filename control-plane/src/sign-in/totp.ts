import { createHash, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import encodeQR from 'qr'

/** Time-based one-time passwords (RFC 6238) as every authenticator app takes them: SHA-1, six digits, 30 seconds. */

export const stepSeconds = 30
/** Steps before and after the present one whose codes are taken: a phone's clock may be half a minute off. */
const tolerance = 1
export const recoveryCodeCount = 10

function generator(secret: string, account: string): TOTP {
  return new TOTP({
    issuer: 'Dakkah CityOS',
    label: account,
    algorithm: 'SHA1',
    digits: 6,
    period: stepSeconds,
    secret: Secret.fromBase32(secret),
  })
}

/** @returns 160 random bits in base32 */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** What an authenticator app takes in: an address, and the same as a picture. */
export function enrolment(secret: string, account: string): { url: string; qr_svg: string } {
  const url = generator(secret, account).toString()
  return { url, qr_svg: encodeQR(url, 'svg', { ecc: 'medium', border: 2 }) }
}

/**
 * The time step a code belongs to.
 * @returns steps since 1970, or null when the code is none of the present ones
 */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const delta = generator(secret, '').validate({ token: code, timestamp: now.getTime(), window: tolerance })
  return delta === null ? null : Math.floor(now.getTime() / 1000 / stepSeconds) + delta
}

/** Letters and digits that are not taken for one another. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'

/** @returns codes such as `k7pm-2xqd-94rv-hbwe`, 79 random bits each */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const letters: string[] = []
    while (letters.length < 16)
      for (const byte of randomBytes(16)) if (byte < 248 && letters.length < 16) letters.push(alphabet[byte % 31]!)
    return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
  })
}

/** However it was typed. @returns null for what cannot be a recovery code */
export function readRecoveryCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, '')
  return /^[2-9a-hjkmnp-z]{16}$/.test(letters) ? letters.replace(/(.{4})(?=.)/g, '$1-') : null
}

/** Digits however they were typed, also Arabic ones. */
export function readTotp(typed: string): string | null {
  const digits = typed
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[\s-]/g, '')
  return /^\d{6}$/.test(digits) ? digits : null
}

export function hashOfRecoveryCode(userId: string, code: string): string {
  return createHash('sha256').update(`${userId}:${code}`).digest('base64url')
}
