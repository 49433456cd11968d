import type { CheckinList, SyncedTicket } from '../../contract.ts'
import type { KeptList } from './offline-check.ts'

/** A list as this device has it. */
export interface StoredList extends KeptList {
  list: CheckinList
  types: { id: string; name: Record<string, string | undefined> }[]
  cursor: string
  syncedAt: string
}

/** A scan the server has not taken yet. */
export interface WaitingScan {
  nonce: string
  listId: string
  code: string
  kind: 'entry' | 'exit'
  scannedAt: string
}

const name = 'cityos-scanner'

/** The device's own store (IndexedDB): lists, their tickets, and scans that wait to be handed in. */
export async function openDeviceStore(): Promise<DeviceStore> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('lists', { keyPath: 'id' })
    request.result.createObjectStore('tickets', { keyPath: ['listId', 'id'] }).createIndex('list', 'listId')
    request.result.createObjectStore('scans', { keyPath: 'nonce' }).createIndex('list', 'listId')
  }
  return new DeviceStore(await done(request))
}

/** A name for this device, made once: the server's record of scans says which one it was. */
export function deviceId(): string {
  const known = localStorage.getItem('cityos.device')
  if (known) return known
  const made = `dev-${crypto.randomUUID()}`
  localStorage.setItem('cityos.device', made)
  return made
}

export class DeviceStore {
  constructor(private readonly database: IDBDatabase) {}

  list(id: string): Promise<StoredList | undefined> {
    return done(this.store('lists').get(id))
  }

  async tickets(listId: string): Promise<SyncedTicket[]> {
    return done(this.store('tickets').index('list').getAll(listId))
  }

  waiting(listId: string): Promise<WaitingScan[]> {
    return done(this.store('scans').index('list').getAll(listId))
  }

  /** One page of a download: the list's new state and the tickets that changed, together. */
  async keep(list: StoredList, tickets: readonly SyncedTicket[]): Promise<void> {
    const work = this.database.transaction(['lists', 'tickets'], 'readwrite')
    work.objectStore('lists').put(list)
    for (const ticket of tickets) work.objectStore('tickets').put({ ...ticket, listId: list.id })
    await finished(work)
  }

  /** A scan and what it did to its ticket, together: after a crash both are there or neither. */
  async take(scan: WaitingScan, ticket: SyncedTicket | null): Promise<void> {
    const work = this.database.transaction(['scans', 'tickets'], 'readwrite')
    work.objectStore('scans').put(scan)
    if (ticket) work.objectStore('tickets').put({ ...ticket, listId: scan.listId })
    await finished(work)
  }

  async putTicket(listId: string, ticket: SyncedTicket): Promise<void> {
    const work = this.database.transaction('tickets', 'readwrite')
    work.objectStore('tickets').put({ ...ticket, listId })
    await finished(work)
  }

  async handedIn(nonces: readonly string[]): Promise<void> {
    const work = this.database.transaction('scans', 'readwrite')
    for (const nonce of nonces) work.objectStore('scans').delete(nonce)
    await finished(work)
  }

  /** Removes a list and its tickets from the device; scans that wait stay until they are handed in. */
  async forget(listId: string): Promise<void> {
    const tickets = await this.tickets(listId)
    const work = this.database.transaction(['lists', 'tickets'], 'readwrite')
    work.objectStore('lists').delete(listId)
    for (const ticket of tickets) work.objectStore('tickets').delete([listId, ticket.id])
    await finished(work)
  }

  close(): void {
    this.database.close()
  }

  private store(storeName: string): IDBObjectStore {
    return this.database.transaction(storeName).objectStore(storeName)
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the device store failed'))
  })

const finished = (work: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    work.oncomplete = () => resolve()
    work.onabort = () => reject(work.error ?? new Error('the device store failed'))
    work.onerror = () => reject(work.error ?? new Error('the device store failed'))
  })
