import { fieldsOf, showCount } from './drawer.ts'

/** Debounce of filters: several boxes ticked in a row ask once. */
const pause = 300

/** Asks for the page again and puts parts of it in place; the touched control is never drawn anew. */
async function replaceFrom(response: Response, selectors: readonly string[]): Promise<void> {
  const next = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const selector of selectors) {
    const now = document.querySelector(selector)
    const then = next.querySelector(selector)
    if (now && then) now.replaceWith(then)
  }
  for (const count of next.querySelectorAll<HTMLElement>('[data-facet-count]')) {
    const now = document.querySelector(`[data-facet-count="${CSS.escape(count.dataset.facetCount ?? '')}"]`)
    if (now) now.textContent = count.textContent
  }
  const show = document.querySelector('[data-show-count]')
  const shown = next.querySelector('[data-show-count]')
  if (show && shown) show.textContent = shown.textContent
  const badge = next.querySelector<HTMLElement>('[data-cart-count]')
  if (badge && document.querySelector('[data-cart]')) showCount(badge.hidden ? '0' : (badge.textContent ?? '0'))
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
function followFacets(form: HTMLFormElement): void {
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
      await replaceFrom(response, ['[data-results]'])
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
    await replaceFrom(response, ['[data-cart]'])
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
  const next = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const id of ['checkout-summary', 'checkout-pay']) {
    const then = next.getElementById(id)
    if (then) document.getElementById(id)?.replaceWith(then)
  }
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
    if (form?.matches('[data-facets]')) followFacets(form)
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
