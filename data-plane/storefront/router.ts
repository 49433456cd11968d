import type { PageHandler } from './visit.ts'

export interface Route {
  method: 'GET' | 'POST'
  /** Below the locale: `/products/{handle}`. */
  pattern: string
  handler: PageHandler
  /** The vertical it belongs to: no page while that one is off. */
  vertical?: string
  /** Stays while the vertical is off: pages about what was bought before. */
  afterOff?: boolean
}

export const get = (pattern: string, handler: PageHandler): Route => ({ method: 'GET', pattern, handler })
export const post = (pattern: string, handler: PageHandler): Route => ({ method: 'POST', pattern, handler })

/** Pages about what was bought: served after their vertical was switched off, too. */
export const lasting = (route: Route): Route => ({ ...route, afterOff: true })

export interface Match {
  route: Route
  params: Record<string, string>
}

type Node = { fixed: Map<string, Node>; named: [name: string, node: Node] | null; handlers: Partial<Record<Route['method'], Route>> }

const newNode = (): Node => ({ fixed: new Map(), named: null, handlers: {} })

/** Finds the page of a path; fixed segments win over named ones. */
export class Router {
  readonly #root = newNode()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      let node = this.#root
      for (const segment of segmentsOf(route.pattern)) node = descend(node, segment)
      if (node.handlers[route.method]) throw new Error(`two pages at ${route.method} ${route.pattern}`)
      node.handlers[route.method] = route
    }
  }

  /** Null when there is no such page; `'method'` when there is one, but not for this method. */
  find(method: 'GET' | 'POST', path: string): Match | 'method' | null {
    let node: Node = this.#root
    const params: Record<string, string> = {}
    for (const segment of segmentsOf(path)) {
      const next = node.fixed.get(segment)
      if (next) {
        node = next
        continue
      }
      const value = decoded(segment)
      if (!node.named || value === null) return null
      params[node.named[0]] = value
      node = node.named[1]
    }
    const route = node.handlers[method]
    if (route) return { route, params }
    return Object.keys(node.handlers).length > 0 ? 'method' : null
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean)
}

function descend(node: Node, segment: string): Node {
  if (!segment.startsWith('{')) {
    const next = node.fixed.get(segment) ?? newNode()
    node.fixed.set(segment, next)
    return next
  }
  node.named ??= [segment.slice(1, -1), newNode()]
  return node.named[1]
}

/** Null for a broken percent sequence: such an address names nothing. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
