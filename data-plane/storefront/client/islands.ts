import { islandOf } from './registry.ts'

const started = new WeakSet<HTMLElement>()

/** Lets React take an island over. What was typed into it before stays: the elements are kept. */
async function hydrate(island: HTMLElement): Promise<void> {
  if (started.has(island)) return
  started.add(island)
  const load = islandOf(island.dataset.island ?? '')
  if (!load) return
  const [{ hydrateRoot }, { createElement }, component] = await Promise.all([import('react-dom/client'), import('react'), load()])
  hydrateRoot(island, createElement(component, JSON.parse(island.dataset.props ?? '{}')))
}

/** Starts every island at its moment: at the first touch of it, or when it comes near the screen. */
export function startIslands(root: ParentNode): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue
        seen.unobserve(entry.target)
        const island = entry.target.closest<HTMLElement>('[data-island]')
        if (island) void hydrate(island)
      }
    },
    { rootMargin: '200px' },
  )
  for (const island of root.querySelectorAll<HTMLElement>('[data-island]')) {
    if (island.dataset.when === 'touch') {
      const start = () => void hydrate(island)
      island.addEventListener('focusin', start, { once: true })
      island.addEventListener('pointerenter', start, { once: true })
    } else if (island.firstElementChild) {
      seen.observe(island.firstElementChild)
    }
  }
}
