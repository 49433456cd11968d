import type { StaffClaims } from '@cityos/contract'
import type { Jwks } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { Clock } from '../clock.ts'
import { type Db, isUniqueViolation, json, Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'

const algorithm = 'EdDSA'
/** A retired key stays published as long as a token it signed can live, and then some. */
const publishedAfterRetirement = 24 * 3600

/** The private key that signs now, and its id. */
export async function activeSigner(db: Db, sealing: Sealing): Promise<{ kid: string; key: CryptoKey }> {
  const row = await db.signing_key.findFirstOrThrow({ where: { status: 'active' } })
  const key = await importJWK(JSON.parse(sealing.open('signing-key', row.private_sealed)) as JWK, algorithm)
  return { kid: row.kid, key: key as CryptoKey }
}

/** The keys that sign staff tokens; private parts are sealed with the root key. */
@Injectable()
export class SigningKeys {
  #active: { kid: string; key: CryptoKey } | undefined

  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {}

  /** Makes the first key; safe to call from several processes at once. */
  async ensure(): Promise<void> {
    if (await this.registry.db.signing_key.findFirst({ where: { status: 'active' } })) return
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
    const publicJwk = await exportJWK(publicKey)
    const kid = await calculateJwkThumbprint(publicJwk)
    try {
      await this.registry.db.signing_key.create({
        data: {
          kid,
          public_jwk: json({ ...publicJwk, kid, use: 'sig', alg: algorithm }),
          private_sealed: this.sealing.seal('signing-key', JSON.stringify(await exportJWK(privateKey))),
          status: 'active',
          created_at: this.clock.now(),
        },
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error // another process was first
    }
  }

  /** The published keys (JWKS). */
  async jwks(): Promise<Jwks> {
    const rows = await this.registry.db.signing_key.findMany({
      where: { OR: [{ status: 'active' }, { retired_at: { gt: this.clock.in(-publishedAfterRetirement) } }] },
      orderBy: { created_at: 'desc' },
    })
    return { keys: rows.map((row) => row.public_jwk as Record<string, unknown>) }
  }

  /** The public key of this id, whether it still signs or not: what was signed for good can be verified for good. */
  async publicKey(kid: string): Promise<CryptoKey | null> {
    const row = await this.registry.db.signing_key.findUnique({ where: { kid } })
    return row ? ((await importJWK(row.public_jwk as JWK, algorithm)) as CryptoKey) : null
  }

  async sign(claims: StaffClaims): Promise<string> {
    const { kid, key } = await this.#signer()
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt' }).sign(key)
  }

  async #signer(): Promise<{ kid: string; key: CryptoKey }> {
    if (this.#active) return this.#active
    this.#active = await activeSigner(this.registry.db, this.sealing)
    return this.#active
  }
}
