/** Ticket pages (`data-ticket`) work without network once they were opened: `offline-worker.ts` keeps them. */
export function startOffline(): void {
  if (!('serviceWorker' in navigator)) return
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (form instanceof HTMLFormElement && form.action.endsWith('/sign-out'))
      navigator.serviceWorker.controller?.postMessage({ forget: true })
  })
  if (!document.querySelector('[data-ticket]')) return
  void navigator.serviceWorker.register('/offline-worker.js').then(async () => {
    const ready = await navigator.serviceWorker.ready
    const files = [...document.querySelectorAll<HTMLElement>('link[rel="stylesheet"], link[rel="preload"], script[src], [data-ticket] img')]
    const addresses = files.map((file) => file.getAttribute('href') ?? file.getAttribute('src') ?? '').filter(Boolean)
    ready.active?.postMessage({ keep: [location.href, ...addresses.map((address) => new URL(address, location.href).href)] })
  })
}
