import { setTimeout as delay } from 'node:timers/promises'
import { type Cell, DomainError } from '@cityos/contract'
import type { V1Condition, V1ObjectMeta } from '@kubernetes/client-node'

/** Milliseconds between two looks at routes. */
const lookEvery = 200

interface Parent {
  name: string
  namespace?: string
  sectionName?: string
}

/** An `HTTPRoute`, as far as it is read here. */
export interface Route {
  metadata?: V1ObjectMeta
  spec?: { parentRefs?: Parent[]; hostnames?: string[] }
  status?: { parents?: { parentRef: Parent; conditions?: V1Condition[] }[] }
}

/** Why a gateway leads nobody along a route yet. */
export interface Obstacle {
  parent: Parent
  /** What the gateway says of the route as it is now; null while it has said nothing. */
  said: { reason: string; message: string } | null
  /** Waiting does not help. */
  final: boolean
}

/** A cell's cluster, as far as routes are read there. */
export interface RoutesOfCell {
  cell: Pick<Cell, 'name'>
  routes(namespace: string): Promise<Route[]>
}

export interface AwaitedRoutes {
  namespace: string
  /** Milliseconds. */
  timeoutMs: number
}

/**
 * Resolves when the gateways of the cell have taken all routes of a tenant as they are now.
 * @throws DomainError route_refused with the gateway's reason | dependency_unavailable when no gateway says anything
 */
export async function routesTaken(cluster: RoutesOfCell, { namespace, timeoutMs }: AwaitedRoutes): Promise<void> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const obstacle = firstObstacle(await cluster.routes(namespace))
    if (!obstacle) return
    if (obstacle.final || performance.now() > until)
      throw obstacle.said ? refused(cluster, obstacle) : unanswered(cluster, obstacle, timeoutMs)
    await delay(lookEvery)
  }
}

interface BlockedRoute extends Obstacle {
  route: Route
}

function firstObstacle(routes: readonly Route[]): BlockedRoute | null {
  const blocked = routes.flatMap((route) => obstaclesOf(route).map((obstacle) => ({ route, ...obstacle })))
  return blocked.find(({ final }) => final) ?? blocked[0] ?? null
}

/** What its gateways have against a route; nothing once all of them have taken it. */
export function obstaclesOf(route: Route): Obstacle[] {
  return (route.spec?.parentRefs ?? []).flatMap((parent) => obstacleAt(parent, route) ?? [])
}

function obstacleAt(parent: Parent, { metadata, status }: Route): Obstacle | null {
  const conditions = (status?.parents ?? [])
    .filter(({ parentRef }) => isSame(parentRef, parent))
    .flatMap(({ conditions = [] }) => conditions)
  const now = conditions.filter(({ observedGeneration = 0 }) => observedGeneration >= (metadata?.generation ?? 1))
  // A tenant's own Gateway takes routes when its certificate is there, however long that is: only what it took before has to be followed.
  if (parent.namespace === undefined) return now.length === conditions.length ? null : { parent, said: null, final: false }
  const accepted = now.find(({ type }) => type === 'Accepted')
  if (accepted?.status === 'False') return { parent, said: accepted, final: true }
  if (accepted?.status !== 'True') return { parent, said: null, final: false }
  const unresolved = now.find(({ type, status }) => type === 'ResolvedRefs' && status === 'False')
  return unresolved ? { parent, said: unresolved, final: false } : null
}

function isSame(one: Parent, other: Parent): boolean {
  return one.name === other.name && one.namespace === other.namespace && one.sectionName === other.sectionName
}

/** What there is to be done about a refusal, by the reasons of the Gateway API. */
const wayOut: Record<string, string> = {
  NotAllowedByListeners: 'let its listener take HTTPRoutes of tenants’ namespaces (allowedRoutes)',
  NoMatchingListenerHostname: 'give it a listener whose hostname covers that host',
  NoMatchingParent: 'name a listener in the cell that is there and works',
}

function refused({ cell }: RoutesOfCell, { route, parent, said }: BlockedRoute): DomainError {
  const { reason, message } = said!
  const why = message ? `${reason}: ${message}` : reason
  return new DomainError('route_refused', {
    message: `gateway ${titleOf(parent)} of cell ${cell.name} does not take the route of ${hostOf(route)} (${why}): ${wayOut[reason] ?? `see the status of HTTPRoute ${nameOf(route)}`}`,
    details: { cell: cell.name, gateway: titleOf(parent), host: hostOf(route), reason },
  })
}

function unanswered({ cell }: RoutesOfCell, { route, parent }: BlockedRoute, timeoutMs: number): DomainError {
  return new DomainError('dependency_unavailable', {
    message: `no gateway of cell ${cell.name} has taken the route of ${hostOf(route)} within ${Math.round(timeoutMs / 1000)} s: is there a Gateway ${parent.name} in namespace ${parent.namespace ?? route.metadata?.namespace}, and does its controller run?`,
    details: { dependency: 'gateway', cell: cell.name, gateway: titleOf(parent), host: hostOf(route) },
  })
}

const titleOf = ({ name, namespace, sectionName }: Parent): string =>
  `${namespace === undefined ? '' : `${namespace}/`}${name}${sectionName === undefined ? '' : ` (listener ${sectionName})`}`
const hostOf = ({ spec }: Route): string => spec?.hostnames?.[0] ?? 'no host'
const nameOf = ({ metadata }: Route): string => `${metadata?.namespace}/${metadata?.name}`
