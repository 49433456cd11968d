/**
 * Parts of a page that follow a stream of events (`data-stream="/v1/store/…"`): at each event the page is read again and the
 * part replaced, so that the server stays the only one who writes it. Without scripts the page refreshes itself.
 */
export function startLiveParts(): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-stream]')) follow(part)
}

function follow(first: HTMLElement): void {
  const address = first.dataset.stream
  const id = first.id
  if (!address || !id) return
  const source = new EventSource(address)
  let reading = false
  let again = false
  const refresh = async (): Promise<void> => {
    if (reading) {
      again = true
      return
    }
    reading = true
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } })
      if (!response.ok) return
      const next = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(id)
      const now = document.getElementById(id)
      if (!next || !now) return
      const words = next.querySelector('[data-said]')?.textContent ?? ''
      const before = now.querySelector('[data-said]')?.textContent ?? ''
      now.replaceWith(next)
      if (words !== before) say(words)
      if (next.dataset.stream === undefined) source.close()
    } catch {
      // The stream reconnects by itself and asks again; the age of the last update stays in sight.
    } finally {
      reading = false
      if (again) {
        again = false
        void refresh()
      }
    }
  }
  source.onmessage = () => void refresh()
  source.onopen = () => document.getElementById(id)?.removeAttribute('data-stale')
  source.onerror = () => document.getElementById(id)?.setAttribute('data-stale', '')
  addEventListener('pagehide', () => source.close())
}

/** One polite message per change; the region stays while the part around it is replaced. */
function say(words: string): void {
  let region = document.getElementById('live-words')
  if (!region) {
    region = document.createElement('p')
    region.id = 'live-words'
    region.className = 'sr-only'
    region.setAttribute('aria-live', 'polite')
    document.body.append(region)
  }
  region.textContent = words
}
