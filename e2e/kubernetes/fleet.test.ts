import { listRolloutTenants, type Rollout, type RolloutTenant, readFleet, readRollout, type Tenant } from '@cityos/control-plane/contract'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { Fleet, type MadeTenant } from './fleet.ts'
import { builtRelease } from './release-image.ts'
import { knownRelease, releaseCalled } from './tenant-platform.ts'

// Many tenants, whose pods exist in the API server only. CITYOS_FLEET says how many go the whole way through operation, database
// and Pulumi: each costs some seconds of processor time, on any machine.

const cluster = openCluster()
const size = Number(process.env['CITYOS_FLEET'] ?? 6)
const patience = 60_000 + size * 30_000
const slugOf = ({ tenant_slug }: RolloutTenant): string => tenant_slug
let fleet: Fleet
let present: string
let next: ReturnType<typeof releaseCalled>
let tenants: MadeTenant[]

beforeAll(async () => {
  const release = await builtRelease()
  present = release.version
  next = releaseCalled(`${release.version}.next`, release)
  fleet = await Fleet.open(cluster, [knownRelease(release), next], size)
}, 120_000)
afterAll(async () => {
  process.stdout.write(`${fleet?.here.said().join('\n').slice(-4_000)}\n`)
  await fleet?.close()
  next?.remove()
}, 300_000)

it('tenants are made side by side, and every process answers as its own tenant', { timeout: patience }, async () => {
  tenants = await fleet.create(Array.from({ length: size }, (_, index) => `stall-${index + 1}`))
  for (const { slug } of tenants)
    expect(await fleet.here.cityos.json<Tenant>(['tenant', 'show', slug])).toMatchObject({ status: 'active', runtime: 'running' })
  expect(fleet.planes.refused, 'nobody was asked for another one').toEqual([])
})

it('a ring that falls ill after its upgrade goes back by itself; the rings before it stay', { timeout: 2 * patience }, async () => {
  const rings = ['--rings', '30%,rest', '--soak', '4s', '--control', '0%', '--parallel', '2', '--no-rehearse', '--max-failures', '1']
  const { id } = await fleet.here.cityos.json<Rollout>(['fleet', 'upgrade', '--to', next.version, ...rings])
  const members = (await fleet.operator.call(listRolloutTenants, { params: { id }, query: { limit: 100 } })).items
  const [first, second] = [1, 2].map((position) => members.filter(({ ring_position }) => ring_position === position).map(slugOf))
  const weak = second![0]!
  const ill = new Set([weak])
  // One shows it beside the former release, and is never switched; the others when shoppers have been there for a while.
  fleet.planes.illness = ({ slug, release }) => (release === next.version && ill.has(slug) ? 'out of order' : null)
  const rollout = () => fleet.operator.call(readRollout, { params: { id } })
  await vi.waitFor(async () => expect((await rollout()).rings[1]).toMatchObject({ status: 'soaking' }), {
    timeout: patience,
    interval: 250,
  })
  for (const slug of second!) ill.add(slug)
  await vi.waitFor(async () => expect((await rollout()).status).toBe('rolled_back'), { timeout: patience, interval: 500 })

  const after = await rollout()
  expect(after.rings.map(({ status }) => status).slice(0, 2)).toEqual(['passed', 'rolled_back'])
  const now = (await fleet.operator.call(listRolloutTenants, { params: { id }, query: { limit: 100 } })).items
  const statusOf = (slug: string) => now.find((tenant) => slugOf(tenant) === slug)?.status
  expect(first!.map(statusOf)).toEqual(first!.map(() => 'upgraded'))
  expect(second!.map(statusOf)).toEqual(second!.map((slug) => (slug === weak ? 'failed' : 'rolled_back')))
  for (const [ring, version] of [
    [first!, next.version],
    [second!, present],
  ] as const)
    for (const slug of ring)
      expect(await fleet.here.cityos.json<Tenant>(['tenant', 'show', slug])).toMatchObject({ release: version, runtime: 'running' })
  const { releases } = await fleet.operator.call(readFleet)
  expect(new Map(releases.map(({ version, tenants: on }) => [version, on]))).toEqual(
    new Map([
      [next.version, first!.length],
      [present, second!.length],
    ]),
  )
  const { stdout } = await fleet.here.cityos.cityos(['fleet', 'status'])
  expect(stdout).toMatch(/rolled.back/i)
  console.log(stdout)
})
