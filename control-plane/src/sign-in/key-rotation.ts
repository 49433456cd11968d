import { setTimeout as wait } from 'node:timers/promises'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { sendToPlane } from '../tenant/tenant.document.ts'
import type { SigningKey } from './account.contract.ts'
import { SigningKeys } from './signing-keys.ts'

const retryPause = 1_000

/** Changes the key that signs, on schedule and on demand, and tells everybody who verifies. */
@Injectable()
export class KeyRotation {
  readonly #stop = new AbortController()
  #publishing: Promise<void> = Promise.resolve()

  constructor(
    private readonly registry: Registry,
    private readonly keys: SigningKeys,
    private readonly drivers: Drivers,
    private readonly platformSettings: PlatformSettings,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Rotates when the present key has signed long enough. @returns whether it did */
  async rotateIfDue(): Promise<boolean> {
    const days = await this.platformSettings.get('signing_key_days')
    const isDue = (since: Date) => since <= this.clock.in(-days * 86_400)
    if (!isDue(await this.keys.signingSince())) return false
    const rotated = await this.registry.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos signing_key'))`
      if (!isDue(await this.keys.signingSince(tx))) return false // another process was first
      await this.#rotate(tx, 'retired', { actor: 'system:key-rotation', ip: null, requestId: null }, null)
      return true
    })
    if (rotated) this.#afterwards()
    return rotated
  }

  async rotate(ctx: RequestContext, asked: { withdraw: boolean; reason: string }): Promise<SigningKey[]> {
    await this.registry.within(ctx, (tx) => this.#rotate(tx, asked.withdraw ? 'withdrawn' : 'retired', auditOf(ctx), asked.reason))
    this.#afterwards()
    return this.keys.list()
  }

  /** Hands the public keys to the drivers, for data planes that wake while the control plane is away; tries until it works. */
  publish(): void {
    this.#publishing = this.#publishing.then(() => this.#publish())
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#publishing
  }

  async #publish(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const jwks = await this.keys.jwks()
        await Promise.all(this.drivers.all().map((driver) => driver.publishKeys(jwks)))
        return
      } catch (error) {
        this.settings.log.warn({ error }, 'the public keys could not be handed to the driver yet')
        await wait(retryPause, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      }
    }
  }

  /** Awake data planes hear of it by their stream, in the transaction of the change. */
  async #rotate(
    tx: Tx,
    as: 'retired' | 'withdrawn',
    by: { actor: string; ip: string | null; requestId: string | null },
    reason: string | null,
  ): Promise<void> {
    const now = this.clock.now()
    const changes = await this.keys.rotate(tx, as)
    const resource = { type: 'signing_key', id: changes.to }
    await audit(tx, { ...by, at: now, action: 'signing_key.rotate', tenantId: null, resource, reason, changes: { ...changes, as } })
    await sendToPlane(tx, null, 'keys', {}, now)
  }

  #afterwards(): void {
    this.keys.forget()
    this.publish()
  }
}
