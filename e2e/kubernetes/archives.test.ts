import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '@cityos/contract'
import { StaleFence } from '@cityos/provisioning'
import { newArchiveKey, recipientOf } from '@cityos/provisioning/archive-key'
import { kubeConfigOf, namespaceOf } from '@cityos/provisioning/kubernetes'
import { BatchV1Api } from '@kubernetes/client-node'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { sql } from '../sql.ts'
import { openCluster } from './cluster/cluster.ts'
import { nameImage, type ReleaseImages, releaseImages } from './release-image.ts'
import { fence, knownRelease, newTenant, releaseCalled, type TenantPlatform, tenantPlatform, visit } from './tenant-platform.ts'

const cluster = openCluster()
let release: ReleaseImages
let next: ReturnType<typeof releaseCalled>
let platform: TenantPlatform
let tenant: ReturnType<typeof newTenant>
let copy: ReturnType<typeof newTenant>
let identity: string
let recipient: string
const backup = newId('bkp')

beforeAll(async () => {
  release = await releaseImages(cluster)
  next = releaseCalled(`${release.version}.next`, release)
  await nameImage(cluster, release.image, next.version)
  platform = await tenantPlatform(cluster, release.image)
  tenant = newTenant('archive', release.version)
  copy = newTenant('copied', release.version)
  identity = await newArchiveKey()
  recipient = await recipientOf(identity)
  const { driver } = platform
  const { id } = tenant.document
  for (const known of [knownRelease(release), next]) await driver.prepareRelease(known)
  await driver.ensureDatabase(id, release.version, fence(1))
  await driver.configure(tenant.document, tenant.secrets, fence(1))
  await driver.start(id, fence(1))
  await driver.seed(id, fence(1))
  await driver.route(id, [tenant.host], fence(1))
})
afterAll(async () => {
  const { driver, notes } = platform
  process.stdout.write(`${notes.filter((note) => /job|archive/.test(note)).join('\n')}\n`)
  for (const { document } of [tenant, copy]) {
    await driver.stop(document.id, fence(99)).catch(() => undefined)
    await driver.dropDatabase(document.id, fence(99)).catch(() => undefined)
    await driver.forget(document.id, fence(99)).catch(() => undefined)
  }
  await platform.close()
  next.remove()
})

const jobs = async (id: string) =>
  (
    await kubeConfigOf(platform.cell)
      .makeApiClient(BatchV1Api)
      .listNamespacedJob({ namespace: namespaceOf(id) })
  ).items
const products = async (host: string) => {
  const { status, body } = await visit(cluster, host, '/v1/store/products?limit=50')
  return status === 200 ? (JSON.parse(body) as { data: unknown[] }).data.length : status
}
const served = async (host: string) =>
  vi.waitFor(
    async () => {
      const found = await products(host)
      expect(found).toBeGreaterThan(5)
      expect(found).toBeLessThan(100)
      return found
    },
    { timeout: 60_000, interval: 250 },
  )

/** As the platform, in the database of the tenant. */
async function query<Row extends pg.QueryResultRow>(id: string, text: string): Promise<Row[]> {
  const url = new URL(platform.cell.access.database_url)
  url.pathname = `/t_${id.slice(id.indexOf('_') + 1)}`
  return await sql<Row>(url.toString(), text)
}

it('a job in the tenant’s namespace writes its archive, and another one restores it for a test', async () => {
  const { driver, archivesDir } = platform
  const { id } = tenant.document
  const before = await served(tenant.host)
  const report = await driver.exportArchive({ tenantId: id, archiveId: backup, recipient }, fence(2))
  expect(report.files.count).toBeGreaterThan(0)
  expect(report.rowCounts['public.product']).toBeGreaterThanOrEqual(Number(before))
  expect(existsSync(join(archivesDir, id, `${backup}.age`))).toBe(true)
  expect(await driver.exportArchive({ tenantId: id, archiveId: backup, recipient }, fence(2))).toEqual(report)
  const tested = await driver.testArchive({ archive: { tenantId: id, archiveId: backup }, identity })
  expect(tested).toMatchObject({ contentChecksum: report.contentChecksum, rowCounts: report.rowCounts, files: report.files })
  await vi.waitFor(async () => expect(await jobs(id)).toEqual([]), { timeout: 60_000, interval: 250 })
  expect(await driver.state(id)).toMatchObject({ runtime: 'running', lastError: null })
})

it('it is restored as another tenant, under keys of its own', async () => {
  const { driver } = platform
  const { id } = copy.document
  await driver.configure(copy.document, copy.secrets, fence(3))
  const loaded = await driver.importArchive(
    {
      tenantId: id,
      archive: { tenantId: tenant.document.id, archiveId: backup },
      identity,
      release: release.version,
      copy: { fromKey: tenant.secrets.tenantKey, toKey: copy.secrets.tenantKey, maskPersonalData: false },
    },
    fence(3),
  )
  expect(loaded.files.count).toBeGreaterThan(0)
  await driver.activateIncoming(id, fence(3))
  await driver.dropFormer(id, fence(3))
  await driver.start(id, fence(3))
  await driver.route(id, [copy.host], fence(3))
  expect(await served(copy.host)).toBe(await served(tenant.host))
  // A picture of the catalogue is a file of its own volume.
  const picture = /\/v1\/files\/[0-9a-f]{32}\.[a-z]+/.exec((await visit(cluster, copy.host, '/v1/store/products?limit=50')).body)?.[0]
  expect((await visit(cluster, copy.host, picture ?? '/no-picture')).status).toBe(200)
})

it('a tenant is put back to its backup, and what it had is kept until it is not wanted any more', async () => {
  const { driver } = platform
  const { id } = tenant.document
  const count = async () => (await query<{ n: number }>(id, 'SELECT count(*)::int AS n FROM product'))[0]!.n
  const before = await count()
  const archive = { tenantId: id, archiveId: backup }
  await driver.importArchive({ tenantId: id, archive, identity, release: release.version, copy: null }, fence(4))
  await query(id, 'CREATE TABLE changed (id int)')
  const isChanged = async () =>
    (await query<{ n: number }>(id, `SELECT (SELECT count(*) FROM pg_tables WHERE tablename = 'changed')::int AS n`))[0]!.n
  await expect(driver.activateIncoming(id, fence(4))).rejects.toThrow(/stop/)
  await driver.stop(id, fence(4))
  await driver.activateIncoming(id, fence(4))
  await driver.start(id, fence(4))
  await served(tenant.host)
  expect([await count(), await isChanged()]).toEqual([before, 0])
  // There and back again: what it had before comes back as it was.
  await driver.stop(id, fence(4))
  await driver.restoreFormer(id, fence(4))
  expect(await isChanged()).toBe(1)
  await driver.activateIncoming(id, fence(4))
  await driver.dropFormer(id, fence(4))
  await driver.start(id, fence(4))
  await served(tenant.host)
  expect(
    (await driver.inventory()).filter(({ kind, tenantId }) => kind === 'database' && tenantId?.toLowerCase() === id.toLowerCase()),
  ).toHaveLength(1)
})

it('an upgrade is tried on a copy, and its migrations run with the image of the release', async () => {
  const { driver } = platform
  const { id } = tenant.document
  const archive = { tenantId: id, archiveId: backup }
  const orders = async () => (await query<{ n: number }>(id, 'SELECT count(*)::int AS n FROM "order"'))[0]!.n
  const before = await orders()
  const report = await driver.rehearse({ archive, identity, release: next.version, document: tenant.document }, fence(5))
  expect(report.steps.filter(({ ok }) => !ok)).toEqual([])
  expect(report.steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['load', 'migrate', 'compare', 'boot', 'journey.order']))
  expect(report.rowCounts.migrated['public.product']).toBe(report.rowCounts.archive['public.product'])
  expect(await driver.migrate(id, next.version, fence(5))).toMatchObject({ applied: [] })
  // The tenant itself noticed nothing: the order of the rehearsal is not its own.
  expect(await orders()).toBe(before)
})

it('what is refused or cannot start is told, and leaves no job', async () => {
  const { driver } = platform
  const { id } = tenant.document
  const archive = { tenantId: id, archiveId: backup }
  const request = { tenantId: id, archive, identity, release: release.version, copy: null }
  await expect(driver.importArchive({ ...request, identity: await newArchiveKey() }, fence(6))).rejects.toMatchObject({
    code: 'archive_wrong_key',
  })
  await expect(driver.importArchive({ ...request, release: '9.9.9+none' }, fence(6))).rejects.toMatchObject({ code: 'image_unavailable' })
  await driver.dropIncoming(id, fence(6))
  await vi.waitFor(async () => expect(await jobs(id)).toEqual([]), { timeout: 60_000, interval: 250 })
})

it('a control plane that was overtaken in the middle loses its job to the next one', async () => {
  const { driver, archivesDir } = platform
  const { id } = tenant.document
  const second = platform.another()
  const [late, current] = [newId('bkp'), newId('bkp')]
  const overtaken = driver.exportArchive({ tenantId: id, archiveId: late, recipient }, fence(7)).then(
    () => null,
    (error: unknown) => error,
  )
  await vi.waitFor(async () => expect((await jobs(id)).map(({ metadata }) => metadata?.name)).toContain('archive-write'), {
    timeout: 60_000,
    interval: 50,
  })
  const report = await second.exportArchive({ tenantId: id, archiveId: current, recipient }, fence(8))
  expect(await overtaken).toBeInstanceOf(Error)
  expect(readdirSync(join(archivesDir, id)).filter((name) => name.startsWith(late))).toEqual([])
  expect(await second.listArchives(id)).toEqual(
    expect.arrayContaining([expect.objectContaining({ archiveId: current, checksum: report.checksum })]),
  )
  await expect(driver.deleteArchive({ tenantId: id, archiveId: current }, fence(7))).rejects.toThrow(StaleFence)
  await second.deleteArchive({ tenantId: id, archiveId: current }, fence(8))
  await second.deleteArchive({ tenantId: id, archiveId: backup }, fence(8))
  expect(await driver.listArchives(id)).toEqual([])
})
