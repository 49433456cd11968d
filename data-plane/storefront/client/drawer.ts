/** The sheet that shows the cart after something was added. The server writes it; without scripts the cart page opens instead. */

function drawer(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>('#drawer')
}

export function showCount(count: string | undefined): void {
  const badge = document.querySelector<HTMLElement>('[data-cart-count]')
  if (!badge || count === undefined) return
  badge.textContent = count
  badge.hidden = count === '0'
}

/** @param html from this shop's own server: escaped there */
function open(html: string): void {
  const sheet = drawer()
  if (!sheet) return
  sheet.innerHTML = html
  showCount(sheet.querySelector<HTMLElement>('[data-count]')?.dataset.count)
  sheet.showModal()
}

async function add(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const buttons = form.querySelectorAll('button')
  form.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(form.action, { method: 'POST', headers: { 'x-fragment': 'drawer' }, body: fieldsOf(form, submitter) })
    const html = await response.text()
    if (response.redirected || !html.includes('data-count')) location.assign(response.url)
    else open(html)
  } catch {
    form.submit()
  } finally {
    form.removeAttribute('aria-busy')
    for (const button of buttons) button.blur()
  }
}

export function fieldsOf(form: HTMLFormElement, submitter: HTMLElement | null): URLSearchParams {
  const data = new FormData(form, submitter instanceof HTMLButtonElement ? submitter : null)
  return new URLSearchParams([...data].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

export function startDrawer(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    const submitter = event.submitter
    if (!(form instanceof HTMLFormElement) || !form.matches('[data-cart-add]')) return
    if (submitter instanceof HTMLButtonElement && submitter.formMethod === 'get') return
    event.preventDefault()
    void add(form, submitter)
  })
  document.addEventListener('click', (event) => {
    const target = event.target
    if (!(target instanceof Element)) return
    const sheet = drawer()
    if (sheet?.open && (target === sheet || target.closest('[data-close]'))) sheet.close()
  })
}
