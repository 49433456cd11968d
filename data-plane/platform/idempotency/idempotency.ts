import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { type AnyEndpoint, DomainError, newId } from '@cityos/contract'
import { actorId, IdempotencyStore, type RequestContext, type StoredAnswer } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, hours, later, seconds } from '../clock/clock.ts'
import { Database, type Tx } from '../db/index.ts'
import { Pii } from '../pii/pii.ts'

/** A killed request's key may be taken over after this. */
const lockMilliseconds = seconds(60)
const keptMilliseconds = hours(24)

interface Claim {
  actorId: string
  key: string
  id: string
  status: number
  pii: Pii
  stored: boolean
}

const running = new AsyncLocalStorage<Claim>()

/**
 * Stores the answer of the running idempotent request in the transaction of its effect, so that effect and answer exist
 * together or not at all. Does nothing in a request without a key.
 * @param body what the handler will return
 * @throws DomainError request_in_progress when another request has taken the key over meanwhile: roll back
 */
export async function storeAnswer(tx: Tx, body: unknown): Promise<void> {
  const claim = running.getStore()
  if (!claim) return
  const result = await tx
    .updateTable('idempotency_key')
    .set({ response_status: claim.status, response_body: claim.pii.encrypt(JSON.stringify(body ?? null)) })
    .where('actor_id', '=', claim.actorId)
    .where('key', '=', claim.key)
    .where('claim', '=', claim.id)
    .where('response_status', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) throw new DomainError('request_in_progress')
  claim.stored = true
}

/** Claims keys, replays stored answers, refuses conflicts (00-conventions, Idempotency). */
@Injectable()
export class Idempotency extends IdempotencyStore {
  /** Claims of requests that ended here while the database was away, each with the time until which it is locked. */
  readonly #orphaned = new Map<string, Date>()

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
  ) {
    super()
  }

  async run(
    ctx: RequestContext,
    endpoint: AnyEndpoint,
    requestHash: string,
    effect: (ctx: RequestContext) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    const actor = actorOf(ctx)
    const key = ctx.idempotencyKey ?? ''
    const claim: Claim = { actorId: actor, key, id: newId('clm'), status: endpoint.status, pii: this.pii, stored: false }
    const earlier = await this.#claim(claim, requestHash)
    if (earlier) return earlier
    try {
      const answer = await running.run(claim, () => effect(ctx))
      if (!claim.stored) await running.run(claim, () => storeAnswer(this.database.read, answer.body))
      return answer
    } catch (error) {
      await this.#release(claim).catch(() => this.#orphan(claim))
      throw error
    }
  }

  /** The request is over but its claim stays behind: here the key may be used again without waiting for the lock to end. */
  #orphan(claim: Claim): void {
    const now = this.clock.now()
    for (const [id, until] of this.#orphaned) if (until <= now) this.#orphaned.delete(id)
    this.#orphaned.set(claim.id, later(now, lockMilliseconds))
  }

  /** @returns the stored answer of an earlier request, or null when the key is ours now */
  async #claim(claim: Claim, requestHash: string): Promise<StoredAnswer | null> {
    const now = this.clock.now()
    const expired = later(now, -keptMilliseconds)
    const claimed = await this.database.read
      .insertInto('idempotency_key')
      .values({
        actor_id: claim.actorId,
        key: claim.key,
        request_hash: requestHash,
        claim: claim.id,
        locked_until: later(now, lockMilliseconds),
        created_at: now,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['actor_id', 'key'])
          .doUpdateSet({
            claim: claim.id,
            request_hash: requestHash,
            locked_until: later(now, lockMilliseconds),
            created_at: now,
            response_status: null,
            response_body: null,
          })
          .where((eb) =>
            eb.or([
              eb('idempotency_key.created_at', '<', expired),
              eb.and([
                eb('idempotency_key.response_status', 'is', null),
                eb.or([
                  eb('idempotency_key.locked_until', '<', now),
                  eb('idempotency_key.claim', '=', sql<string>`any(${[...this.#orphaned.keys()]}::text[])`),
                ]),
                eb('idempotency_key.request_hash', '=', requestHash),
              ]),
            ]),
          ),
      )
      .returning('claim')
      .executeTakeFirst()
    if (claimed) return null
    const row = await this.database.read
      .selectFrom('idempotency_key')
      .selectAll()
      .where('actor_id', '=', claim.actorId)
      .where('key', '=', claim.key)
      .executeTakeFirst()
    if (!row) throw new DomainError('request_in_progress', { details: { retry_after: 1 } })
    if (row.request_hash !== requestHash) throw new DomainError('idempotency_conflict')
    if (row.response_status === null || row.response_body === null)
      throw new DomainError('request_in_progress', { details: { retry_after: 1 } })
    return { status: row.response_status, body: JSON.parse(this.pii.decrypt(row.response_body)) }
  }

  /** A failed request had no effect: the same key may be tried again. */
  async #release(claim: Claim): Promise<void> {
    await this.database.read
      .deleteFrom('idempotency_key')
      .where('actor_id', '=', claim.actorId)
      .where('key', '=', claim.key)
      .where('claim', '=', claim.id)
      .where('response_status', 'is', null)
      .execute()
  }
}

/** Keys belong to one actor; a guest is known by the cart token, else by address. */
function actorOf(ctx: RequestContext): string {
  const known = actorId(ctx.actor)
  if (known) return known
  return `guest:${createHash('sha256')
    .update(ctx.cartToken ?? ctx.ip)
    .digest('base64url')
    .slice(0, 22)}`
}
