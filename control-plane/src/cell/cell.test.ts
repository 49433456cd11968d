import { type Cell, Cell as CellSchema, DomainError, type KubernetesBinding } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Alerts } from '../alert/alerts.ts'
import { Clock } from '../clock.ts'
import { ClusterReconciler } from '../reconcilers/cluster.reconciler.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { TestPlatform } from '../testing/platform.ts'
import { CellHealth, databaseKind } from './cell.health.ts'
import { RegistryCells } from './cell.source.ts'

const password = 'hush-hush'
const cell = (name: string, more: object = {}) => ({
  name,
  region: 'riyadh',
  residency_zone: 'GCC',
  capacity: { databases: 2 },
  cluster: {
    image: { repository: 'registry.example/cityos' },
    files: { storage_class: 'files' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { host: 'postgres', cidrs: ['10.1.0.0/16'] },
    control_plane: { origin: 'http://control-plane.cityos.svc:8080' },
  },
  access: { kubeconfig: null, database_url: `postgres://cityos:${password}@postgres:5432/postgres` },
  ...more,
})

let platform: TestPlatform
let token: string

beforeAll(async () => {
  const kubernetes = { state_url: 'postgres://nowhere/state', cells: [cell('riyadh-1')] } as unknown as KubernetesBinding
  platform = await TestPlatform.start(undefined, { kubernetes: fill(kubernetes) })
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

/** As the process reads it: with what is left out filled in. */
function fill(binding: KubernetesBinding): KubernetesBinding {
  return { ...binding, cells: binding.cells.map((one) => parse(one)) }
}
const parse = (one: object): Cell => CellSchema.parse(one)
const create = (slug: string, more: object = {}) => platform.createTenant(token, slug, { driver: 'kubernetes', region: 'riyadh', ...more })
const read = async (name: string) => (await platform.request('GET', `/api/v1/cells/${name}`, { token })).body.data

describe('cells', () => {
  it('come with the installation, and never show what lets somebody in', async () => {
    const answer = await platform.request('GET', '/api/v1/cells', { token })
    expect(answer.body.data).toMatchObject([
      {
        name: 'riyadh-1',
        region: 'riyadh',
        open: true,
        from_installation: true,
        tenants: 0,
        room: 2,
        unreachable: null,
        actions: ['close'],
      },
    ])
    expect(answer.text).not.toContain(password)
    expect(await platform.app.get(Registry).db.cell.count({ where: { access_sealed: { contains: password } } })).toBe(0)
  })

  it('are given to drivers with everything', async () => {
    const cells = new RegistryCells(platform.app.get(Registry), platform.app.get(Sealing))
    expect((await cells.all())[0]).toEqual(parse(cell('riyadh-1')))
    await expect(cells.of('tnt_none')).rejects.toMatchObject({ code: 'not_found' } satisfies Partial<DomainError>)
  })

  it('can be added, once', async () => {
    const body = cell('jeddah-1', { region: 'jeddah' })
    const added = await platform.request('POST', '/api/v1/cells', { token, body })
    expect([added.status, added.body.data.from_installation]).toEqual([201, false])
    const again = await platform.request('POST', '/api/v1/cells', { token, body })
    expect([again.status, again.body.errors[0].code]).toEqual([409, 'already_exists'])
    const unknown = await platform.request('POST', '/api/v1/cells', { token, body: cell('x-1', { plans: ['gold-plated'] }) })
    expect(unknown.body.errors[0]).toMatchObject({ code: 'validation_failed', field: 'plans' })
  })
})

describe('a tenant of the Kubernetes driver', () => {
  it('is placed in a cell of its region until there is no room', async () => {
    const first = await create('one')
    expect([first.status, first.body.data.tenant.cell]).toEqual([201, 'riyadh-1'])
    expect((await create('two')).body.data.tenant.cell).toBe('riyadh-1')
    const full = await create('three')
    expect([full.status, full.body.errors[0].code]).toEqual([409, 'not_enough_capacity'])
    expect(full.body.errors[0].details.cells).toEqual({ 'riyadh-1': 'is full (2 tenants)' })
    expect((await create('four', { region: 'jeddah' })).body.data.tenant.cell).toBe('jeddah-1')
    expect(await read('riyadh-1')).toMatchObject({ tenants: 2, room: 0 })
  })

  it('comes into no cell that is closed, and one of this machine into none', async () => {
    const closed = await platform.request('POST', '/api/v1/cells/jeddah-1/close', { token })
    expect(closed.body.data).toMatchObject({ open: false, room: 0, actions: ['open', 'renew-access', 'change', 'remove'] })
    expect((await create('five', { region: 'jeddah' })).body.errors[0].details.cells).toEqual({ 'jeddah-1': 'is closed for new tenants' })
    const again = await platform.request('POST', '/api/v1/cells/jeddah-1/close', { token })
    expect(again.body.errors[0].code).toBe('invalid_transition')
    expect((await platform.createTenant(token, 'six')).body.data.tenant.cell).toBeNull()
  })
})

describe('a tenant’s page', () => {
  it('shows what its cluster says, and that it is away', async () => {
    const { id } = (await platform.request('GET', '/api/v1/tenants/one', { token })).body.data
    const finding = { code: 'crash_loop', object: 'Pod/web-1', message: 'it has ended 4 times', repairable: false } as const
    platform.clusters.findings.set(id, [finding])
    const seen = await platform.request('GET', '/api/v1/tenants/one/cluster', { token })
    expect(seen.body.data).toMatchObject({ cell: 'riyadh-1', observation: { findings: [finding] }, fault: null })
    expect((await platform.request('GET', '/api/v1/tenants/one/pods/web-1/logs', { token })).body.data.lines).toEqual(['one', 'two'])
    platform.clusters.away = true
    const away = await platform.request('GET', '/api/v1/tenants/one/cluster', { token })
    expect(away.body.data).toMatchObject({ observation: null, fault: { code: 'cluster_unreachable' } })
    platform.clusters.away = false
  })

  it('says of a tenant of this machine that it has no cluster', async () => {
    const seen = await platform.request('GET', '/api/v1/tenants/six/cluster', { token })
    expect(seen.body.data).toMatchObject({ cell: null, observation: null, fault: null })
    expect((await platform.request('GET', '/api/v1/tenants/six/pods/web-1/logs', { token })).status).toBe(404)
  })
})

describe('what is heard of a cluster', () => {
  const alerts = async () => (await platform.request('GET', '/api/v1/alerts?status=unresolved&kind=tenant-cluster', { token })).body.data

  it('has drift repaired within seconds, and tells what nobody can repair, until it is gone', async () => {
    await expect.poll(() => platform.clusters.watchers.has('riyadh-1'), { timeout: 10_000 }).toBe(true)
    const tenant = (await platform.request('GET', '/api/v1/tenants/one', { token })).body.data
    await expect
      .poll(async () => (await platform.request('GET', '/api/v1/tenants/one', { token })).body.data.operation_id, { timeout: 10_000 })
      .toBeNull()
    platform.clusters.findings.set(tenant.id, [
      { code: 'object_missing', object: 'NetworkPolicy/deny', message: 'it is gone', repairable: true },
      { code: 'quota_full', object: 'ResourceQuota/tenant', message: 'pods 10 of 10', repairable: false },
    ])
    platform.clusters.watchers.get('riyadh-1')!.heard(tenant.id)
    await expect.poll(() => platform.clusters.repairs, { timeout: 10_000 }).toEqual([tenant.id])
    await expect
      .poll(alerts, { timeout: 10_000 })
      .toMatchObject([{ tenant_slug: 'one', title: 'one, ResourceQuota/tenant: pods 10 of 10' }])
    platform.clusters.findings.set(tenant.id, [])
    platform.clusters.watchers.get('riyadh-1')!.heard(tenant.id)
    await expect.poll(alerts, { timeout: 10_000 }).toEqual([])
  })

  it('is left alone while an operation changes the tenant, and looked at when it has ended', async () => {
    const { id } = (await platform.request('GET', '/api/v1/tenants/one', { token })).body.data
    const undone = new Error('nobody else sees it')
    const look = (registry: object) =>
      new ClusterReconciler({
        registry: registry as Registry,
        clock: platform.app.get(Clock),
        alerts: platform.app.get(Alerts),
        clusters: platform.clusters,
        fence: () => ({ operationId: 'test', number: 1 }),
      }).reconcile(id)
    platform.clusters.away = true
    const during = platform.app.get(Registry).db.$transaction(async (tx) => {
      const { id: last } = await tx.operation.findFirstOrThrow({ where: { tenant_id: id }, orderBy: { created_at: 'desc' } })
      await tx.operation.update({ where: { id: last }, data: { status: 'running' } })
      expect(await look({ db: tx })).toBe('busy')
      throw undone
    })
    await expect(during).rejects.toBe(undone)
    await expect(look(platform.app.get(Registry))).rejects.toThrow('the cell does not answer')
    platform.clusters.away = false
  })

  it('is put back once and then told, when somebody changes it by turns', async () => {
    const tenant = (await platform.request('GET', '/api/v1/tenants/one', { token })).body.data
    platform.clusters.repairs.length = 0
    platform.clusters.contested = true
    platform.clusters.findings.set(tenant.id, [
      { code: 'object_changed', object: 'NetworkPolicy/web', message: 'it was changed by kubectl-edit', repairable: true },
    ])
    platform.clusters.watchers.get('riyadh-1')!.heard(tenant.id)
    await expect.poll(() => platform.clusters.repairs.length, { timeout: 10_000 }).toBe(1)
    platform.clusters.watchers.get('riyadh-1')!.heard(tenant.id)
    await expect.poll(alerts, { timeout: 10_000 }).toMatchObject([{ title: 'one, NetworkPolicy/web: it was changed by kubectl-edit' }])
    expect(platform.clusters.repairs).toHaveLength(1)
  })

  it('says which cell does not answer, and tells operators once it has been away for half a minute', async () => {
    const [registry, alerts] = [platform.app.get(Registry), platform.app.get(Alerts)]
    const health = new CellHealth(registry, alerts, platform.app.get(Clock))
    const fault = new DomainError('cluster_unreachable', { message: 'cell riyadh-1 does not answer (ECONNREFUSED)' })
    const told = async () => (await platform.request('GET', '/api/v1/alerts?status=unresolved&kind=cell-unreachable', { token })).body.data
    const after = async (milliseconds: number, answer: Error | null) => {
      health.answered('riyadh-1', 'Pod', answer, milliseconds)
      health.answered('riyadh-1', databaseKind, null, milliseconds)
      await health.note()
      return (await read('riyadh-1')).unreachable
    }
    expect(await after(0, fault)).toBeNull()
    expect(await after(4_000, fault)).toBeNull()
    expect(await after(6_000, fault)).toMatchObject({ reason: fault.message })
    expect(await told()).toEqual([])
    await after(31_000, fault)
    expect(await told()).toMatchObject([{ severity: 'critical', parameters: { cell: 'riyadh-1', tenants: 2 } }])
    // Whoever leads next, or has been given other access, knows nothing yet: what was said of the cell stays.
    health.forget('riyadh-1')
    health.answered('riyadh-1', databaseKind, null, 32_000)
    await health.note()
    expect((await read('riyadh-1')).unreachable).toMatchObject({ reason: fault.message })
    expect(await told()).toHaveLength(1)
    expect(await after(40_000, null)).toBeNull()
    expect(await told()).toEqual([])
  })

  it('tells a Postgres that does not answer apart from a cluster that does not: its tenants do not go on serving', async () => {
    const health = new CellHealth(platform.app.get(Registry), platform.app.get(Alerts), platform.app.get(Clock))
    const told = async () =>
      (await platform.request('GET', '/api/v1/alerts?status=unresolved', { token })).body.data
        .filter((alert: { kind: string }) => alert.kind.startsWith('cell-'))
        .map(({ kind, title }: { kind: string; title: string }) => `${kind} · ${title}`)
    const refused = new Error('the database of cell riyadh-1 (postgres:5432) cannot be used: connect ECONNREFUSED')
    const away = new DomainError('cluster_unreachable', { message: 'cell riyadh-1 does not answer (ECONNREFUSED)' })
    const after = async (milliseconds: number, answers: [string, Error | null][]) => {
      for (const [kind, fault] of answers) health.answered('riyadh-1', kind, fault, milliseconds)
      await health.note()
      return (await read('riyadh-1')).unreachable?.reason
    }
    await after(0, [[databaseKind, refused]])
    expect(await after(6_000, [[databaseKind, refused]])).toBe(refused.message)
    await after(31_000, [
      [databaseKind, refused],
      ['Pod', away],
    ])
    expect(await told()).toEqual([`cell-database · Cell riyadh-1: ${refused.message}`])
    expect(
      await after(62_000, [
        [databaseKind, null],
        ['Pod', away],
      ]),
    ).toBe(away.message)
    expect(await told()).toEqual([`cell-unreachable · Cell riyadh-1 does not answer: ${away.message}`])
    expect(await after(63_000, [['Pod', null]])).toBeUndefined()
    expect(await told()).toEqual([])
  })
})

describe('a cell that was added', () => {
  const send = (method: 'PATCH' | 'POST' | 'DELETE', path: string, body?: object) =>
    platform.request(method, `/api/v1/cells/${path}`, { token, ...(body ? { body } : {}) })
  const access = async (name: string) => (await new RegistryCells(platform.app.get(Registry), platform.app.get(Sealing)).named(name)).access
  const trail = async (name: string) =>
    (await platform.app.get(Registry).db.audit_entry.findMany({ where: { resource_id: name }, orderBy: { sequence: 'asc' } })).map(
      ({ action, changes }) => ({ action, changes: changes as object }),
    )

  beforeAll(async () => {
    expect((await platform.request('POST', '/api/v1/cells', { token, body: cell('dammam-1', { region: 'dammam' }) })).status).toBe(201)
  })

  it('takes more tenants, or others, without those in it being asked', async () => {
    const changed = await send('PATCH', 'dammam-1', { capacity: { databases: 2500 }, plans: ['standard'] })
    expect(changed.body.data).toMatchObject({ capacity: { databases: 2500, namespaces: 10_000 }, plans: ['standard'] })
    expect((await send('PATCH', 'dammam-1', { plans: null })).body.data).toMatchObject({ capacity: { databases: 2500 }, plans: null })
    expect((await send('PATCH', 'dammam-1', { plans: ['gold-plated'] })).body.errors[0]).toMatchObject({ field: 'plans' })
    expect((await send('PATCH', 'dammam-1', { capacity: { databases: 2501 } })).status).toBe(400)
  })

  it('is given another kubeconfig, or another password of its database, and neither is ever shown', async () => {
    const before = await access('dammam-1')
    const renewed = await send('POST', 'dammam-1/renew-access', { kubeconfig: 'apiVersion: v1 # secret-token' })
    expect(renewed.status).toBe(200)
    expect(renewed.text).not.toContain('secret-token')
    expect(await access('dammam-1')).toEqual({ ...before, kubeconfig: 'apiVersion: v1 # secret-token' })
    await send('POST', 'dammam-1/renew-access', { database_url: 'postgres://cityos:new-password@postgres:5432/postgres' })
    expect(await access('dammam-1')).toMatchObject({
      kubeconfig: 'apiVersion: v1 # secret-token',
      database_url: 'postgres://cityos:new-password@postgres:5432/postgres',
    })
    expect(JSON.stringify(await trail('dammam-1'))).not.toMatch(/secret-token|new-password/)
    expect((await send('POST', 'dammam-1/renew-access', {})).body.errors[0]).toMatchObject({ code: 'validation_failed' })
    expect((await send('POST', 'dammam-1/renew-access', { database_url: 'mysql://x' })).status).toBe(400)
  })

  it('goes when no tenant is in it any more, and not by a slip', async () => {
    const { db } = platform.app.get(Registry)
    const remove = (query = 'confirm=dammam-1') => send('DELETE', `dammam-1?${query}`)
    const refusal = async (query?: string) => (await remove(query)).body.errors[0]
    const place = (data: object) => db.tenant.updateMany({ where: { slug: 'one' }, data })
    expect(await refusal('confirm=dammam')).toMatchObject({ code: 'confirmation_required', field: 'confirm' })
    await place({ cell: 'dammam-1' })
    expect(await refusal()).toMatchObject({
      code: 'invalid_transition',
      message: expect.stringContaining('move or delete them first: one'),
    })
    await place({ cell: 'riyadh-1', other_cell: 'dammam-1' })
    expect(await refusal('confirm=dammam-1&gone=true')).toMatchObject({
      message: expect.stringContaining('wait until that has ended: one'),
    })
    await db.cell.update({ where: { name: 'dammam-1' }, data: { unreachable_since: new Date() } })
    expect(await refusal()).toMatchObject({ message: expect.stringContaining('say that it is gone: one') })
    const { id } = await db.tenant.findFirstOrThrow({ where: { slug: 'one' } })
    const move = await db.operation.create({
      data: {
        id: 'op_move',
        kind: 'tenant-move',
        tenant_id: id,
        parameters: { archive_id: 'bkp_1', to_cell: 'dammam-1' },
        status: 'waiting',
        requested_by: 'usr_1',
        correlation_id: 'cor_1',
        deadline_at: new Date(Date.now() + 3_600_000),
        created_at: new Date(),
        steps: { create: { position: 7, name: 'swap', pivot: false, status: 'done' } },
      },
    })
    expect(await refusal('confirm=dammam-1&gone=true')).toMatchObject({
      message: expect.stringContaining('wait until their moves have ended or gone back: one'),
    })
    await db.operation_step.updateMany({ where: { operation_id: move.id }, data: { status: 'undone' } })
    expect(await refusal()).toMatchObject({ message: expect.stringContaining('say that it is gone: one') })
    expect((await remove('confirm=dammam-1&gone=true')).body.data).toEqual({ name: 'dammam-1' })
    await db.operation_step.deleteMany({ where: { operation_id: move.id } })
    await db.operation.delete({ where: { id: move.id } })
    expect((await remove()).status).toBe(404)
    expect(await db.tenant.findFirstOrThrow({ where: { slug: 'one' } })).toMatchObject({ cell: 'riyadh-1', other_cell: null })
    expect((await trail('dammam-1')).map(({ action }) => action)).toEqual([
      'cell.create',
      'cell.change',
      'cell.change',
      'cell.renew_access',
      'cell.renew_access',
      'cell.remove',
    ])
  })

  it('is changed by who describes it: what the values of the installation say is changed there', async () => {
    for (const [method, path, body] of [
      ['PATCH', 'riyadh-1', { plans: null }],
      ['POST', 'riyadh-1/renew-access', { kubeconfig: 'x' }],
      ['DELETE', 'riyadh-1?confirm=riyadh-1', undefined],
    ] as const) {
      expect((await send(method, path, body)).body.errors[0]).toMatchObject({ code: 'invalid_transition', details: { cell: 'riyadh-1' } })
    }
    expect((await read('riyadh-1')).actions).toEqual(['close'])
    expect((await read('jeddah-1')).actions).toEqual(['open', 'renew-access', 'change', 'remove'])
  })
})
