/** Counts holds down (`components/held.tsx`). At the end the page is read again: the server says what is still held. */

interface Running {
  element: HTMLElement
  /** On this browser's monotonic clock: independent of the time of day it shows. */
  endsAt: number
  announced: Set<string>
}

let running: Running[] = []
let ticking: ReturnType<typeof setInterval> | undefined

function collect(): void {
  const known = new Map(running.map((entry) => [entry.element, entry]))
  running = [...document.querySelectorAll<HTMLElement>('[data-held]')].map(
    (element) => known.get(element) ?? { element, endsAt: performance.now() + Number(element.dataset.held), announced: new Set<string>() },
  )
}

/** Seconds as `9:41`, from an hour on `23:09:41`. */
function leftText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`
}

function tick(): void {
  collect()
  for (const entry of running) {
    const seconds = Math.max(0, Math.ceil((entry.endsAt - performance.now()) / 1000))
    const { element, announced } = entry
    const shown = element.querySelector('[data-left]')
    if (shown) shown.textContent = leftText(seconds)
    if (seconds <= 120) element.dataset.state = 'soon'
    for (const minutes of ['5', '2']) {
      // Said once, when the mark is passed while the page is open.
      if (seconds > Number(minutes) * 60 || seconds < Number(minutes) * 60 - 30 || announced.has(minutes)) continue
      announced.add(minutes)
      announce(element, element.dataset[`soon-${minutes}`] ?? element.getAttribute(`data-soon-${minutes}`) ?? '')
    }
    if (seconds === 0 && !announced.has('over')) {
      announced.add('over')
      announce(element, element.dataset.over ?? '')
      element.dispatchEvent(new CustomEvent('hold-over', { bubbles: true }))
    }
  }
  if (running.length === 0) stop()
}

function announce(element: HTMLElement, words: string): void {
  const live = element.querySelector('[data-announce]')
  if (live) live.textContent = words
}

function stop(): void {
  clearInterval(ticking)
  ticking = undefined
}

export function startCountdowns(): void {
  const start = () => {
    ticking ??= setInterval(tick, 1000)
  }
  if (document.querySelector('[data-held]')) start()
  // Parts of pages are replaced by other scripts: look again when something comes in.
  new MutationObserver(() => {
    if (document.querySelector('[data-held]')) start()
  }).observe(document.body, { childList: true, subtree: true })
  document.addEventListener('hold-over', (event) => {
    const element = event.target
    if (!(element instanceof HTMLElement) || element.closest('dialog')) return
    // A moment for the server's own timer; then it says what became of the line. Typed text must not be lost: not on checkout.
    setTimeout(() => {
      if (!document.querySelector('form[data-checkout]')) location.reload()
    }, 1500)
  })
}
