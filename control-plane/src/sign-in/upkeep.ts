import { setTimeout as wait } from 'node:timers/promises'
import { Inject, Injectable } from '@nestjs/common'
import { Mailer } from '../mail/mailer.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { AccountService } from './account.service.ts'
import { Expiry } from './expiry.ts'
import { KeyRotation } from './key-rotation.ts'

/** Milliseconds between two rounds. */
const every = 30_000

/** What identity needs done by time alone: the latest moment remembered, keys rotated, old links and mails forgotten. */
@Injectable()
export class IdentityUpkeep {
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(
    private readonly expiry: Expiry,
    private readonly rotation: KeyRotation,
    private readonly account: AccountService,
    private readonly mailer: Mailer,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    try {
      await this.expiry.save()
    } catch (error) {
      // a control plane whose registry is away must still stop; what is lost is at most half a minute of memory
      this.settings.log.warn({ error }, 'the latest moment could not be remembered')
    }
  }

  async round(): Promise<void> {
    await this.expiry.save()
    await this.rotation.rotateIfDue()
    await this.account.prune()
    await this.mailer.prune()
    await this.mailer.watch()
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.round()
      } catch (error) {
        this.settings.log.warn({ error }, 'the upkeep of sign-in could not be done yet')
      }
      await wait(every, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }
}
