import { kubeConfigOf, namespaceOf } from '@cityos/provisioning/kubernetes'
import { CoreV1Api, NetworkingV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { type ReleaseImages, releaseImages } from './release-image.ts'
import { fence, knownRelease, newTenant, type TenantPlatform, tenantPlatform, visit } from './tenant-platform.ts'

const cluster = openCluster()
let release: ReleaseImages
let platform: TenantPlatform
let tenant: ReturnType<typeof newTenant>

beforeAll(async () => {
  release = await releaseImages(cluster)
  platform = await tenantPlatform(cluster, release.image)
  tenant = newTenant('souq', release.version)
})
afterAll(async () => {
  const { driver } = platform
  await driver.stop(tenant.document.id, fence(99)).catch(() => undefined)
  await driver.dropDatabase(tenant.document.id, fence(99)).catch(() => undefined)
  await driver.forget(tenant.document.id, fence(99)).catch(() => undefined)
  await platform.close()
})

it('a tenant is made, filled and reached through the gateway', async () => {
  const { driver } = platform
  const { id } = tenant.document
  await driver.prepareRelease(knownRelease(release))
  await driver.publishKeys({ keys: [] })
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(tenant.document, tenant.secrets, fence(1))
  await driver.start(id, fence(1))
  expect(await driver.state(id)).toMatchObject({ runtime: 'running', release: release.version, lastError: null })
  expect(await driver.seed(id, fence(1))).toEqual({ changed: true })
  expect(await driver.seed(id, fence(1))).toEqual({ changed: false })
  await driver.route(id, [tenant.host], fence(1))
  // The gateway takes a route a moment before it leads people along it.
  await vi.waitFor(async () => expect((await visit(cluster, tenant.host, '/en')).status).toBe(200), { timeout: 60_000, interval: 50 })
  const products = await visit(cluster, tenant.host, '/v1/store/products?limit=5')
  expect((JSON.parse(products.body) as { data: unknown[] }).data).toHaveLength(5)
  // Nobody plays the control plane here, which its health says.
  expect(await driver.health(id)).toMatchObject({ status: 'degraded', release: release.version, usage: { products: expect.any(Number) } })
})

it('a second control plane finds the same tenant, and an older one is refused', async () => {
  const { id } = tenant.document
  const second = platform.another()
  expect(await second.state(id)).toMatchObject({ runtime: 'running' })
  await second.route(id, [tenant.host], fence(2))
  await expect(platform.driver.route(id, [], fence(1))).rejects.toThrow('a newer operation has taken over')
})

it('what was deleted or changed by hand is put back', async () => {
  const { driver, cell } = platform
  const { id } = tenant.document
  const namespace = namespaceOf(id)
  const config = kubeConfigOf(cell)
  const network = config.makeApiClient(NetworkingV1Api)
  const core = config.makeApiClient(CoreV1Api)
  const before = (await network.listNamespacedNetworkPolicy({ namespace })).items.map(({ metadata }) => metadata?.name).sort()
  await network.deleteNamespacedNetworkPolicy({ namespace, name: 'deny' })
  await core.deleteNamespacedService({ namespace, name: 'worker' })
  expect(await driver.repair(id, fence(3))).not.toEqual([])
  const after = (await network.listNamespacedNetworkPolicy({ namespace })).items.map(({ metadata }) => metadata?.name).sort()
  expect(after).toEqual(before)
  await core.readNamespacedService({ namespace, name: 'worker' })
  expect(await driver.repair(id, fence(3))).toEqual([])
})

it('it sleeps without a process and wakes with its data', async () => {
  const { driver, cell } = platform
  const { id } = tenant.document
  const core = kubeConfigOf(cell).makeApiClient(CoreV1Api)
  await driver.sleep(id)
  expect((await driver.state(id)).runtime).toBe('asleep')
  await vi.waitFor(async () => expect((await core.listNamespacedPod({ namespace: namespaceOf(id) })).items).toEqual([]), {
    timeout: 60_000,
    interval: 250,
  })
  await driver.wake(id)
  await vi.waitFor(async () => expect((await visit(cluster, tenant.host, '/v1/store/products?limit=1')).status).toBe(200), {
    timeout: 60_000,
    interval: 200,
  })
  expect(await driver.repair(id, fence(3)), 'nothing has to be put back of what has just woken').toEqual([])
})

it('nothing is left of a tenant that is deleted', async () => {
  const { driver } = platform
  const { id } = tenant.document
  await driver.route(id, [], fence(4))
  await driver.stop(id, fence(4))
  await driver.dropDatabase(id, fence(4))
  await driver.forget(id, fence(4))
  expect((await driver.inventory()).filter((item) => item.tenantId?.toLowerCase() === id.toLowerCase())).toEqual([])
  expect((await driver.state(id)).runtime).toBe('absent')
  await driver.forget(id, fence(4))
})
