import { fieldsOf, showCount } from './drawer.ts'

/** Debounce of filters: several boxes ticked in a row ask once. */
const pause = 300

async function pageOf(response: Response): Promise<Document> {
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}

/** Puts parts of a newly read page in place of the present ones. */
function replaceParts(next: Document, selectors: readonly string[]): void {
  for (const selector of selectors) {
    const then = next.querySelector(selector)
    if (then) document.querySelector(selector)?.replaceWith(then)
  }
}

/**
 * Draws the filters anew around the group whose control was touched: that one stays, with the focus in it,
 * and only its counts change (Dawn's `facets.js` does the same).
 */
function refreshFacets(next: Document, touched: Element | null): void {
  const groups = document.querySelector('[data-groups]')
  const fresh = next.querySelectorAll<HTMLDetailsElement>('[data-groups] > [data-facet]')
  if (!groups || fresh.length === 0) return
  const open = new Map(
    [...groups.querySelectorAll<HTMLDetailsElement>(':scope > [data-facet]')].map((group) => [group.dataset.facet, group.open]),
  )
  for (const group of [...groups.children]) if (group !== touched) group.remove()
  let passed = false
  for (const group of fresh) {
    if (touched instanceof HTMLElement && group.dataset.facet === touched.dataset.facet) {
      passed = true
      refreshCounts(group, touched)
      continue
    }
    group.open = open.get(group.dataset.facet) ?? group.open
    if (touched && !passed) touched.before(group)
    else groups.append(group)
  }
  const show = next.querySelector('[data-show-count]')?.textContent
  const button = document.querySelector('[data-show-count]')
  if (button && show) button.textContent = show
}

function refreshCounts(from: Element, to: Element): void {
  for (const count of from.querySelectorAll<HTMLElement>('[data-facet-count]')) {
    const now = to.querySelector(`[data-facet-count="${CSS.escape(count.dataset.facetCount ?? '')}"]`)
    if (now) now.textContent = count.textContent
  }
}

function addressOf(form: HTMLFormElement): URL {
  const url = new URL(form.action)
  const fields = fieldsOf(form, null)
  for (const [name, value] of [...fields]) if (value === '') fields.delete(name, value)
  url.search = fields.toString()
  return url
}

let asking: AbortController | undefined
let waiting: ReturnType<typeof setTimeout> | undefined

/** Filters: the list follows while boxes are ticked; the address follows the list. */
function followFacets(form: HTMLFormElement, control: Element): void {
  clearTimeout(waiting)
  waiting = setTimeout(async () => {
    const url = addressOf(form)
    const results = document.querySelector('[data-results]')
    asking?.abort()
    asking = new AbortController()
    results?.setAttribute('aria-busy', 'true')
    try {
      const response = await fetch(url, { signal: asking.signal })
      if (!response.ok) throw new Error(String(response.status))
      const next = await pageOf(response)
      replaceParts(next, ['[data-results]'])
      refreshFacets(next, control.closest('[data-facet]'))
      history.replaceState(null, '', url)
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) location.assign(url)
    }
  }, pause)
}

/** Lines of the cart: the sums follow the quantity. */
async function changeCart(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const cart = document.querySelector('[data-cart]')
  cart?.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(form.action, { method: 'POST', body: fieldsOf(form, submitter) })
    const next = await pageOf(response)
    replaceParts(next, ['[data-cart]'])
    const badge = next.querySelector<HTMLElement>('[data-cart-count]')
    if (badge) showCount(badge.hidden ? '0' : (badge.textContent ?? '0'))
    if (response.redirected) history.replaceState(null, '', response.url)
    const label = document.querySelector<HTMLElement>('[data-cart] [role="status"], [data-cart] h1')
    label?.setAttribute('tabindex', '-1')
    label?.focus({ preventScroll: true })
  } catch {
    form.submit()
  }
}

/** Another way to ship: the summary and the amount on the button follow. */
async function quoteCheckout(form: HTMLFormElement, address: string): Promise<void> {
  const pay = document.querySelector<HTMLButtonElement>('[data-pay]')
  if (pay) pay.disabled = true
  const response = await fetch(address, { method: 'POST', body: fieldsOf(form, null) })
  replaceParts(await pageOf(response), ['#checkout-summary', '#checkout-pay'])
  openSummary()
}

/** The summary stands open beside the form on a desk; older browsers need telling. */
function openSummary(): void {
  const summary = document.querySelector<HTMLDetailsElement>('.summary-details')
  if (summary && matchMedia('(min-width: 64rem)').matches) summary.open = true
}

export function startLiveForms(): void {
  openSummary()
  document.addEventListener('change', (event) => {
    const control = event.target
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) return
    const form = control.form
    if (form?.matches('[data-facets]')) followFacets(form, control)
    else if (form?.dataset.checkout && control.name.startsWith('shipping.')) void quoteCheckout(form, form.dataset.checkout)
    else if (control.matches('[data-autosubmit]') || form?.matches('[data-autosubmit]')) form?.requestSubmit()
  })
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    if (form.matches('[data-cart-change]') && document.querySelector('[data-cart]')) {
      event.preventDefault()
      void changeCart(form, event.submitter)
    } else if (form.matches('[data-facets]')) {
      event.preventDefault()
      document.querySelector<HTMLElement>('#filters:popover-open')?.hidePopover()
    } else if (form.dataset.checkout !== undefined) {
      holdButton(form)
    }
  })
}

/** One press pays once: the button rests until the answer is there (the key makes a second one harmless anyway). */
function holdButton(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>('[data-pay]')
  button?.setAttribute('aria-busy', 'true')
  setTimeout(() => {
    if (button) button.disabled = true
  })
  addEventListener('pageshow', () => {
    button?.removeAttribute('aria-busy')
    if (button) button.disabled = false
  })
}
