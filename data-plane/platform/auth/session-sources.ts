import type { Actor } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Cache } from '../cache/cache.ts'
import { Clock } from '../clock/clock.ts'
import { hashSecret } from '../credential/secret.ts'

/** Somebody who is signed in, and until when at most. */
export interface OpenSession {
  actor: Actor
  expiresAt: Date
}

/** Finds the session behind the hash of an opaque token; null when it does not exist or has ended. */
export type SessionSource = (tokenHash: string) => Promise<OpenSession | null>

interface Kept {
  actor: Actor
  expires_at: string
}

/** How long an answer is believed without asking the database again, in seconds. */
const keptSeconds = 60
/** Longer than a lookup that began before a session ended can take. */
const barredSeconds = 30

/**
 * Where sessions of customers and vendor staff are looked up; core fills it at boot, so that platform knows no table of
 * core. What was found is kept in the cache (Redis when REDIS_URL is set, so that processes share it) until somebody says
 * that the session, or who is behind it, changes.
 */
@Injectable()
export class SessionSources {
  readonly #sources = new Map<'customer' | 'vendor', SessionSource>()

  constructor(
    private readonly cache: Cache,
    private readonly clock: Clock,
  ) {}

  on(kind: 'customer' | 'vendor', source: SessionSource): void {
    this.#sources.set(kind, source)
  }

  /** @returns null also where nobody has registered: fails closed */
  async resolve(kind: 'customer' | 'vendor', token: string): Promise<Actor | null> {
    const hash = hashSecret(token)
    const key = keyOf(hash)
    const kept = await this.cache.get<Kept>(key)
    if (kept) return kept.actor.kind === kind && Date.parse(kept.expires_at) > this.clock.now().getTime() ? kept.actor : null
    const open = await this.#sources.get(kind)?.(hash)
    if (!open) return null
    await this.cache.add(key, { actor: open.actor, expires_at: open.expiresAt.toISOString() } satisfies Kept, keptSeconds)
    return open.actor
  }

  /**
   * Sessions end, or what their holders may do changes: from now on the database is asked. Call it inside the transaction
   * that changes them, before its commit.
   */
  async changed(tokenHashes: readonly string[]): Promise<void> {
    await Promise.all(tokenHashes.map((hash) => this.cache.bar(keyOf(hash), barredSeconds)))
  }
}

const keyOf = (hash: string): string => `session:${hash}`
