import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openCluster } from './cluster/cluster.ts'
import { layout } from './cluster/layout.ts'
import { ShellPods } from './shell-pods.ts'

const cluster = openCluster()
const { host, metadata, postgres } = layout.outside

// The ground the other suites stand on: a pod is a process, a policy is a wall, and what is killed comes back.
describe('the test cluster', { retry: 0 }, () => {
  const shop = new ShellPods(cluster, 'ground-shop')
  const neighbour = new ShellPods(cluster, 'ground-neighbour')

  beforeAll(async () => {
    await Promise.all([shop.create(['web', 'visitor']), neighbour.create(['web'])])
  })

  afterAll(async () => {
    await Promise.all([shop.remove(), neighbour.remove()])
  })

  test('runs pods under the restricted standard, each with an address of its own', async () => {
    expect(await shop.execute('web', ['id', '-u'])).toBe('1000\n')
    expect(await shop.address('web')).not.toBe(await neighbour.address('web'))
    const privileged = shop.pod('root', { securityContext: { privileged: true } })
    await expect(cluster.apply([privileged], ['--dry-run=server'])).rejects.toThrow(/violates PodSecurity "restricted/)
  })

  test('resolves the name of a service and leads its address to the pod', async () => {
    const address = await shop.serviceAddress('web')
    expect(await shop.resolves('visitor', `web.ground-shop.svc.${layout.dns.domain}.`)).toEqual([address])
    expect(await shop.fetches('visitor', address, 80)).toBe('web of ground-shop\n')
    expect(await neighbour.fetches('web', address, 80)).toBe('web of ground-shop\n')
  })

  test('a policy stands between a pod and its neighbours, the database, the API server and the cloud’s credentials', async () => {
    const neighbourAddress = await neighbour.address('web')
    const attempts = {
      neighbour: () => shop.fetches('web', neighbourAddress, 8080),
      host: () => shop.fetches('web', host.address, host.port),
      metadata: () => shop.fetches('web', metadata.address, metadata.port),
      postgres: () => shop.connects('web', postgres.address, postgres.port),
      apiServer: () => shop.connects('web', layout.apiServer.serviceAddress, 443),
    }
    const reached = async () => {
      const results = await Promise.all(Object.entries(attempts).map(async ([name, attempt]) => ((await attempt()) ? [name] : [])))
      return results.flat()
    }
    expect(await reached()).toEqual(Object.keys(attempts))

    await cluster.apply([shop.policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })])
    await eventually(async () => (await reached()).length === 0, 'nothing is reached any more')
    expect(await neighbour.fetches('web', await shop.address('web'), 8080)).toBeNull()

    const allowed = { ports: [{ port: host.port }], to: [{ ipBlock: { cidr: `${host.address}/32` } }] }
    await cluster.apply([shop.policy('allow', { podSelector: {}, policyTypes: ['Egress'], egress: [allowed] })])
    await eventually(async () => (await reached()).join() === 'host', 'the allowed host, and only it, is reached')

    await cluster.kubectl(['--namespace', 'ground-shop', 'delete', 'networkpolicy', '--all'])
    await eventually(async () => (await reached()).length === Object.keys(attempts).length, 'all is reached as before')
  })

  test.runIf(cluster.description.gateway)('the gateway leads a host’s requests to its pod', async () => {
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'web', namespace: 'ground-shop' },
      spec: {
        parentRefs: [cluster.description.gateway!.parentRef],
        hostnames: ['ground.example'],
        rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      },
    }
    await cluster.apply([route])
    await eventually(async () => (await shop.throughGateway('ground.example')) === 'web of ground-shop\n', 'the route leads to the pod')
    expect(await shop.throughGateway('other.example')).toBeNull()
  })

  test('a killed API server comes back; pods serve meanwhile', async () => {
    const apiServer = cluster.component('kube-apiserver')
    const address = await shop.address('web')
    await apiServer.kill()
    await expect(cluster.kubectl(['get', '--raw', '/readyz', '--request-timeout=2s'])).rejects.toThrow()
    expect(await (await fetch(`http://${address}:8080`)).text()).toBe('web of ground-shop\n')
    apiServer.start()
    await eventually(() => cluster.kubectl(['get', '--raw', '/readyz']), 'the API server is ready again', 60_000)
  })
})
