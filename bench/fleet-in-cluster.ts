import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createRollout, readRollout } from '@cityos/control-plane/contract'
import { openCluster } from '../e2e/kubernetes/cluster/cluster.ts'
import { Fleet, type MadeTenant } from '../e2e/kubernetes/fleet.ts'
import { addCopies } from '../e2e/kubernetes/fleet-copies.ts'
import { builtRelease } from '../e2e/kubernetes/release-image.ts'
import { counted, isOfStack } from '../e2e/kubernetes/request-log.ts'
import { knownRelease, releaseCalled } from '../e2e/kubernetes/tenant-platform.ts'
import { cpuMsApart, memory } from './proc.ts'
import { type Figure, percentile } from './report.ts'

// Runs inside a test cluster (fleet.ts starts it): figures of a control plane with many tenants, as JSON into the file it is given.

const [output] = process.argv.slice(2)
const size = Number(process.env['CITYOS_FLEET'] ?? 8)
const copies = Number(process.env['CITYOS_FLEET_COPIES'] ?? 1_000)
const quietMs = 60_000
const deletions = 5

const say = (text: string) => process.stderr.write(`${text}\n`)
const figures: Figure[] = []
const add = (group: string, name: string, value: number, unit: Figure['unit']) => {
  figures.push({ group, name, value, unit })
  say(`${group}: ${name}: ${Math.round(value * 10) / 10} ${unit}`)
}

const release = await builtRelease()
const next = releaseCalled(`${release.version}.next`, release)
const fleet = await Fleet.open(openCluster(), [knownRelease(release), next], size + copies)
try {
  const tenants = await measureCreation()
  await measureUpgrade()
  const watched = [...tenants.map(({ id }) => id), ...(await measureCopies(tenants[0]!))]
  await measureQuiet()
  await measureRepairs(tenants)
  await measureRestart(watched, tenants[0]!)
  writeFileSync(output!, JSON.stringify(figures))
} finally {
  await fleet.leave()
  next.remove()
}

/** What a piece of work takes of the control plane and of the API server. */
async function spent<T>(group: string, tenants: number, work: () => Promise<T>): Promise<T> {
  const mark = fleet.requests.mark()
  const before = cpuMsApart(fleet.here.pid())
  const began = performance.now()
  const result = await work()
  const wall = performance.now() - began
  const after = cpuMsApart(fleet.here.pid())
  const requests = fleet.requests.since(mark)
  add(group, 'wall time, a tenant', wall / tenants, 'ms')
  add(group, 'the control plane itself, a tenant', (after.own - before.own) / tenants, 'ms CPU')
  add(group, 'runs of Pulumi, a tenant', (after.children - before.children) / tenants, 'ms CPU')
  add(
    group,
    'requests of the control plane to the API server, a tenant',
    requests.filter((one) => !isOfStack(one)).length / tenants,
    'requests',
  )
  add(group, 'requests of Pulumi to the API server, a tenant', requests.filter(isOfStack).length / tenants, 'requests')
  say(
    counted(requests.filter((one) => !isOfStack(one)))
      .slice(0, 12)
      .map(([what, count]) => `${what} ${count}`)
      .join(', '),
  )
  return result
}

async function measureCreation(): Promise<MadeTenant[]> {
  const group = `${size} tenants made through the driver`
  const made = await spent(group, size, () => fleet.create(Array.from({ length: size }, (_, index) => `stall-${index + 1}`)))
  const [first] = await spent('one more tenant, alone', 1, () => fleet.create(['stall-alone']))
  add('one more tenant, alone', 'from the start of the operation to its end', first!.milliseconds, 'ms')
  return made
}

async function measureUpgrade(): Promise<void> {
  const plan = { to: next.version, rings: ['rest'], soak_seconds: 0, parallel: 2, rehearse: false, control_share: 0, max_failures: 0 }
  await spent('fleet upgrade, two at a time, with backup', size + 1, async () => {
    const { id } = await fleet.operator.call(createRollout, { body: { ...plan, thresholds: {} } })
    for (;;) {
      const { status, failure } = await fleet.operator.call(readRollout, { params: { id } })
      if (status === 'succeeded') return
      if (status === 'rolled_back') throw new Error(`the rollout went back: ${JSON.stringify(failure)}`)
      await delay(250)
    }
  })
}

async function measureCopies(of: MadeTenant): Promise<string[]> {
  const group = `${copies} more tenants appear in the cluster`
  add(group, 'control plane before, PSS', memory(fleet.here.pid()).pss / 1e6, 'MB')
  return spent(group, copies, async () => {
    const began = performance.now()
    const mark = fleet.requests.mark()
    const { ids, objects } = await addCopies(fleet.cluster, fleet.here, of, copies)
    add(group, `${objects} objects each are applied`, performance.now() - began, 'ms')
    await fleet.lookedAt(ids, mark)
    add(group, 'from the first object until all were looked at', performance.now() - began, 'ms')
    add(group, 'control plane afterwards, PSS', memory(fleet.here.pid()).pss / 1e6, 'MB')
    return ids
  })
}

async function measureQuiet(): Promise<void> {
  const group = `a minute in which nothing happens to ${size + copies} tenants`
  await fleet.settled()
  await spent(group, 1, () => delay(quietMs))
  const { pss, rss } = memory(fleet.here.pid())
  add(group, 'control plane, PSS', pss / 1e6, 'MB')
  add(group, 'control plane, RSS', rss / 1e6, 'MB')
}

async function measureRepairs(tenants: readonly MadeTenant[]): Promise<void> {
  const group = `a NetworkPolicy of one of ${size + copies} is deleted`
  const lags = []
  for (const { id } of tenants.slice(0, deletions)) lags.push(await fleet.takeAway(id))
  add(
    group,
    'until it is looked for, median',
    percentile(
      lags.map(({ seenMs }) => seenMs),
      0.5,
    ),
    'ms',
  )
  add(group, 'until it is looked for, longest', Math.max(...lags.map(({ seenMs }) => seenMs)), 'ms')
  add(
    group,
    'until it is there again, median',
    percentile(
      lags.map(({ backMs }) => backMs),
      0.5,
    ),
    'ms',
  )
}

/** A control plane that is killed is followed by one that has seen nothing yet. */
async function measureRestart(ids: readonly string[], tenant: MadeTenant): Promise<void> {
  const group = `a new control plane with ${ids.length} tenants`
  const began = performance.now()
  const mark = fleet.requests.mark()
  await fleet.here.replace()
  add(group, 'from its start until it answers', performance.now() - began, 'ms')
  const { seenMs } = await fleet.takeAway(tenant.id)
  add(group, 'a NetworkPolicy deleted in the middle of its first looks: until it is looked for', seenMs, 'ms')
  await fleet.lookedAt(ids, mark)
  add(group, 'from its start until all were looked at', performance.now() - began, 'ms')
  add(group, 'the control plane itself, a tenant', cpuMsApart(fleet.here.pid()).own / ids.length, 'ms CPU')
  add(
    group,
    'its requests to the API server, a tenant',
    fleet.requests.since(mark).filter((one) => !isOfStack(one)).length / ids.length,
    'requests',
  )
  add(group, 'its PSS', memory(fleet.here.pid()).pss / 1e6, 'MB')
}
