import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backup, Tenant } from '@cityos/control-plane/contract'
import { definitionOf } from '@cityos/control-plane/testing/operation-bench'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DyingControlPlane } from './dying-control-plane.ts'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { anotherRelease, type BuiltRelease, builtRelease } from './release.ts'
import { ensureTenant } from './tenants.ts'

// A control plane that dies with kill -9 between the effect of each step and its journal, in every operation that makes
// or destroys things, and in the middle of undoing: the next one takes the operation to its end, and the real node keeps
// exactly what it should. Dying before a step's journal is dying after the end of the step before, and between journal and
// effect nothing has happened yet: one step stands for all there. Four control planes die side by side, each with a
// registry and tenants of its own, on one platform.

const perTest = { concurrent: false }
let platform: Platform
let postgres: TestPostgres
let folder: string

beforeAll(async () => {
  platform = await Platform.start()
  postgres = await startTestPostgres()
  folder = await mkdtemp(join(tmpdir(), 'cityos-kill-'))
})

afterAll(async () => {
  await platform?.end()
  await postgres?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** A control plane for the tests of one `describe`, which run one after the other. */
function controlPlaneOf(name: string): () => DyingControlPlane {
  let plane: DyingControlPlane | undefined
  beforeAll(async () => {
    plane = await DyingControlPlane.prepare(platform, postgres, folder, name)
  })
  afterAll(() => plane?.end())
  return () => plane!
}

/** The boundaries of an operation, as its definition has them. */
const doing = (kind: string) => definitionOf(kind).steps.map((step) => `${kind}/${step.name}/after-do`)

const whole = ['database', 'files', 'process', 'role', 'role', 'route', 'secret']

describe.concurrent('a tenant’s beginning and end', () => {
  const plane = controlPlaneOf('life')
  let tenant: Tenant

  test('tenant-create, killed at every boundary, ends with exactly one of everything', perTest, async () => {
    const beforeEffect = ['tenant-create/database/before-journal', 'tenant-create/database/before-do']
    const boundaries = doing('tenant-create').flatMap((point) => (point.includes('/database/') ? [...beforeEffect, point] : [point]))
    const operation = await plane().dieEverywhere('tenant-create', boundaries, () =>
      plane().ask('POST', '/api/v1/tenants', {
        body: { slug: 'boundary', name: 'Boundary', owner: 'owner@boundary.test' },
        headers: { 'idempotency-key': 'boundary-create' },
      }),
    )
    expect(operation).toMatchObject({ status: 'succeeded', kind: 'tenant-create' })
    expect(operation.steps.every((step) => step.attempts >= 2)).toBe(true)
    tenant = await plane().ask<Tenant>('GET', '/api/v1/tenants/boundary')
    await plane().stop()
    expect(await plane().kinds(tenant.id)).toEqual(whole)
    await eventually(
      async () => (await platform.request('boundary.localhost', '/v1/store/tenant')).status === 200,
      'the storefront answers',
    )
  })

  test('tenant-close, killed at every boundary, ends with the data kept, a final archive and nothing running', perTest, async () => {
    const operation = await plane().dieEverywhere('tenant-close', doing('tenant-close'), () =>
      plane().withTwo('POST', `/api/v1/tenants/${tenant.id}/close`, {}),
    )
    await plane().stop()
    expect(operation.status).toBe('succeeded')
    expect(await plane().kinds(tenant.id)).toEqual(['backup', ...whole.filter((kind) => kind !== 'process')])
  })

  test('tenant-delete, killed at every boundary, leaves nothing', perTest, async () => {
    const operation = await plane().dieEverywhere('tenant-delete', doing('tenant-delete'), () =>
      plane().withTwo('DELETE', `/api/v1/tenants/${tenant.id}?confirm=boundary`),
    )
    await plane().stop()
    expect(operation.status).toBe('succeeded')
    expect(await plane().kinds(tenant.id)).toEqual([])
    expect(await plane().databasesOf(tenant.id)).toEqual([])
  })
})

describe.concurrent('a tenant’s data', () => {
  const plane = controlPlaneOf('data')
  let tenant: Tenant

  beforeAll(async () => {
    tenant = await plane().tenant('kept')
  })

  test('tenant-backup, killed, makes one backup; tenant-restore, killed at every boundary, leaves one of everything', perTest, async () => {
    const taken = await plane().dieEverywhere('tenant-backup', doing('tenant-backup'), () =>
      plane().ask('POST', `/api/v1/tenants/${tenant.id}/backups`),
    )
    expect(taken.status).toBe('succeeded')
    const backups = await plane().ask<Backup[]>('GET', `/api/v1/tenants/${tenant.id}/backups`)
    expect(backups).toMatchObject([{ status: 'ready', kind: 'manual' }])
    const restored = await plane().dieEverywhere('tenant-restore', doing('tenant-restore'), () =>
      plane().ask('POST', `/api/v1/tenants/${tenant.id}/restore`, { body: { backup_id: backups[0]!.id, confirm: 'kept' } }),
    )
    await plane().stop()
    expect(restored).toMatchObject({ status: 'succeeded', failure: null })
    // the backup, and the safety one that was made before
    expect(await plane().kinds(tenant.id)).toEqual(['backup', 'backup', ...whole])
  })

  test('tenant-move, killed at every boundary, ends in one place', perTest, async () => {
    const operation = await plane().dieEverywhere('tenant-move', doing('tenant-move'), () =>
      plane().withTwo('POST', `/api/v1/tenants/${tenant.id}/move`, { reason: 'another disk' }),
    )
    await plane().stop()
    expect(operation).toMatchObject({ status: 'succeeded', failure: null })
    expect(await plane().kinds(tenant.id)).toEqual(['backup', 'backup', ...whole])
  })
})

describe.concurrent('an upgrade of the fleet', () => {
  let next: BuiltRelease
  let plane: DyingControlPlane
  let tenant: Tenant

  beforeAll(async () => {
    next = await anotherRelease(platform)
    plane = await DyingControlPlane.prepare(platform, postgres, folder, 'fleet', [next])
    tenant = await plane.tenant('upgraded')
  })
  afterAll(() => plane?.end())

  // A sample; `./cityos test soak` walks through every boundary (upgrade-kill.soak.ts).
  test('killed in its rollout and in its tenant’s operation, reaches everybody; killed again, goes back whole', perTest, async () => {
    const up = ['migrate', 'beside', 'switch', 'verify'].map((step) => `tenant-upgrade/${step}/after-do`)
    const boundaries = ['rollout/after start-ring', 'rollout/after upgrade', ...up, 'rollout/before upgraded', 'rollout/after look']
    const done = await plane.dieInRollout([...boundaries, 'rollout/before finish'], () =>
      plane.ask('POST', '/api/v1/rollouts', { body: { to: next.version, rings: ['rest'], soak_seconds: 1, rehearse: false } }),
    )
    expect(done).toMatchObject({ status: 'succeeded', counts: { upgraded: 1 } })
    expect(await plane.ask<Tenant>('GET', '/api/v1/tenants/upgraded')).toMatchObject({ release: next.version })
    const back = await plane.dieInRollout(['rollout/after back', 'tenant-downgrade/switch/after-do', 'rollout/before ring-back'], () =>
      plane.ask('POST', '/api/v1/rollouts/latest/roll-back', { body: { reason: 'a rehearsal of going back' } }),
    )
    expect(back).toMatchObject({ status: 'rolled_back', counts: { rolled_back: 1 } })
    expect(await plane.ask<Tenant>('GET', '/api/v1/tenants/upgraded')).toMatchObject({
      release: builtRelease().version,
      runtime: 'running',
    })
    await plane.stop()
    expect(await plane.kinds(tenant.id)).toEqual(['backup', ...whole])
  })
})

describe.concurrent('a copy, and what could not be made', () => {
  const plane = controlPlaneOf('copy')
  let tenant: Tenant

  beforeAll(async () => {
    tenant = await plane().tenant('original')
  })

  test('tenant-clone, killed at every boundary, ends with one more of everything and no archive left over', perTest, async () => {
    const operation = await plane().dieEverywhere('tenant-clone', doing('tenant-clone'), () =>
      plane().ask('POST', `/api/v1/tenants/${tenant.id}/clone`, { body: { slug: 'boundary-copy' } }),
    )
    expect(operation).toMatchObject({ status: 'succeeded', failure: null })
    const copy = await plane().ask<Tenant>('GET', '/api/v1/tenants/boundary-copy')
    await plane().stop()
    expect(copy).toMatchObject({ status: 'active', quarantined: true })
    expect(await plane().kinds(copy.id)).toEqual(whole)
    expect(await plane().kinds(tenant.id)).toEqual(whole)
  })

  test('undoing, killed at every boundary, leaves nothing and the other tenant alone', perTest, async () => {
    // The node leads this host to a tenant of the platform, so that the step `route` can never succeed.
    const holder = await ensureTenant(platform, 'held', { seed: false })
    const steps = definitionOf('tenant-create').steps.map((step) => step.name)
    const boundaries = steps
      .slice(0, steps.indexOf('route') + 1)
      .reverse()
      .flatMap((step) => ['before-undo', 'after-undo'].map((moment) => `tenant-create/${step}/${moment}`))
    const operation = await plane().dieEverywhere('tenant-create', boundaries, () =>
      plane().ask('POST', '/api/v1/tenants', {
        body: { slug: 'held', name: 'Rival', owner: 'owner@rival.test' },
        headers: { 'idempotency-key': 'boundary-rival' },
      }),
    )
    await plane().stop()
    expect(operation).toMatchObject({ status: 'failed', failure: { step: 'route' } })
    expect(await plane().kinds(operation.tenant_id)).toEqual([])
    expect(await plane().databasesOf(operation.tenant_id)).toEqual([])
    expect(await plane().kinds(holder.id)).toEqual(whole)
  })
})
