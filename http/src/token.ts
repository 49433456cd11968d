import { DomainError, PlaneClaims, StaffClaims } from '@cityos/contract'
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'

export interface Jwks {
  keys: Record<string, unknown>[]
}

/** Tokens remembered per verifier: a console asks many times with the same one. */
const remembered = 1_000

/**
 * Makes a verifier of staff access tokens against published keys; no network (design §8).
 * The returned function throws DomainError unauthenticated for anything that does not hold: signature, issuer, audience, time.
 * A signature is checked once: the same token again costs a look-up and a look at the clock, until it runs out.
 */
export function staffVerifier(
  jwks: Jwks,
  options: { issuer: string; audience: string },
): (token: string, now: Date) => Promise<StaffClaims> {
  const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet)
  const known = new Map<string, StaffClaims>()
  return async (token, now) => {
    const seen = known.get(token)
    if (seen) {
      if (seen.exp * 1000 > now.getTime()) return seen
      known.delete(token)
      throw new DomainError('unauthenticated', { details: { reason: 'expired' } })
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ['EdDSA', 'Ed25519'],
        currentDate: now,
      })
      const claims = StaffClaims.parse(payload)
      if (known.size >= remembered) known.delete(known.keys().next().value!)
      known.set(token, claims)
      return claims
    } catch (error) {
      throw new DomainError('unauthenticated', {
        cause: error,
        details: { reason: error instanceof errors.JWTExpired ? 'expired' : 'invalid_token' },
      })
    }
  }
}

/**
 * Signs a plane-to-plane token that holds for 60 seconds.
 * @param key the tenant's plane key, 32 bytes in base64
 */
export function signPlaneToken(key: string, claims: Pick<PlaneClaims, 'iss' | 'aud' | 'tenant_id'>, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000)
  return new SignJWT({ tenant_id: claims.tenant_id })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(claims.iss)
    .setAudience(claims.aud)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 60)
    .sign(Buffer.from(key, 'base64'))
}

/** The tenant a plane token claims to be about, before it is verified: says which key to verify it with. */
export function claimedTenant(token: string): string | null {
  try {
    const { tenant_id } = decodeJwt(token)
    return typeof tenant_id === 'string' ? tenant_id : null
  } catch (error) {
    if (error instanceof errors.JWTInvalid) return null
    throw error
  }
}

/** @throws DomainError unauthenticated */
export async function verifyPlaneToken(
  token: string,
  key: string,
  expected: { audience: PlaneClaims['aud']; tenantId: string },
  now: Date,
): Promise<PlaneClaims> {
  try {
    const { payload } = await jwtVerify(token, Buffer.from(key, 'base64'), {
      audience: expected.audience,
      algorithms: ['HS256'],
      currentDate: now,
      clockTolerance: 5,
      maxTokenAge: 65,
    })
    const claims = PlaneClaims.parse(payload)
    if (claims.tenant_id !== expected.tenantId) throw new Error('token of another tenant')
    return claims
  } catch (error) {
    throw new DomainError('unauthenticated', { cause: error, details: { reason: 'invalid_token' } })
  }
}
