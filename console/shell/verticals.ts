import { type Client, type Locale, readSession } from '@cityos/contract'
import { listAdminVerticals, listStoreVerticals } from '@cityos/data-plane/contract'
import type { ComponentType } from 'react'
import type { Endpoints } from '../api/data-provider.ts'
import type { Screen } from '../screen/screen.ts'
import type { Messages } from './messages.ts'
import type { MenuEntry } from './navigation.ts'

/** A page of a vertical that is no list of rows: a calendar, a kitchen board, a scanner. */
export interface ConsolePage extends Omit<MenuEntry, 'resource'> {
  /** Name whose `list` right shows it, like a screen's name. */
  resource: string
  view: ComponentType
  /** Route pattern below `to`, e.g. `/:id`; absent: `to` alone. */
  below?: string
  /** Fills the window, without the console's bar and menu: a screen on a wall, a phone at the door. */
  bare?: boolean
  /** Works with what was sold before the vertical was switched off. */
  afterOff?: boolean
  /** Reached from another page only. */
  hidden?: boolean
}

/** What a vertical brings to one console, in the order of its menu. */
export type ConsoleParts = (Screen | ConsolePage)[]

/** One line of `console/verticals.ts`: where a vertical's screens and their texts come from, loaded when it is on. */
export interface VerticalConsole {
  admin: () => Promise<{ parts: ConsoleParts }>
  vendor: () => Promise<{ parts: ConsoleParts }>
  texts: (locale: Locale) => Promise<{ default: Messages }>
}

export interface LoadedVertical {
  code: string
  /** Off: only what was sold before can be seen and worked on. */
  on: boolean
  parts: ConsoleParts
}

export const isScreen = (part: Screen | ConsolePage): part is Screen => 'endpoints' in part

/** Whether a part stays while its vertical is off: a screen does when its list does (the contract says so). */
const staysAfterOff = (part: Screen | ConsolePage): boolean =>
  isScreen(part) ? part.endpoints.list?.afterOff === true : part.afterOff === true

const knownKey = 'cityos.verticals'
const everyMs = 10_000

interface LiveVerticalsOptions {
  side: 'admin' | 'vendor'
  client: Client
  registered: Record<string, VerticalConsole>
  /** Gets the endpoints of screens as they come. */
  endpoints: Endpoints
  /** Gets the texts of a vertical before its screens are shown. */
  addTexts: (code: string, load: (locale: Locale) => Promise<Messages>) => Promise<void>
}

/**
 * The verticals of this console as the tenant has them now. Reads the list again every few seconds while the page is seen,
 * so that switching one on or off changes the menu without a reload; what this browser knew last stands in while the
 * network is away.
 */
export class LiveVerticals {
  private loaded: LoadedVertical[] = []
  private readonly known = new Map<string, ConsoleParts>()
  private readonly listeners = new Set<() => void>()
  private reading: Promise<void> | null = null
  /** Somebody has a session here; until then only what is public is asked for. */
  private signedIn = false

  constructor(private readonly options: LiveVerticalsOptions) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh()
    }, everyMs)
    return () => {
      clearInterval(timer)
      this.listeners.delete(listener)
    }
  }

  readonly current = (): LoadedVertical[] => this.loaded

  /** The vertical a resource belongs to; null: the console's own. */
  readonly verticalOf = (resource: string): string | null =>
    this.loaded.find(({ parts }) => parts.some((part) => (isScreen(part) ? part.name : part.resource) === resource))?.code ?? null

  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = null
    })
    return this.reading
  }

  private async read(): Promise<void> {
    const remembered = rememberedVerticals()
    const on = await this.options
      .client(listStoreVerticals)
      .then((rows) => rows.map((row) => row.name))
      .catch(() => remembered)
    const open = await this.unfinished()
    const codes = Object.keys(this.options.registered).filter(
      (code) => on.includes(code) || open.includes(code) || remembered.includes(code),
    )
    const next: LoadedVertical[] = []
    for (const code of codes) {
      const parts = await this.partsOf(code)
      const isOn = on.includes(code)
      const shown = isOn ? parts : parts.filter(staysAfterOff)
      if (shown.length > 0) next.push({ code, on: isOn, parts: shown })
    }
    localStorage.setItem(knownKey, JSON.stringify(codes))
    const same = next.map(key).join() === this.loaded.map(key).join()
    if (same) return
    this.loaded = next
    for (const listener of this.listeners) listener()
  }

  /** Verticals that are off and have sold something that is not finished, as staff who are signed in may ask. */
  private async unfinished(): Promise<string[]> {
    const { side, client } = this.options
    if (side !== 'admin') return []
    this.signedIn ||= await client(readSession).then(
      () => true,
      () => false,
    )
    if (!this.signedIn) return []
    return client(listAdminVerticals, { query: { limit: 100 } })
      .then(({ items }) => items.filter((item) => item.open).map((item) => item.name))
      .catch(() => [])
  }

  private async partsOf(code: string): Promise<ConsoleParts> {
    const known = this.known.get(code)
    if (known) return known
    const source = this.options.registered[code] as VerticalConsole
    const [{ parts }] = await Promise.all([
      source[this.options.side](),
      this.options.addTexts(code, async (locale) => (await source.texts(locale)).default),
    ])
    for (const part of parts) if (isScreen(part)) this.options.endpoints[part.name] = part.endpoints
    this.known.set(code, parts)
    return parts
  }
}

const key = (vertical: LoadedVertical): string => `${vertical.code}:${vertical.on}`

function rememberedVerticals(): string[] {
  const text = localStorage.getItem(knownKey)
  const value: unknown = text ? JSON.parse(text) : []
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
