const cacheName = 'cityos-console'

/**
 * Makes the scanner open without a network: registers the service worker that answers from the cache, and puts there what
 * this page was made of.
 */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator) || !('caches' in window)) return
  try {
    await keep()
  } catch (thrown) {
    // The network is away: what was kept at an earlier visit stays.
    if (!(thrown instanceof TypeError)) throw thrown
  }
}

async function keep(): Promise<void> {
  await navigator.serviceWorker.register('/service-worker.js')
  const cache = await caches.open(cacheName)
  const loaded = performance
    .getEntriesByType('resource')
    .map((entry) => new URL(entry.name))
    .filter((address) => address.origin === window.location.origin && address.pathname.startsWith('/assets/'))
    .map((address) => address.pathname)
  const missing: string[] = []
  for (const path of new Set(loaded)) if (!(await cache.match(path))) missing.push(path)
  await cache.add(new Request('/', { headers: { accept: 'text/html' } }))
  await Promise.all(missing.map((path) => cache.add(path)))
}
