import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Backup, Operation, Rollout, Tenant } from '@cityos/control-plane/contract'
import { namespaceOf } from '@cityos/provisioning/kubernetes'
import { BatchV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { agreeAsSecond } from '../second-operator.ts'
import { openCluster } from './cluster/cluster.ts'
import { type ControlPlaneHere, controlPlaneHere } from './control-plane-here.ts'
import { removeTenants } from './platform.ts'
import { nameImage, type ReleaseImages, releaseImages } from './release-image.ts'
import { knownRelease, releaseCalled, visit } from './tenant-platform.ts'

// What a person does with the command line, on real pods: the operations that go through archives.

const cluster = openCluster()
let release: ReleaseImages
let next: ReturnType<typeof releaseCalled>
let here: ControlPlaneHere
let backup: Backup

beforeAll(async () => {
  release = await releaseImages(cluster)
  next = releaseCalled(`${release.version}.next`, release)
  await nameImage(cluster, release.image, next.version)
  here = await controlPlaneHere(cluster, release, [knownRelease(release), next])
  await create('market')
})
afterAll(async () => {
  process.stdout.write(`${here.said().join('\n').slice(-4_000)}\n`)
  await here.close()
  await removeTenants(cluster)
  next.remove()
})

async function create(slug: string): Promise<Tenant> {
  const args = ['tenant', 'create', slug, '--name', slug, '--owner', `owner@${slug}.test`, '--driver', 'kubernetes', '--region', 'test']
  return here.cityos.json<Tenant>([...args, '--seed', '--wait'])
}

const products = async (slug: string) => {
  const { status, body } = await visit(cluster, `${slug}.localhost`, '/v1/store/products?limit=50')
  return status === 200 ? (JSON.parse(body) as { data: unknown[] }).data.length : `answered ${status}`
}
const served = (slug: string) =>
  vi.waitFor(
    async () => {
      const found = await products(slug)
      expect(found).toBeTypeOf('number')
      return found
    },
    { timeout: 60_000, interval: 250 },
  )

it('a tenant is backed up, and the backup becomes another tenant', async () => {
  backup = await here.cityos.json<Backup>(['tenant', 'backup', 'market', '--wait'])
  expect(backup).toMatchObject({ status: 'ready', kind: 'manual', tenant_slug: 'market' })
  expect(existsSync(join(here.archivesDir, backup.tenant_id, `${backup.id}.age`))).toBe(true)
  const copy = await here.cityos.json<Tenant>(['tenant', 'restore', '--backup', backup.id, '--as', 'market2', '--wait'])
  expect(copy).toMatchObject({ status: 'active', quarantined: true, runtime: 'running' })
  expect(await served('market2')).toBe(await served('market'))
})

it('a clone with made-up persons comes up, and leaves no archive behind', async () => {
  const clone = await here.cityos.json<Tenant>(['tenant', 'clone', 'market', 'market3', '--mask-personal-data', '--wait'])
  expect(clone).toMatchObject({ status: 'active', quarantined: true })
  expect(await served('market3')).toBe(await served('market'))
  expect((await here.cityos.json<Backup[]>(['tenant', 'backups', 'market'])).map(({ id }) => id)).toEqual([backup.id])
})

it('a tenant goes back to its backup, with a safety backup of what it had', async () => {
  const restored = await here.cityos.json<Tenant>(['tenant', 'restore', 'market', '--backup', backup.id, '--wait'])
  expect(restored).toMatchObject({ status: 'active', quarantined: false, runtime: 'running' })
  expect((await here.cityos.json<Backup[]>(['tenant', 'backups', 'market'])).map(({ kind }) => kind)).toContain('safety')
  await served('market')
})

it('a tenant moves to a new database and new files, once a second person agrees', async () => {
  await here.cityos.json(['tenant', 'move', 'market', '--reason', 'room for it'])
  const { id } = await agreeAsSecond(here.cityos, 'market')
  const moved = await here.cityos.json<Operation>(['operation', 'show', id])
  expect(moved).toMatchObject({ kind: 'tenant-move', status: 'succeeded' })
  expect(moved.steps.find(({ name }) => name === 'report')?.message).toMatch(/^nothing could be written for [\d.]+ s$/)
  await served('market')
})

it('the fleet is upgraded, each tenant rehearsed on a copy and backed up first', async () => {
  const rings = ['--rings', 'rest', '--soak', '2s', '--control', '0%', '--parallel', '1']
  const rollout = await here.cityos.json<Rollout>(['fleet', 'upgrade', '--to', next.version, ...rings, '--wait'])
  expect(rollout.status).toBe('succeeded')
  for (const slug of ['market', 'market2', 'market3']) {
    expect(await here.cityos.json<Tenant>(['tenant', 'show', slug])).toMatchObject({ release: next.version, runtime: 'running' })
    await served(slug)
  }
})

it('a control plane that is killed in the middle of a backup is followed by one that finishes it', async () => {
  const started = await here.cityos.json<Backup>(['tenant', 'backup', 'market'])
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  const namespace = namespaceOf(backup.tenant_id)
  const jobs = async () => (await config.makeApiClient(BatchV1Api).listNamespacedJob({ namespace })).items
  await vi.waitFor(async () => expect((await jobs()).map(({ metadata }) => metadata?.name)).toContain('archive-write'), {
    timeout: 60_000,
    interval: 50,
  })
  await here.replace()
  await vi.waitFor(
    async () => {
      const [newest] = await here.cityos.json<Backup[]>(['tenant', 'backups', 'market'])
      expect(newest).toMatchObject({ id: started.id, status: 'ready', kind: 'manual' })
    },
    { timeout: 120_000, interval: 1_000 },
  )
  await vi.waitFor(async () => expect(await jobs()).toEqual([]), { timeout: 60_000, interval: 250 })
})
