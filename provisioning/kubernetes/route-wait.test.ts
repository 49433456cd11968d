import { describe, expect, it } from 'vitest'
import { obstaclesOf, type Route, type RoutesOfCell, routesTaken } from './route-wait.ts'

const shared = { name: 'cityos', namespace: 'gateway', sectionName: 'web' }
const own = { name: 'tenant' }
const generation = 3

const says = (type: string, status: string, reason = type, { of = generation, message = '' } = {}) => ({
  type,
  status,
  reason,
  message,
  observedGeneration: of,
  lastTransitionTime: new Date(0),
})
const taken = [says('Accepted', 'True'), says('ResolvedRefs', 'True')]
type Answer = { parentRef: typeof shared | typeof own; conditions: ReturnType<typeof says>[] }

const routeTo = (parents: (typeof shared | typeof own)[], answers: Answer[]): Route => ({
  metadata: { name: 'host-1', namespace: 'tenant-1', generation },
  spec: { parentRefs: parents, hostnames: ['souq.localhost'] },
  status: { parents: answers },
})
const answered = (...conditions: Answer['conditions']) => routeTo([shared], [{ parentRef: shared, conditions }])

describe('a route is taken when each of its gateways has said so of it as it is now', () => {
  const final = (reason: string) => [expect.objectContaining({ said: expect.objectContaining({ reason }), final: true })]
  const unresolved = [expect.objectContaining({ said: expect.objectContaining({ reason: 'BackendNotFound' }), final: false })]
  const silent = [expect.objectContaining({ said: null, final: false })]

  it.each([
    ['taken', answered(...taken), []],
    ['taken, by one that says nothing of what it leads to', answered(says('Accepted', 'True')), []],
    ['nobody has answered', routeTo([shared], []), silent],
    ['an answer without a word', answered(), silent],
    ['the former one was taken', answered(says('Accepted', 'True', 'Accepted', { of: 2 })), silent],
    ['the former one was refused', answered(says('Accepted', 'False', 'NoMatchingParent', { of: 2 })), silent],
    ['not decided yet', answered(says('Accepted', 'Unknown', 'Pending')), silent],
    ['another gateway has taken it', routeTo([shared], [{ parentRef: { ...shared, name: 'other' }, conditions: taken }]), silent],
    ['another listener has taken it', routeTo([shared], [{ parentRef: { ...shared, sectionName: 'tls' }, conditions: taken }]), silent],
    ['one of two has taken it', routeTo([shared, { ...shared, name: 'inner' }], [{ parentRef: shared, conditions: taken }]), silent],
    ['refused', answered(says('Accepted', 'False', 'NotAllowedByListeners')), final('NotAllowedByListeners')],
    ['refused for its host', answered(says('Accepted', 'False', 'NoMatchingListenerHostname')), final('NoMatchingListenerHostname')],
    ['it leads to nothing yet', answered(says('Accepted', 'True'), says('ResolvedRefs', 'False', 'BackendNotFound')), unresolved],
    ['the tenant’s own Gateway has no certificate yet', routeTo([own], [{ parentRef: own, conditions: [says('Accepted', 'False')] }]), []],
    ['nobody has answered for the tenant’s own Gateway', routeTo([own], []), []],
    [
      'the tenant’s own Gateway serves the former one',
      routeTo([own], [{ parentRef: own, conditions: [says('Accepted', 'True', 'Accepted', { of: 2 })] }]),
      silent,
    ],
  ])('%s', (_, route, obstacles) => {
    expect(obstaclesOf(route)).toEqual(obstacles)
  })
})

describe('whoever waits for it', () => {
  /** A cluster in which one look after the other finds these routes, the last of them for ever. */
  const clusterWith = (...looks: Route[][]): RoutesOfCell => ({
    cell: { name: 'riyadh-1' },
    routes: async () => (looks.length > 1 ? looks.shift()! : looks[0]!),
  })
  const wait = (...looks: Route[][]) => routesTaken(clusterWith(...looks), { namespace: 'tenant-1', timeoutMs: 600 })

  it('goes on when all routes are taken, and at once where there is none', async () => {
    await wait([])
    await wait([routeTo([shared], []), answered(...taken)], [answered(...taken), answered(...taken)])
  })

  it('is told at once why it is refused, and what to do', async () => {
    const refusal = says('Accepted', 'False', 'NotAllowedByListeners', { message: 'not from here' })
    await expect(wait([routeTo([shared], []), answered(refusal)], [answered(...taken)])).rejects.toMatchObject({
      code: 'route_refused',
      message:
        'gateway gateway/cityos (listener web) of cell riyadh-1 does not take the route of souq.localhost (NotAllowedByListeners: not from here): let its listener take HTTPRoutes of tenants’ namespaces (allowedRoutes)',
      details: { cell: 'riyadh-1', gateway: 'gateway/cityos (listener web)', host: 'souq.localhost', reason: 'NotAllowedByListeners' },
    })
  })

  it('is told what a route leads to that is not there, when it has not come in time', async () => {
    const unresolved = answered(says('Accepted', 'True'), says('ResolvedRefs', 'False', 'BackendNotFound'))
    await wait([unresolved], [answered(...taken)])
    await expect(wait([unresolved])).rejects.toMatchObject({
      code: 'route_refused',
      message: expect.stringMatching(/\(BackendNotFound\): see the status of HTTPRoute tenant-1\/host-1$/),
    })
  })

  it('is told which gateway has said nothing', async () => {
    await expect(wait([routeTo([shared], [])])).rejects.toMatchObject({
      code: 'dependency_unavailable',
      message:
        'no gateway of cell riyadh-1 has taken the route of souq.localhost within 1 s: is there a Gateway cityos in namespace gateway, and does its controller run?',
    })
  })
})
