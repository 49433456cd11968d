// Lets the console's scanner open without a network. Hashed files answer from the cache that the scanner fills
// (data-plane/verticals/event-ticketing/console/scanner/keep-page.ts); the page itself from the network first. The API is never cached.
const cacheName = 'cityos-console'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const address = new URL(request.url)
  if (address.origin !== self.location.origin) return
  if (address.pathname.startsWith('/assets/')) event.respondWith(fromCache(request))
  else if (request.mode === 'navigate' && !/^\/(v1|auth|internal|webhooks)\//.test(address.pathname))
    event.respondWith(fromNetwork(request))
})

async function fromCache(request) {
  const cache = await caches.open(cacheName)
  const kept = await cache.match(request, { ignoreVary: true })
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

async function fromNetwork(request) {
  const cache = await caches.open(cacheName)
  try {
    const answer = await fetch(request)
    if (answer.ok) await cache.put('/', answer.clone())
    return answer
  } catch (failure) {
    const kept = await cache.match('/', { ignoreVary: true })
    if (kept) return kept
    throw failure
  }
}
