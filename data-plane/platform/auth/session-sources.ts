import type { Actor } from '@cityos/http'
import { Injectable } from '@nestjs/common'

/** Finds the actor behind an opaque session token; null when the session does not exist or has ended. */
export type SessionSource = (token: string) => Promise<Actor | null>

/** Where sessions of customers and vendor staff are looked up; core fills it at boot, so that platform knows no table of core. */
@Injectable()
export class SessionSources {
  readonly #sources = new Map<'customer' | 'vendor', SessionSource>()

  on(kind: 'customer' | 'vendor', source: SessionSource): void {
    this.#sources.set(kind, source)
  }

  /** @returns null also where nobody has registered: fails closed */
  async resolve(kind: 'customer' | 'vendor', token: string): Promise<Actor | null> {
    return (await this.#sources.get(kind)?.(token)) ?? null
  }
}
