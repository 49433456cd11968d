import { type AnyEndpoint, DomainError } from '@cityos/contract'
import { actorId, IdempotencyStore, type RequestContext, type StoredAnswer } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Registry } from './registry.ts'
import { Sealing } from './sealing.ts'

const keptSeconds = 24 * 3600
const lockSeconds = 60

/**
 * Runs a request with an `Idempotency-Key` once (00-conventions): claimed for 60 s, and the answer stored, sealed, in the
 * transaction of its effect. A refused request leaves no key behind: it may be corrected and sent again.
 */
@Injectable()
export class RegistryIdempotency extends IdempotencyStore {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {
    super()
  }

  override async run(
    ctx: RequestContext,
    _endpoint: AnyEndpoint,
    requestHash: string,
    effect: (ctx: RequestContext) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    const id = { actor_id: actorId(ctx.actor) ?? 'anonymous', key: ctx.idempotencyKey ?? '' }
    const stored = await this.#claim(id, requestHash)
    if (stored) return stored
    try {
      return await this.registry.transaction(async (tx) => {
        const joined = ctx.with({})
        this.registry.join(joined, tx)
        const answer = await effect(joined)
        await tx.idempotency_key.update({
          where: { actor_id_key: id },
          data: { response_status: answer.status, response_sealed: this.sealing.seal('answer', JSON.stringify(answer.body)) },
        })
        return answer
      })
    } catch (error) {
      await this.registry.db.idempotency_key.deleteMany({ where: { ...id, response_status: null } })
      throw error
    }
  }

  /** Forgets keys after a day. */
  async prune(): Promise<void> {
    await this.registry.db.idempotency_key.deleteMany({ where: { created_at: { lt: this.clock.in(-keptSeconds) } } })
  }

  /** @returns the stored answer of an earlier request; null when the key is now ours */
  async #claim(id: { actor_id: string; key: string }, request_hash: string): Promise<StoredAnswer | null> {
    const now = this.clock.now()
    const locked_until = this.clock.in(lockSeconds)
    const created = await this.registry.db.idempotency_key.createMany({
      data: [{ ...id, request_hash, locked_until, created_at: now }],
      skipDuplicates: true,
    })
    if (created.count === 1) return null
    const row = await this.registry.db.idempotency_key.findUnique({ where: { actor_id_key: id } })
    if (!row) return this.#claim(id, request_hash)
    if (row.request_hash !== request_hash)
      throw new DomainError('idempotency_conflict', { message: 'this Idempotency-Key was used for another request: make a new one' })
    if (row.response_status !== null && row.response_sealed !== null) {
      return { status: row.response_status, body: JSON.parse(this.sealing.open('answer', row.response_sealed)) as unknown }
    }
    const { count } = await this.registry.db.idempotency_key.updateMany({
      where: { ...id, response_status: null, locked_until: { lte: now } },
      data: { locked_until },
    })
    if (count === 0)
      throw new DomainError('request_in_progress', {
        message: 'the first request with this key is still running',
        details: { retry_after: 1 },
      })
    return null
  }
}
