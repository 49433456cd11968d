/**
 * Keeps ticket pages for places without network. A page asks for it (`offline.ts`); nothing else is ever kept, and leaving the
 * account forgets all of it. Network first: a kept page is shown only when there is none.
 */
interface WorkerEvent extends Event {
  readonly data: { keep?: string[]; forget?: boolean }
  readonly request: Request
  waitUntil(work: Promise<unknown>): void
  respondWith(answer: Promise<Response>): void
}

/** What of a service worker's own scope is used here; the pages' types do not know it. */
const worker = self as unknown as {
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
  addEventListener(type: 'install' | 'activate' | 'message' | 'fetch', listener: (event: WorkerEvent) => void): void
}
const store = 'tickets'

worker.addEventListener('install', () => void worker.skipWaiting())
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))

worker.addEventListener('message', (event) => {
  const { keep, forget } = event.data
  if (forget) event.waitUntil(caches.delete(store))
  if (keep) event.waitUntil(keepAll(keep))
})

async function keepAll(addresses: readonly string[]): Promise<void> {
  const cache = await caches.open(store)
  await Promise.all(
    addresses.map(async (address) => {
      const response = await fetch(address, { credentials: 'same-origin' })
      if (response.ok) await cache.put(address, response)
    }),
  )
}

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { pathname } = new URL(request.url)
  // Pages, their files and the codes; streams and calls of the API pass by.
  const kept = request.mode === 'navigate' || pathname.startsWith('/assets/') || pathname.endsWith('/qr.svg')
  if (request.method !== 'GET' || !kept) return
  event.respondWith(
    fetch(request).catch(async () => {
      const answer = await caches.match(request, { ignoreVary: true })
      return answer ?? Response.error()
    }),
  )
})
