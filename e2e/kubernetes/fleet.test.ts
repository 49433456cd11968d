import { listRolloutTenants, type Rollout, type RolloutTenant, readFleet, readRollout, type Tenant } from '@cityos/control-plane/contract'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { Fleet, type MadeTenant } from './fleet.ts'
import { addCopies } from './fleet-copies.ts'
import { builtRelease } from './release-image.ts'
import { isOfStack } from './request-log.ts'
import { knownRelease, releaseCalled } from './tenant-platform.ts'

// Many tenants, whose pods exist in the API server only. CITYOS_FLEET says how many go the whole way through operation, database
// and Pulumi: each costs some seconds of processor time, on any machine.

const cluster = openCluster()
const size = Number(process.env['CITYOS_FLEET'] ?? 4)
/** So many more are the same to the API server and to the control plane's watches, but have no stack and no database. */
const copies = Number(process.env['CITYOS_FLEET_COPIES'] ?? 60)
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
  fleet = await Fleet.open(cluster, [knownRelease(release), next], size + copies)
})
afterAll(async () => {
  process.stdout.write(`${fleet?.here.said().join('\n').slice(-4_000)}\n`)
  await fleet?.close()
  next?.remove()
})

it('tenants are made side by side, and every process answers as its own tenant', async () => {
  tenants = await fleet.create(Array.from({ length: size }, (_, index) => `stall-${index + 1}`))
  for (const { slug } of tenants)
    expect(await fleet.here.cityos.json<Tenant>(['tenant', 'show', slug])).toMatchObject({ status: 'active', runtime: 'running' })
  expect(fleet.planes.refused, 'nobody was asked for another one').toEqual([])
})

it('a ring that falls ill after its upgrade goes back by itself; the rings before it stay', async () => {
  const rings = ['--rings', '20%,rest', '--soak', '4s', '--parallel', '2', '--no-rehearse', '--max-failures', '1']
  const { id } = await fleet.here.cityos.json<Rollout>(['fleet', 'upgrade', '--to', next.version, ...rings])
  const members = (await fleet.operator.call(listRolloutTenants, { params: { id }, query: { limit: 100 } })).items
  const [first, second, control] = [1, 2, 3].map((position) =>
    members.filter(({ ring_position }) => ring_position === position).map(slugOf),
  )
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
  await vi.waitFor(async () => expect((await rollout()).finished_at).not.toBeNull(), { timeout: patience, interval: 500 })

  const after = await rollout()
  expect(after, JSON.stringify(after.rings)).toMatchObject({ status: 'rolled_back' })
  expect(after.rings.map(({ status }) => status)).toEqual(['passed', 'rolled_back', 'not_reached'])
  const now = (await fleet.operator.call(listRolloutTenants, { params: { id }, query: { limit: 100 } })).items
  const statusOf = (slug: string) => now.find((tenant) => slugOf(tenant) === slug)?.status
  expect(first!.map(statusOf)).toEqual(first!.map(() => 'upgraded'))
  expect(second!.map(statusOf)).toEqual(second!.map((slug) => (slug === weak ? 'failed' : 'rolled_back')))
  for (const [ring, version] of [
    [first!, next.version],
    [[...second!, ...control!], present],
  ] as const)
    for (const slug of ring)
      expect(await fleet.here.cityos.json<Tenant>(['tenant', 'show', slug])).toMatchObject({ release: version, runtime: 'running' })
  const { releases } = await fleet.operator.call(readFleet)
  expect(new Map(releases.map(({ version, tenants: on }) => [version, on]))).toEqual(
    new Map([
      [next.version, first!.length],
      [present, second!.length + control!.length],
    ]),
  )
  const { stdout } = await fleet.here.cityos.cityos(['fleet', 'status'])
  expect(stdout).toMatch(/rolled.back/i)
})

it('among many, every one is looked at; what is taken from one is put back, and nobody else is asked about', async () => {
  const before = fleet.requests.mark()
  const { ids } = await addCopies(cluster, fleet.here, tenants[0]!, copies)
  await fleet.lookedAt(ids, before)
  const mark = fleet.requests.mark()
  await fleet.takeAway(tenants.at(-1)!.id)
  // Watches tell who has changed: of all tenants together only what the inventory is made of is listed now and then.
  const ofInventory = ['namespaces', 'persistentvolumeclaims']
  const listed = fleet.requests.since(mark).filter((one) => one.verb === 'list' && one.namespace === null && !isOfStack(one))
  expect(listed.filter(({ resource }) => !ofInventory.includes(resource))).toEqual([])
})
