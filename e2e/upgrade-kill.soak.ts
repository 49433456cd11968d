import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rollout, RolloutTenant, Tenant } from '@cityos/control-plane/contract'
import { definitionOf } from '@cityos/control-plane/testing/operation-bench'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeReleaseWith } from './defective-release.ts'
import { DyingControlPlane } from './dying-control-plane.ts'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { anotherRelease, type BuiltRelease, builtRelease } from './release.ts'

// A control plane that dies with kill -9 at every boundary of a rollout and of the operations it starts, with the real node,
// real data planes and a real registry: up, back by hand, back by itself, and stopped in the middle. Each ends whole.

const perTest = { timeout: 600_000 }
const whole = ['database', 'files', 'process', 'role', 'role', 'route', 'secret']
let platform: Platform
let postgres: TestPostgres
let folder: string
let plane: DyingControlPlane
let old: BuiltRelease
let next: BuiltRelease
let crashing: BuiltRelease
let tenants: Tenant[]

beforeAll(async () => {
  platform = await Platform.start({ environment: { CITYOS_IDLE_AFTER: '3600' } })
  postgres = await startTestPostgres()
  folder = await mkdtemp(join(tmpdir(), 'cityos-kill-'))
  old = builtRelease()
  next = await anotherRelease(platform)
  crashing = { ...old, ...(await storeReleaseWith(platform, old.version, 'crashes')) }
  plane = await DyingControlPlane.prepare(platform, postgres, folder, 'fleet', [next, crashing])
  tenants = [await plane.tenant('one'), await plane.tenant('two')]
  await plane.ask('PUT', `/api/v1/tenants/${tenants[0]!.id}/internal`, { body: { internal: true } })
})

afterAll(async () => {
  await plane?.end()
  await platform?.end()
  await postgres?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** Before what an action changes, and after it. */
const around = (...actions: string[]) => actions.flatMap((action) => [`rollout/before ${action}`, `rollout/after ${action}`])
const doing = (kind: string) => definitionOf(kind).steps.map((step) => `${kind}/${step.name}/after-do`)
const create = (to: BuiltRelease, rehearse: boolean) =>
  plane.ask<Rollout>('POST', '/api/v1/rollouts', { body: { to: to.version, rings: ['internal', 'rest'], soak_seconds: 1, rehearse } })
const members = () => plane.ask<RolloutTenant[]>('GET', '/api/v1/rollouts/latest/tenants')

/** Every tenant is on this release, serves, and has one of everything. */
async function expectWhole(release: BuiltRelease): Promise<void> {
  for (const { id, slug } of tenants) {
    expect(await plane.ask<Tenant>('GET', `/api/v1/tenants/${id}`)).toMatchObject({ release: release.version, operation_id: null })
    expect((await plane.kinds(id)).filter((kind) => kind !== 'backup')).toEqual(whole)
    await eventually(async () => (await platform.request(`${slug}.localhost`, '/v1/store/tenant')).status === 200, `${slug} serves`)
    const known = (await platform.node()).tenants.find((tenant) => tenant.id === id)
    expect(known).toMatchObject({ release: release.version, beside: null })
  }
}

describe('killed at every boundary', { retry: 0 }, () => {
  test('a rollout reaches everybody', perTest, async () => {
    const first = [...around('start-ring', 'upgrade'), ...doing('tenant-upgrade'), ...around('upgraded', 'look', 'soak', 'pass')]
    const done = await plane.dieInRollout([...first, ...around('finish')], () => create(next, true))
    expect(done).toMatchObject({ status: 'succeeded', counts: { upgraded: 2 } })
    await expectWhole(next)
  })

  test('a rollout that is taken back by hand takes everybody back', perTest, async () => {
    const boundaries = [...around('back'), ...doing('tenant-downgrade'), ...around('rolled-back', 'ring-back', 'finish')]
    const back = await plane.dieInRollout(boundaries, () =>
      plane.ask('POST', '/api/v1/rollouts/latest/roll-back', { body: { reason: 'as a test' } }),
    )
    expect(back).toMatchObject({ status: 'rolled_back', counts: { rolled_back: 2 } })
    await expectWhole(old)
  })

  test('a rollout to a release that does not start is undone and goes back by itself', perTest, async () => {
    const undoing = ['beside', 'migrate', 'backup', 'rehearse'].flatMap((step) =>
      ['before-undo', 'after-undo'].map((moment) => `tenant-upgrade/${step}/${moment}`),
    )
    const back = await plane.dieInRollout([...undoing, ...around('failed', 'fail', 'ring-back', 'finish')], () => create(crashing, false))
    expect(back).toMatchObject({ status: 'rolled_back', failure: { figure: 'failures' }, counts: { failed: 1, not_reached: 1 } })
    await expectWhole(old)
  })

  test('a rollout that is stopped while a tenant is upgraded leaves it where it was', perTest, async () => {
    // once the operation has been asked to stop, nobody asks it again: there is no third moment in which to die
    const back = await plane.dieInRollout(['rollout/before cancel', 'rollout/in cancel', ...around('stopped')], async () => {
      await create(next, true)
      await eventually(async () => (await members()).some((tenant) => tenant.status === 'upgrading'), 'a tenant is upgraded')
      await plane.ask('POST', '/api/v1/rollouts/latest/roll-back', { body: { reason: 'stop it' } })
    })
    expect(back).toMatchObject({ status: 'rolled_back', counts: { upgraded: 0 } })
    await expectWhole(old)
  })
})
