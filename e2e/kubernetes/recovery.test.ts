import { kubeConfigOf, namespaceOf } from '@cityos/provisioning/kubernetes'
import { CoreV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { nameImage, type ReleaseImages, releaseImages } from './release-image.ts'
import { commandsOf, killRunOf, runsOf } from './stack-runs.ts'
import { fence, knownRelease, newTenant, releaseCalled, type TenantPlatform, tenantPlatform, visit } from './tenant-platform.ts'

const cluster = openCluster()
let release: ReleaseImages
let next: ReturnType<typeof releaseCalled>
let platform: TenantPlatform

beforeAll(async () => {
  release = await releaseImages(cluster)
  platform = await tenantPlatform(cluster, release.image)
  next = releaseCalled(`${release.version}.after`, release)
  await nameImage(cluster, release.image, next.version)
  for (const known of [knownRelease(release), next]) await platform.driver.prepareRelease(known)
})
afterAll(async () => {
  await platform.close()
  next.remove()
})

it('a run of Pulumi that is killed while a tenant is made, upgraded or deleted is taken up by the next one', async () => {
  const { driver } = platform
  const { document, secrets, host } = newTenant('killed', release.version)
  const { id } = document
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(document, secrets, fence(1))

  const made = expect(driver.start(id, fence(1))).rejects.toThrow(/ended with SIGKILL/)
  await killRunOf(id)
  await made
  const second = platform.another()
  await second.start(id, fence(2))
  await second.route(id, [host], fence(2))
  await vi.waitFor(async () => expect((await visit(cluster, host, '/health')).status).toBe(200), { timeout: 60_000, interval: 200 })
  expect(runsOf(id)).toEqual([])

  const stoodBy = expect(second.startBeside(id, next.version, fence(2))).rejects.toThrow(/ended with SIGKILL/)
  await killRunOf(id)
  await stoodBy
  const third = platform.another()
  await third.startBeside(id, next.version, fence(3))
  await third.configure({ ...document, version: 2, release: next.version }, secrets, fence(3))
  const switched = expect(third.switchOver(id, fence(3))).rejects.toThrow(/ended with SIGKILL/)
  await killRunOf(id)
  await switched
  expect((await visit(cluster, host, '/health')).status).toBe(200)
  await second.switchOver(id, fence(3))
  expect(await second.state(id)).toMatchObject({ runtime: 'running', release: next.version, beside: null })
  expect((await visit(cluster, host, '/health')).status).toBe(200)

  await second.stop(id, fence(3))
  await second.dropDatabase(id, fence(3))
  const deleted = expect(second.forget(id, fence(3))).rejects.toThrow(/ended with SIGKILL/)
  await killRunOf(id)
  await deleted
  await platform.another().forget(id, fence(4))
  expect((await driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
  expect(runsOf(id)).toEqual([])
})

it('an API server that goes away while a tenant is made or deleted: the error says so, and the same call again converges', async () => {
  const { driver } = platform
  const { document, secrets } = newTenant('faraway', release.version)
  const { id } = document
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(document, secrets, fence(1))
  const server = cluster.component('kube-apiserver')
  const interrupted = async (work: () => Promise<void>) => {
    const cutOff = expect(work()).rejects.toMatchObject({ code: 'cluster_unreachable' })
    await vi.waitFor(() => expect(commandsOf(id)).toContain('pulumi-resource-kubernetes'), { timeout: 60_000, interval: 20 })
    await server.kill()
    await cutOff
    await expect(work()).rejects.toMatchObject({ code: 'cluster_unreachable' })
    server.start()
    await vi.waitFor(work, { timeout: 120_000, interval: 1_000 })
  }
  await interrupted(() => driver.start(id, fence(1)))
  expect(await driver.state(id)).toMatchObject({ runtime: 'running' })
  await driver.stop(id, fence(2))
  await driver.dropDatabase(id, fence(2))
  await interrupted(() => driver.forget(id, fence(2)))
  expect((await driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
})

it('a namespace that something holds is named, with what holds it', async () => {
  const { driver, cell } = platform
  const { document, secrets } = newTenant('held', release.version)
  const { id } = document
  const core = kubeConfigOf(cell).makeApiClient(CoreV1Api)
  const namespace = namespaceOf(id)
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(document, secrets, fence(1))
  await driver.start(id, fence(1))
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'held', finalizers: ['example.com/hold'] } } })
  await driver.stop(id, fence(2))
  await driver.dropDatabase(id, fence(2))
  await expect(driver.forget(id, fence(2))).rejects.toMatchObject({
    code: 'namespace_terminating',
    message: expect.stringContaining('example.com/hold'),
  })
  const letGo = [{ op: 'remove', path: '/metadata/finalizers' }]
  await core.patchNamespacedConfigMap({ namespace, name: 'held', body: letGo })
  await driver.forget(id, fence(2))
  expect((await driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
})
