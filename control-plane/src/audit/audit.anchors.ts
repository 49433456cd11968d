import { Injectable } from '@nestjs/common'
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { activeSigner, SigningKeys } from '../sign-in/signing-keys.ts'
import type { AnchorPoint } from './audit.trail.ts'

interface Anchor extends AnchorPoint {
  day: string
  /** Whether its signature is the platform's and says the same as its row. */
  holds: boolean
}

/**
 * The end of the audit trail's chain, signed once a day. Whoever owns the database could rewrite a chain of hashes from
 * any row on; they could not sign the days after it.
 */
@Injectable()
export class AuditAnchors {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  /** Writes today's anchor down, once; with nothing in the trail there is nothing to anchor. */
  async anchor(): Promise<void> {
    const { db } = this.registry
    const now = this.clock.now()
    const day = now.toISOString().slice(0, 10)
    if (await db.audit_anchor.findUnique({ where: { day }, select: { day: true } })) return
    const end = await db.audit_entry.findFirst({ orderBy: { sequence: 'desc' }, select: { sequence: true, hash: true } })
    if (!end) return
    const entries = await db.audit_entry.count({ where: { sequence: { lte: end.sequence } } })
    const { kid, key } = await activeSigner(db, this.sealing)
    const jws = await new CompactSign(Buffer.from(JSON.stringify({ day, sequence: Number(end.sequence), entries, hash: end.hash })))
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'audit-anchor' })
      .sign(key)
    await db.audit_anchor.createMany({
      data: [{ day, sequence: end.sequence, entries, hash: end.hash, jws, at: now }],
      skipDuplicates: true,
    })
  }

  async all(): Promise<Anchor[]> {
    const rows = await this.registry.db.audit_anchor.findMany({ orderBy: { day: 'asc' } })
    return Promise.all(
      rows.map(async ({ day, sequence, hash, jws }) => ({
        day,
        sequence,
        hash,
        holds: await this.#holds(jws, { day, sequence: Number(sequence), hash }),
      })),
    )
  }

  async #holds(jws: string, said: { day: string; sequence: number; hash: string }): Promise<boolean> {
    try {
      const key = await this.keys.publicKey(String(decodeProtectedHeader(jws).kid))
      if (!key) return false
      const { payload } = await compactVerify(jws, key)
      const signed = JSON.parse(Buffer.from(payload).toString()) as typeof said
      return signed.day === said.day && signed.sequence === said.sequence && signed.hash === said.hash
    } catch {
      return false // a signature that cannot be read or does not fit proves nothing
    }
  }
}
