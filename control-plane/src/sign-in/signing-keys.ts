import type { StaffClaims } from '@cityos/contract'
import type { Jwks } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import type { signing_key } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { type Db, isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import type { SigningKey } from './account.contract.ts'

const algorithm = 'EdDSA'
/** A retired key stays published as long as a token it signed can live, and then some. */
const publishedAfterRetirement = 24 * 3600
/** Milliseconds after which this process looks again which key signs: another process may have rotated. */
const keptFor = 5_000

/** The private key that signs now, and its id. */
export async function activeSigner(db: Db, sealing: Sealing): Promise<{ kid: string; key: CryptoKey }> {
  const row = await db.signing_key.findFirstOrThrow({ where: { status: 'active' } })
  const key = await importJWK(JSON.parse(sealing.open('signing-key', row.private_sealed)) as JWK, algorithm)
  return { kid: row.kid, key: key as CryptoKey }
}

/**
 * The keys that sign staff tokens; private parts are sealed with the root key. One signs, and the one after it is
 * published already: when it takes over, every data plane, also one that slept, has known it for a whole period.
 */
@Injectable()
export class SigningKeys {
  #active: { kid: string; key: CryptoKey; until: number } | undefined

  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {}

  /** Makes the first two keys; safe to call from several processes at once. */
  async ensure(): Promise<void> {
    for (const status of ['active', 'next'] as const) {
      if (await this.registry.db.signing_key.findFirst({ where: { status } })) continue
      try {
        await this.#make(this.registry.db, status)
      } catch (error) {
        if (!isUniqueViolation(error)) throw error // another process was first
      }
    }
  }

  /** The published keys (JWKS). */
  async jwks(db: Db = this.registry.db): Promise<Jwks> {
    const rows = await db.signing_key.findMany({ orderBy: { created_at: 'desc' }, where: { status: { not: 'withdrawn' } } })
    return { keys: rows.filter((row) => this.#isPublished(row)).map((row) => row.public_jwk as Record<string, unknown>) }
  }

  async list(): Promise<SigningKey[]> {
    const rows = await this.registry.db.signing_key.findMany({ orderBy: { created_at: 'desc' } })
    return rows.map((row) => ({
      kid: row.kid,
      status: row.status as SigningKey['status'],
      created_at: row.created_at.toISOString(),
      retired_at: row.retired_at?.toISOString() ?? null,
      published: this.#isPublished(row),
    }))
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

  /** Since when the present key signs. */
  async signingSince(db: Db = this.registry.db): Promise<Date> {
    const row = await db.signing_key.findFirstOrThrow({ where: { status: 'active' } })
    const before = await db.signing_key.findFirst({ where: { retired_at: { not: null } }, orderBy: { retired_at: 'desc' } })
    return before?.retired_at && before.retired_at > row.created_at ? before.retired_at : row.created_at
  }

  /**
   * The next key signs from now on, and a new one waits in its place.
   * @param as `retired`: tokens of the old key hold until they run out; `withdrawn`: they stop at once
   * @returns ids of the key that went and the one that came
   */
  async rotate(tx: Tx, as: 'retired' | 'withdrawn'): Promise<{ from: string; to: string }> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos signing_key'))`
    const active = await tx.signing_key.findFirstOrThrow({ where: { status: 'active' } })
    const next = await tx.signing_key.findFirstOrThrow({ where: { status: 'next' } })
    await tx.signing_key.update({ where: { kid: active.kid }, data: { status: as, retired_at: this.clock.now() } })
    await tx.signing_key.update({ where: { kid: next.kid }, data: { status: 'active' } })
    await this.#make(tx, 'next')
    return { from: active.kid, to: next.kid }
  }

  /** Called after a rotation: the key kept in this process signs no more. */
  forget(): void {
    this.#active = undefined
  }

  #isPublished(row: signing_key): boolean {
    if (row.status === 'withdrawn') return false
    return row.retired_at === null || row.retired_at > this.clock.in(-publishedAfterRetirement)
  }

  async #make(db: Db, status: 'active' | 'next'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
    const publicJwk = await exportJWK(publicKey)
    const kid = await calculateJwkThumbprint(publicJwk)
    await db.signing_key.create({
      data: {
        kid,
        public_jwk: json({ ...publicJwk, kid, use: 'sig', alg: algorithm }),
        private_sealed: this.sealing.seal('signing-key', JSON.stringify(await exportJWK(privateKey))),
        status,
        created_at: this.clock.now(),
      },
    })
  }

  async #signer(): Promise<{ kid: string; key: CryptoKey }> {
    if (this.#active && this.#active.until > performance.now()) return this.#active
    this.#active = { ...(await activeSigner(this.registry.db, this.sealing)), until: performance.now() + keptFor }
    return this.#active
  }
}
