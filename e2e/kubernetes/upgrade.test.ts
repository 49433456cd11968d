import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { layout } from './cluster/layout.ts'
import { imageWithJournal, type ReleaseImages, releaseImages } from './release-image.ts'
import { fence, knownRelease, newTenant, releaseCalled, type TenantPlatform, tenantPlatform, visit } from './tenant-platform.ts'

const cluster = openCluster()
/** What the next release has more than this one. */
const note = 'core/catalogue/migrations/9001_note.sql'
let release: ReleaseImages
let next: ReturnType<typeof releaseCalled>
let platform: TenantPlatform
let tenant: ReturnType<typeof newTenant>

beforeAll(async () => {
  release = await releaseImages(cluster)
  next = releaseCalled(`${release.version}.next`, release, { [note]: 'ALTER TABLE product ADD COLUMN note text' })
  await imageWithJournal(cluster, release.image, next)
  platform = await tenantPlatform(cluster, release.image)
  tenant = newTenant('bazaar', release.version)
  const { driver } = platform
  const { id } = tenant.document
  for (const known of [knownRelease(release), next]) await driver.prepareRelease(known)
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(tenant.document, tenant.secrets, fence(1))
  await driver.start(id, fence(1))
  await driver.route(id, [tenant.host], fence(1))
})
afterAll(async () => {
  const { id } = tenant.document
  await platform.driver.stop(id, fence(99)).catch(() => undefined)
  await platform.driver.dropDatabase(id, fence(99)).catch(() => undefined)
  await platform.driver.forget(id, fence(99)).catch(() => undefined)
  await platform.close()
  next.remove()
})

it('a tenant goes to another release without a request that fails', async ({ annotate }) => {
  const { driver } = platform
  const { id } = tenant.document
  const shoppers = ['/v1/store/products?limit=1', '/en'].map((page) => new Shopper(tenant.host, page))
  const shopping = shoppers.map((shopper) => shopper.shop())
  expect((await driver.migrate(id, next.version, fence(2))).applied).toEqual([note])
  await driver.startBeside(id, next.version, fence(2))
  expect(await driver.state(id)).toMatchObject({ release: release.version, beside: { release: next.version } })
  expect(await driver.probe(id, 'beside', fence(2))).toMatchObject({ ok: true })
  await driver.configure({ ...tenant.document, version: 2, release: next.version }, tenant.secrets, fence(2))
  expect(await driver.switchOver(id, fence(2))).toEqual({ drained: true })
  for (const shopper of shoppers) shopper.stop()
  await Promise.all(shopping)
  expect(await driver.state(id)).toMatchObject({ runtime: 'running', release: next.version, beside: null })
  expect(await driver.health(id)).toMatchObject({ release: next.version })
  expect(await driver.probe(id, 'active', fence(2))).toMatchObject({ ok: true })
  expect(shoppers.flatMap(({ failures }) => failures)).toEqual([])
  for (const { visits } of shoppers) expect(visits).toBeGreaterThan(50)
  // What a shopper notices of an upgrade is at most one answer that takes longer.
  const slowest = Math.max(...shoppers.map((shopper) => shopper.slowestMs))
  await annotate(`slowest of ${shoppers.reduce((sum, { visits }) => sum + visits, 0)} answers: ${Math.round(slowest)} ms`)
  expect(await driver.repair(id, fence(2)), 'nothing is left to be done after the switch').toEqual([])
})

it('a repeat of the switch changes nothing, and a release beside can be ended', async () => {
  const { driver } = platform
  const { id } = tenant.document
  expect(await driver.switchOver(id, fence(3))).toEqual({ drained: true })
  await driver.startBeside(id, release.version, fence(3))
  await driver.stopBeside(id, fence(3))
  expect(await driver.state(id)).toMatchObject({ runtime: 'running', release: next.version, beside: null })
})

it('pods that were served from stay until the gateway has taken the new route', async () => {
  const { driver } = platform
  const { id } = tenant.document
  const ofGateway = (...args: string[]) => cluster.kubectl(['--namespace', layout.gateway.namespace, ...args])
  await driver.startBeside(id, release.version, fence(4))
  await driver.configure({ ...tenant.document, version: 3 }, tenant.secrets, fence(4))
  await ofGateway('scale', 'deployment/traefik', '--replicas=0')
  try {
    await ofGateway('wait', '--for=delete', 'pod', '--all', '--timeout=60s')
    const unanswered = { code: 'dependency_unavailable', details: { dependency: 'gateway' } }
    await expect(driver.switchOver(id, fence(4))).rejects.toMatchObject(unanswered)
    expect(await driver.state(id)).toMatchObject({ release: release.version, beside: { release: next.version } })
  } finally {
    await ofGateway('scale', 'deployment/traefik', '--replicas=1')
    await ofGateway('rollout', 'status', 'deployment/traefik', '--timeout=60s')
  }
  expect(await driver.switchOver(id, fence(4))).toEqual({ drained: true })
  expect(await driver.state(id)).toMatchObject({ runtime: 'running', release: release.version, beside: null })
})

/** Asks for pages one after the other, as long as the shop is open. */
class Shopper {
  readonly failures: string[] = []
  visits = 0
  slowestMs = 0
  private open = true
  private readonly host: string
  private readonly page: string

  constructor(host: string, page: string) {
    this.host = host
    this.page = page
  }

  async shop(): Promise<void> {
    while (this.open) {
      const began = performance.now()
      const { status } = await visit(cluster, this.host, this.page).catch((error: Error) => ({ status: error.message }))
      this.visits += 1
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began)
      if (status !== 200) this.failures.push(`visit ${this.visits}: ${status}`)
      await delay(100)
    }
  }

  stop(): void {
    this.open = false
  }
}
