import { showCount } from './drawer.ts'
import { startIslands } from './islands.ts'

/**
 * Links whose page may as well open in a sheet (`data-dialog="dish"`: the id of the part to show), and forms that put something
 * somewhere on the present page (`method="post"` with `data-swap="basket"`): the answer's parts take the place of the present ones.
 * Without scripts both are ordinary pages.
 */
function sheet(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>('#sheet')
}

const parse = async (response: Response): Promise<Document> => new DOMParser().parseFromString(await response.text(), 'text/html')

function show(part: Element, label: string): void {
  const dialog = sheet()
  if (!dialog) return
  const frame = dialog.querySelector('[data-sheet-body]')
  if (!frame) return
  frame.replaceChildren(part)
  frame.scrollTop = 0
  dialog.setAttribute('aria-label', label)
  if (!dialog.open) dialog.showModal()
  startIslands(dialog)
}

async function open(link: HTMLAnchorElement): Promise<void> {
  link.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(link.href)
    const next = await parse(response)
    const part = next.getElementById(link.dataset.dialog ?? '')
    if (!response.ok || !part) throw new Error(String(response.status))
    show(part, link.textContent?.trim() ?? '')
  } catch {
    location.assign(link.href)
  } finally {
    link.removeAttribute('aria-busy')
  }
}

async function put(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const data = new FormData(form, submitter instanceof HTMLButtonElement ? submitter : null)
  const body = new URLSearchParams([...data].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
  form.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(form.action, { method: 'POST', body })
    const next = await parse(response)
    const dialog = form.closest('dialog')
    const inside = dialog?.querySelector('[data-sheet-body] > [id]')?.id
    const again = inside ? next.getElementById(inside) : null
    if (!response.ok && again) {
      show(again, dialog?.getAttribute('aria-label') ?? '')
      return
    }
    const ids = (form.dataset.swap ?? '').split(' ')
    if (!ids.some((id) => next.getElementById(id))) throw new Error('another page')
    dialog?.close()
    for (const id of ids) {
      const then = next.getElementById(id)
      if (then) document.getElementById(id)?.replaceWith(then)
    }
    const badge = next.querySelector<HTMLElement>('[data-cart-count]')
    if (badge) showCount(badge.hidden ? '0' : (badge.textContent ?? '0'))
    const words = next.querySelector('[data-said]')?.textContent
    const live = document.getElementById('sheet-words')
    if (words && live) live.textContent = words
    document.dispatchEvent(new CustomEvent('swapped'))
  } catch {
    form.submit()
  } finally {
    form.removeAttribute('aria-busy')
  }
}

export function startDialogs(): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const target = event.target instanceof Element ? event.target : null
    const link = target?.closest<HTMLAnchorElement>('a[data-dialog]')
    if (link) {
      event.preventDefault()
      void open(link)
      return
    }
    const dialog = sheet()
    if (dialog?.open && (target === dialog || target?.closest('[data-sheet-close]'))) dialog.close()
  })
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== 'post' || !form.dataset.swap) return
    if (!form.dataset.swap.split(' ').some((id) => document.getElementById(id))) return
    event.preventDefault()
    void put(form, event.submitter)
  })
}
