import { ConsoleError } from '@cityos/console/kit'
import type { Client } from '@cityos/contract'
import { type ScanAnswer, type ScanResult, type SyncedTicket, scanTicket, syncCheckinList, uploadScans } from '../../contract.ts'
import { type DeviceStore, deviceId, type StoredList } from './device-store.ts'
import { afterScan, checkOffline } from './offline-check.ts'

/** What the screen shows of a scan. */
export interface Verdict {
  key: string
  result: ScanResult | 'unlisted'
  kind: 'entry' | 'exit'
  /** Decided on the device; the server will be told. */
  offline: boolean
  code: string
  name: string | null
  type: Record<string, string | undefined> | null
  seat: string | null
  entries: number | null
  allowed: number | null
  firstAt: string | null
  at: string
}

export interface ScannerState {
  list: StoredList | null
  tickets: number
  online: boolean
  waiting: number
  /** Scans handed in later that the server refused: somebody came in twice. */
  refused: ScanAnswer[]
  failure: ConsoleError | null
}

const answerWithinMs = 3000
const batch = 500

/** True when the server was not reached or could not answer: the device decides then. A refusal by the server is not that. */
const isAway = (thrown: unknown): boolean =>
  (thrown instanceof ConsoleError && (thrown.code === 'network' || thrown.status >= 500)) ||
  (thrown instanceof DOMException && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError'))

/**
 * One device at one door. Asks the server first and decides by itself where the server does not answer in time; scans made
 * so wait on the device with their nonces and are handed in as soon as the network is back.
 */
export class Scanner {
  private state: ScannerState = { list: null, tickets: 0, online: true, waiting: 0, refused: [], failure: null }
  private readonly listeners = new Set<() => void>()
  private byId = new Map<string, SyncedTicket>()
  private byCode = new Map<string, SyncedTicket>()
  private syncing: Promise<void> | null = null

  constructor(
    private readonly listId: string,
    private readonly client: Client,
    private readonly store: DeviceStore,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly current = (): ScannerState => this.state

  /** Reads what the device has, then what changed since. */
  async start(): Promise<void> {
    const [list, tickets, waiting] = await Promise.all([
      this.store.list(this.listId),
      this.store.tickets(this.listId),
      this.store.waiting(this.listId),
    ])
    this.remember(tickets)
    this.change({ list: list ?? null, tickets: this.byId.size, waiting: waiting.length })
    await this.sync()
  }

  /** Hands in what waits, then downloads what changed; one at a time. */
  sync(): Promise<void> {
    this.syncing ??= this.exchange().finally(() => {
      this.syncing = null
    })
    return this.syncing
  }

  async scan(code: string, kind: 'entry' | 'exit'): Promise<Verdict> {
    const nonce = crypto.randomUUID()
    const scannedAt = new Date().toISOString()
    try {
      const answer = await this.client(
        scanTicket,
        { body: { code, kind, nonce, list_id: this.listId, device_id: deviceId(), scanned_at: scannedAt } },
        { signal: AbortSignal.timeout(answerWithinMs) },
      )
      this.change({ online: true, failure: null })
      await this.learn(answer)
      return verdictOf(answer, code)
    } catch (thrown) {
      if (!isAway(thrown)) throw thrown
      this.change({ online: false })
      return this.decideHere(code, kind, nonce, scannedAt)
    }
  }

  async forget(): Promise<void> {
    await this.store.forget(this.listId)
    this.byId.clear()
    this.byCode.clear()
    this.change({ list: null, tickets: 0 })
  }

  dismissRefused(): void {
    this.change({ refused: [] })
  }

  private async decideHere(code: string, kind: 'entry' | 'exit', nonce: string, at: string): Promise<Verdict> {
    const { list } = this.state
    if (!list) throw new ConsoleError({ status: 0, code: 'network' })
    const find = { byId: (id: string) => this.byId.get(id), byCode: (text: string) => this.byCode.get(text) }
    const { result, ticket } = await checkOffline(code, kind, list, find)
    const letsPass = result === 'ok' || result === 'unlisted'
    const after = result === 'ok' && ticket ? afterScan(ticket, kind, at) : null
    if (letsPass) {
      await this.store.take({ nonce, listId: this.listId, code, kind, scannedAt: at }, after)
      if (after) this.remember([after])
      this.change({ waiting: this.state.waiting + 1 })
    }
    const shown = after ?? ticket
    return {
      key: nonce,
      result,
      kind,
      offline: true,
      code: shown?.code ?? code.slice(0, 12),
      name: shown?.name ?? null,
      type: list.types.find((type) => type.id === shown?.type)?.name ?? null,
      seat: shown?.seat ?? null,
      entries: shown?.entries ?? null,
      allowed: shown?.allowed ?? null,
      firstAt: result === 'ok' ? null : (shown?.first_at ?? null),
      at,
    }
  }

  private async exchange(): Promise<void> {
    try {
      await this.handIn()
      await this.download()
      this.change({ online: true, failure: null })
    } catch (thrown) {
      if (isAway(thrown)) return this.change({ online: false })
      if (!(thrown instanceof ConsoleError)) throw thrown
      this.change({ failure: thrown })
    }
  }

  private async handIn(): Promise<void> {
    for (;;) {
      const waiting = await this.store.waiting(this.listId)
      if (waiting.length === 0) return this.change({ waiting: 0 })
      const part = waiting.slice(0, batch)
      const { results } = await this.client(uploadScans, {
        params: { id: this.listId },
        body: {
          device_id: deviceId(),
          scans: part.map(({ code, kind, nonce, scannedAt }) => ({ code, kind, nonce, scanned_at: scannedAt })),
        },
      })
      await this.store.handedIn(part.map((scan) => scan.nonce))
      const refused = results.filter((answer) => answer.result !== 'ok')
      this.change({ waiting: waiting.length - part.length, refused: [...this.state.refused, ...refused] })
    }
  }

  private async download(): Promise<void> {
    for (;;) {
      const cursor = this.state.list?.cursor
      const page = await this.client(syncCheckinList, { params: { id: this.listId }, query: cursor ? { cursor } : {} })
      const list: StoredList = {
        id: this.listId,
        list: page.list,
        allowExit: page.list.allow_exit,
        publicKey: page.public_key,
        types: page.types,
        cursor: page.cursor,
        syncedAt: new Date().toISOString(),
      }
      await this.store.keep(list, page.tickets)
      this.remember(page.tickets)
      this.change({ list, tickets: this.byId.size })
      if (!page.more) return
    }
  }

  /** What an answer of the server says about a ticket this device has. */
  private async learn(answer: ScanAnswer): Promise<void> {
    const known = answer.ticket && this.byId.get(answer.ticket.id)
    if (!known || !answer.ticket) return
    const next = {
      ...known,
      status: answer.ticket.status,
      entries: answer.ticket.entries,
      inside: answer.result === 'ok' ? answer.kind === 'entry' : known.inside,
      first_at: answer.first_at,
    }
    this.remember([next])
    await this.store.putTicket(this.listId, next)
  }

  private remember(tickets: readonly SyncedTicket[]): void {
    for (const ticket of tickets) {
      this.byId.set(ticket.id, ticket)
      this.byCode.set(ticket.code, ticket)
    }
  }

  private change(part: Partial<ScannerState>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}

const verdictOf = (answer: ScanAnswer, code: string): Verdict => ({
  key: answer.nonce,
  result: answer.result,
  kind: answer.kind,
  offline: false,
  code: answer.ticket?.code ?? code.slice(0, 12),
  name: answer.ticket?.attendee_name ?? null,
  type: answer.ticket?.ticket_type ?? null,
  seat: answer.ticket?.seat_id ?? null,
  entries: answer.ticket?.entries ?? null,
  allowed: answer.ticket?.entries_allowed ?? null,
  firstAt: answer.result === 'ok' ? null : answer.first_at,
  at: answer.at,
})
