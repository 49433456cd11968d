import { Injectable } from '@nestjs/common'

/** What is known of a publishable key that holds. */
export interface PublishableKey {
  id: string
  origins: string[]
  storeId: string | null
  /** The sales channel it belongs to; null: the web shop's. */
  channelId: string | null
}

export interface KeySource {
  /** @returns null when the key is unknown or revoked */
  resolve(key: string): Promise<PublishableKey | null>
  /** Origins declared by all live keys. */
  origins(): Promise<string[]>
}

/** Where publishable keys are looked up; core fills it at boot. Without a source no key holds: fails closed. */
@Injectable()
export class KeySources implements KeySource {
  #source: KeySource | undefined

  use(source: KeySource): void {
    this.#source = source
  }

  async resolve(key: string): Promise<PublishableKey | null> {
    return (await this.#source?.resolve(key)) ?? null
  }

  async origins(): Promise<string[]> {
    return (await this.#source?.origins()) ?? []
  }
}
