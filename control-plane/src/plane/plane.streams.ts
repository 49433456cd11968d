import { type PlaneMessage, TenantDocument } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { SigningKeys } from '../sign-in/signing-keys.ts'
import { documentOf, loadTenant } from '../tenant/tenant.document.ts'

/** Milliseconds between two signs of life; a data plane calls its stream stale after 10 s (design §8). */
const heartbeat = 3_000
/** Seconds a revocation matters: as long as an access token can live. */
const revocationLife = 15 * 60 + 60

/** The numbered messages of the control plane to each awake data plane. */
@Injectable()
export class PlaneStreams {
  readonly #open = new Map<string, number>()

  constructor(
    private readonly registry: Registry,
    private readonly signals: Signals,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  isConnected(tenantId: string): boolean {
    return (this.#open.get(tenantId) ?? 0) > 0
  }

  get connections(): number {
    return [...this.#open.values()].reduce((sum, count) => sum + count, 0)
  }

  /**
   * Messages after `after`, then live. Every connection begins with the present document and keys, whatever was seen
   * before: they are the state, the numbers only say what need not be sent again.
   */
  async *messages(tenantId: string, after: number, signal: AbortSignal): AsyncGenerator<PlaneMessage> {
    this.#open.set(tenantId, (this.#open.get(tenantId) ?? 0) + 1)
    const news = this.signals.subscribe(`plane:${tenantId}`, 'plane:*')
    try {
      let seen = after
      yield* this.#present(tenantId, after)
      while (!signal.aborted) {
        const rows = await this.#after(tenantId, seen)
        for (const row of rows) {
          seen = Number(row.sequence)
          // keys are a state: a replayed message must not bring back one that was withdrawn since
          if (row.kind === 'keys') yield { kind: 'keys', seq: seen, jwks: await this.keys.jwks() }
          const message = toMessage(row.kind, seen, row.payload as Record<string, unknown>)
          if (message) yield message
        }
        if (rows.length > 0) continue
        await news.next(heartbeat, signal)
        if (!signal.aborted) yield { kind: 'hello', seq: seen }
      }
    } finally {
      news.close()
      this.#open.set(tenantId, (this.#open.get(tenantId) ?? 1) - 1)
    }
  }

  /** Forgets what no reader needs any more: revocations of dead tokens, documents that a newer one replaced. */
  async prune(): Promise<void> {
    const old = this.clock.in(-revocationLife)
    await this.registry.db.plane_message.deleteMany({ where: { created_at: { lt: old } } })
  }

  async *#present(tenantId: string, after: number): AsyncGenerator<PlaneMessage> {
    yield { kind: 'hello', seq: after }
    yield { kind: 'keys', seq: after, jwks: await this.keys.jwks() }
    yield { kind: 'tenant', seq: after, tenant: await documentOf(this.registry.db, await loadTenant(this.registry.db, tenantId)) }
  }

  #after(tenantId: string, seen: number) {
    return this.registry.db.plane_message.findMany({
      where: { sequence: { gt: BigInt(seen) }, OR: [{ tenant_id: tenantId }, { tenant_id: null }] },
      orderBy: { sequence: 'asc' },
      take: 100,
    })
  }
}

function toMessage(kind: string, seq: number, payload: Record<string, unknown>): PlaneMessage | null {
  switch (kind) {
    case 'tenant':
      return { kind, seq, tenant: TenantDocument.parse(payload['tenant']) }
    case 'revoked':
      return { kind, seq, sids: payload['sids'] as string[] }
    default:
      return null
  }
}
