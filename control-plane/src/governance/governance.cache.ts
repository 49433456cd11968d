import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { loadGovernance, namingPath } from './governance.store.ts'
import { type Governance, type Place, type Resolved, resolve } from './policy.resolution.ts'

/** Milliseconds between two looks at the number of the last change, should a signal have been lost. */
const lookAgain = 5_000
/** Milliseconds after which governance is read again whatever happened: policies and exceptions end by themselves. */
const longest = 60_000
/** Answers kept; the oldest leaves first. */
const mostAnswers = 20_000

/**
 * What governs whom, kept in memory as of the last governance change: an answer that is there already costs no question.
 * A change empties it, by the registry's signal and, for the process that made it, at once.
 */
@Injectable()
export class GovernanceCache implements OnApplicationShutdown {
  #governance: Promise<Governance> | null = null
  #loadedAt = 0
  #revision = -1n
  readonly #answers = new Map<string, Resolved>()
  readonly #stop = new AbortController()

  constructor(
    private readonly registry: Registry,
    private readonly signals: Signals,
    private readonly clock: Clock,
  ) {}

  /** Begins to listen; called once the signals are connected. */
  start(onError: (error: unknown) => void): void {
    const news = this.signals.subscribe('governance')
    const listen = async () => {
      while (!this.#stop.signal.aborted) {
        await news.next(lookAgain, this.#stop.signal)
        if (this.#stop.signal.aborted) break
        const { _max } = await this.registry.db.governance_change.aggregate({ _max: { revision: true } })
        if (_max.revision !== this.#revision) this.drop()
        this.#revision = _max.revision ?? -1n
      }
      news.close()
    }
    const again = (): void => {
      listen().catch((error: unknown) => {
        onError(error)
        this.drop()
        if (!this.#stop.signal.aborted) setTimeout(again, lookAgain).unref()
      })
    }
    again()
  }

  onApplicationShutdown(): void {
    this.#stop.abort()
  }

  /** Forgets everything: something has changed. */
  drop(): void {
    this.#governance = null
    this.#answers.clear()
  }

  async governance(): Promise<Governance> {
    const now = this.clock.now()
    if (this.#governance && now.getTime() - this.#loadedAt < longest && now.getTime() >= this.#loadedAt) return this.#governance
    this.drop()
    this.#loadedAt = now.getTime()
    const loading = loadGovernance(this.registry.db, now)
    this.#governance = loading
    loading.catch(() => {
      if (this.#governance === loading) this.#governance = null
    })
    return loading
  }

  /** @param key of this answer: the subject's id and whatever of it may change without a governance change */
  async resolve(key: string, place: Place): Promise<Resolved> {
    const governance = await this.governance()
    const known = this.#answers.get(key)
    if (known) return known
    const loaded = this.#governance
    const resolved = resolve(await namingPath(this.registry.db, governance, place.node_path), place)
    // a change that came meanwhile must not be covered by an answer from before it
    if (this.#governance === loaded) {
      if (this.#answers.size >= mostAnswers) this.#answers.delete(this.#answers.keys().next().value!)
      this.#answers.set(key, resolved)
    }
    return resolved
  }
}
