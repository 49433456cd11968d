/**
 * Links and GET forms that change one part of a page (`data-swap="picker"`: the id of that part): the page behind them is read
 * and the part replaced, the address follows, focus stays where it was. Without scripts they are ordinary links and forms.
 */
let asking: AbortController | undefined

async function swap(address: string, ids: readonly string[], remember: boolean): Promise<void> {
  asking?.abort()
  asking = new AbortController()
  const parts = ids.map((id) => document.getElementById(id))
  for (const part of parts) part?.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(address, { signal: asking.signal })
    if (!response.ok || response.redirected) throw new Error(String(response.status))
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const focused = focusPath()
    for (const id of ids) {
      const then = next.getElementById(id)
      if (then) document.getElementById(id)?.replaceWith(then)
    }
    if (remember) history.pushState({ swap: ids }, '', address)
    restoreFocus(focused)
    document.dispatchEvent(new CustomEvent('swapped'))
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) location.assign(address)
  }
}

/** The new element stands where the old one was: found by its own mark, else by its id. */
function focusPath(): string | null {
  const active = document.activeElement
  if (!(active instanceof HTMLElement)) return null
  if (active.dataset.key) return `[data-key="${CSS.escape(active.dataset.key)}"]`
  return active.id ? `#${CSS.escape(active.id)}` : null
}

function restoreFocus(selector: string | null): void {
  if (selector) document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true })
}

const idsOf = (element: HTMLElement): string[] => (element.dataset.swap ?? '').split(' ').filter(Boolean)

export function startSwaps(): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-swap]') : null
    if (!link) return
    event.preventDefault()
    void swap(link.href, idsOf(link), true)
  })
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.dataset.swap || form.method !== 'get') return
    event.preventDefault()
    const url = new URL(form.action)
    for (const [name, value] of new FormData(form)) if (typeof value === 'string' && value) url.searchParams.append(name, value)
    void swap(url.href, idsOf(form), true)
  })
  addEventListener('popstate', (event) => {
    const ids: unknown = event.state?.swap
    // Back to a page that was reached by swapping, or to the first one: the whole of it is read again.
    if (Array.isArray(ids) || document.querySelector('[data-swap]')) location.reload()
  })
}
