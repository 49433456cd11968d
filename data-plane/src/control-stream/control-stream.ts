import { setTimeout as wait } from 'node:timers/promises'
import { type Binding, PlaneMessage } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { LOG } from '../../platform/log/log.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { ControlPlane } from './control-plane.ts'
import { eventData } from './event-lines.ts'
import { StaffKeys } from './staff-keys.ts'

const staleAfter = 10_000
const longestPause = 5_000

/**
 * The one outgoing stream of an awake data plane to the control plane: tenant document, keys, revocations, numbered and
 * replayed (design §8). Nothing a shopper does waits for it.
 */
@Injectable()
export class ControlStream {
  readonly #stopped = new AbortController()
  /** Milliseconds of the monotonic clock, so that a corrected wall clock neither hides nor invents staleness. */
  #heardAt = Number.NEGATIVE_INFINITY
  #sequence = 0
  #running: Promise<void> | undefined
  readonly #opened = new Set<() => void>()

  constructor(
    private readonly controlPlane: ControlPlane,
    private readonly keys: StaffKeys,
    private readonly tenant: TenantContext,
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Whether nothing has been heard for ten seconds: staff acts on money and exports wait (503), all else goes on. */
  get stale(): boolean {
    return performance.now() - this.#heardAt > staleAfter
  }

  /** Called whenever the stream has been opened (again). */
  onOpened(listener: () => void): void {
    this.#opened.add(listener)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped.signal.aborted; failures += 1) {
      const heardBefore = this.#heardAt
      await this.#connect().catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) this.log.debug({ error }, 'control stream broke off')
      })
      if (this.#heardAt > heardBefore) failures = 0
      const pause = Math.min(longestPause, 250 * 2 ** failures) * (0.5 + Math.random() / 2)
      await wait(pause, undefined, { signal: this.#stopped.signal }).catch(stopped)
    }
  }

  async #connect(): Promise<void> {
    const connection = new AbortController()
    const end = () => connection.abort()
    this.#stopped.signal.addEventListener('abort', end)
    const openedAt = performance.now()
    const silence = setInterval(() => performance.now() - Math.max(this.#heardAt, openedAt) > staleAfter && end(), 1_000)
    try {
      const answer = await this.controlPlane.open({
        method: 'GET',
        path: `/internal/planes/${this.binding.tenant.id}/stream?after=${this.#sequence}`,
        headers: { accept: 'text/event-stream', ...(await this.controlPlane.planeHeaders()) },
        signal: connection.signal,
      })
      if (answer.statusCode !== 200) {
        answer.resume()
        throw new Error(`control stream refused: HTTP ${answer.statusCode}`)
      }
      this.#heardAt = performance.now()
      for (const listener of this.#opened) listener()
      for await (const data of eventData(answer)) await this.#take(PlaneMessage.parse(JSON.parse(data)))
    } finally {
      clearInterval(silence)
      this.#stopped.signal.removeEventListener('abort', end)
    }
  }

  async #take(message: PlaneMessage): Promise<void> {
    this.#heardAt = performance.now()
    if (message.kind === 'tenant') this.tenant.replace(message.tenant)
    if (message.kind === 'keys') this.keys.replaceKeys(message.jwks)
    if (message.kind === 'revoked') await this.keys.revoke(message.sids)
    this.#sequence = Math.max(this.#sequence, message.seq)
  }
}

/** The pause was cut short by `stop`: not a fault. */
function stopped(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}
