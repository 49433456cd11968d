import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, TestPlatform } from '../testing/platform.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const post = (url: string, body: object = {}, as = token) => platform.request('POST', `/api/v1${url}`, { token: as, body })
const get = (url: string, as = token) => platform.request('GET', `/api/v1${url}`, { token: as })
const codeOf = (answer: Answer) => [answer.status, answer.body.errors[0]?.code]

async function serving(slug: string): Promise<string> {
  const created = await platform.createTenant(token, slug)
  await platform.ended(token, created.body.data.operation.id)
  return created.body.data.tenant.id
}

async function backedUp(slug: string): Promise<string> {
  const started = await post(`/tenants/${slug}/backups`)
  expect(started.status).toBe(202)
  expect((await platform.ended(token, started.body.data.operation.id)).status).toBe('succeeded')
  return started.body.data.backup.id
}

describe('a backup', () => {
  it('is there at once as running, then says what it holds', async () => {
    await serving('kept')
    const started = await post('/tenants/kept/backups')
    expect(started.body.data.backup).toMatchObject({ kind: 'manual', status: 'running', tenant_slug: 'kept', checksum: null, actions: [] })
    await platform.ended(token, started.body.data.operation.id)
    const { data } = (await get(`/backups/${started.body.data.backup.id}`)).body
    expect(data).toMatchObject({ status: 'ready', verified_at: null, rows: 5, actions: ['restore', 'restore_as', 'delete'] })
    expect(data.checksum).toMatch(/^[0-9a-f]{64}$/)
    const { data: listed, meta } = (await get('/tenants/kept/backups')).body
    expect([listed.map((item: { id: string }) => item.id), meta.total]).toEqual([[data.id], 1])
    expect((await get('/backups?kind=scheduled')).body.meta.total).toBe(0)
  })

  it('is encrypted for a key of its tenant, which no other tenant’s backup shares', async () => {
    await serving('one-key')
    await serving('other-key')
    const [first, second] = [await backedUp('one-key'), await backedUp('other-key')]
    const { archives } = platform.driver
    expect(archives.get(first)?.recipient).toMatch(/^age1/)
    expect(archives.get(first)?.recipient).not.toBe(archives.get(second)?.recipient)
    expect(archives.get(await backedUp('one-key'))?.recipient).toBe(archives.get(first)?.recipient)
  })

  it('can be destroyed; nothing of it is left', async () => {
    await serving('thinned')
    const id = await backedUp('thinned')
    const started = await platform.request('DELETE', `/api/v1/backups/${id}`, { token })
    await platform.ended(token, started.body.data.operation.id)
    expect(codeOf(await get(`/backups/${id}`))).toEqual([404, 'not_found'])
    expect(platform.driver.archives.has(id)).toBe(false)
  })

  it('that fails leaves nothing behind', async () => {
    await serving('unlucky')
    platform.driver.failing = { method: 'exportArchive', when: 'after', times: 50 }
    const started = await post('/tenants/unlucky/backups')
    await platform.request('POST', `/api/v1/operations/${started.body.data.operation.id}/cancel`, { token })
    const ended = await platform.ended(token, started.body.data.operation.id)
    platform.driver.failing = null
    expect(['failed', 'cancelled']).toContain(ended.status)
    expect((await get('/tenants/unlucky/backups')).body.meta.total).toBe(0)
    expect(platform.driver.archives.has(started.body.data.backup.id)).toBe(false)
  })
})

describe('a restore in place', () => {
  it('wants the address typed again, keeps what there was in a safety backup, and ends serving', async () => {
    const tenantId = await serving('undone')
    const id = await backedUp('undone')
    expect(codeOf(await post('/tenants/undone/restore', { backup_id: id, confirm: 'other' }))).toEqual([422, 'confirmation_required'])
    expect(codeOf(await post('/tenants/undone/restore', { backup_id: 'bkp_none', confirm: 'undone' }))).toEqual([404, 'not_found'])
    const started = await post('/tenants/undone/restore', { backup_id: id, confirm: 'undone' })
    expect((await platform.ended(token, started.body.data.operation.id)).status).toBe('succeeded')
    expect(platform.driver.tenants.get(tenantId)).toMatchObject({
      database: id,
      incoming: null,
      former: null,
      readOnly: false,
      process: true,
    })
    const { data } = (await get('/tenants/undone/backups')).body
    expect(data.map((item: { kind: string; status: string }) => [item.kind, item.status])).toEqual([
      ['safety', 'ready'],
      ['manual', 'ready'],
    ])
    expect((await get('/tenants/undone')).body.data).toMatchObject({ status: 'active', quarantined: false })
  })

  it('of a damaged backup is refused, and the tenant goes on as it was', async () => {
    const tenantId = await serving('sturdy')
    const id = await backedUp('sturdy')
    platform.driver.archives.get(id)!.content = 'damaged'
    const started = await post('/tenants/sturdy/restore', { backup_id: id, confirm: 'sturdy' })
    const ended = await platform.ended(token, started.body.data.operation.id)
    expect(ended).toMatchObject({ status: 'failed', failure: { step: 'load', message: expect.stringContaining('archive_damaged') } })
    expect(platform.driver.tenants.get(tenantId)).toMatchObject({ database: 'empty', incoming: null, readOnly: false, process: true })
    expect((await get('/tenants/sturdy')).body.data).toMatchObject({ status: 'active', operation_id: null })
    // Known as damaged from now on: it is not even tried again.
    expect((await get(`/backups/${id}`)).body.data).toMatchObject({ status: 'damaged', actions: ['delete'] })
    expect(codeOf(await post('/tenants/sturdy/restore', { backup_id: id, confirm: 'sturdy' }))).toEqual([422, 'archive_damaged'])
    expect(codeOf(await post(`/backups/${id}/restore`, { slug: 'sturdy-2' }))).toEqual([422, 'archive_damaged'])
  })

  it('takes no backup of another tenant', async () => {
    await serving('mine')
    await serving('theirs')
    const id = await backedUp('theirs')
    expect(codeOf(await post('/tenants/mine/restore', { backup_id: id, confirm: 'mine' }))).toEqual([404, 'not_found'])
  })
})

describe('a copy', () => {
  it('from a backup is a tenant of its own: other keys, in quarantine until lifted', async () => {
    const sourceId = await serving('original')
    const id = await backedUp('original')
    const made = await post(`/backups/${id}/restore`, { slug: 'twin' })
    expect(made.status).toBe(201)
    expect(made.body.data.tenant).toMatchObject({ slug: 'twin', quarantined: true, plan: 'standard' })
    expect(made.body.data.invitation.url).toContain('/oauth/invitation?token=')
    expect((await platform.ended(token, made.body.data.operation.id)).status).toBe('succeeded')
    const twin = (await get('/tenants/twin')).body.data
    expect(twin).toMatchObject({ status: 'active', runtime: 'running', quarantined: true })
    expect(twin.actions).toContain('lift-quarantine')
    const { tenants } = platform.driver
    expect(tenants.get(twin.id)?.secrets?.tenantKey).not.toBe(tenants.get(sourceId)?.secrets?.tenantKey)
    expect(tenants.get(twin.id)?.document).toMatchObject({ quarantined: true, slug: 'twin' })

    const lifted = await post('/tenants/twin/lift-quarantine')
    expect((await platform.ended(token, lifted.body.data.operation.id)).status).toBe('succeeded')
    expect(tenants.get(twin.id)?.document).toMatchObject({ quarantined: false })
    expect(codeOf(await post('/tenants/twin/lift-quarantine'))).toEqual([409, 'invalid_transition'])
  })

  it('of a living tenant leaves no archive behind', async () => {
    const sourceId = await serving('living')
    const made = await post('/tenants/living/clone', { slug: 'living-2', mask_personal_data: true })
    expect((await platform.ended(token, made.body.data.operation.id)).status).toBe('succeeded')
    expect(await platform.driver.listArchives(sourceId)).toEqual([])
    expect((await get('/tenants/living/backups')).body.meta.total).toBe(0)
  })

  it('wants a free, well-formed address', async () => {
    await serving('taken')
    const id = await backedUp('taken')
    for (const [slug, expected] of [
      ['taken', [409, 'slug_taken']],
      ['admin', [422, 'slug_reserved']],
      ['-x', [422, 'slug_malformed']],
    ] as const) {
      expect(codeOf(await post(`/backups/${id}/restore`, { slug }))).toEqual(expected)
      expect(codeOf(await post('/tenants/taken/clone', { slug }))).toEqual(expected)
    }
  })

  it('of which every step was undone leaves the original untouched and the address free', async () => {
    const sourceId = await serving('whole')
    platform.driver.failing = { method: 'importArchive', when: 'after', times: 50 }
    const made = await post('/tenants/whole/clone', { slug: 'half' })
    await platform.request('POST', `/api/v1/operations/${made.body.data.operation.id}/cancel`, { token })
    await platform.ended(token, made.body.data.operation.id)
    platform.driver.failing = null
    const left = (await platform.driver.inventory()).filter((item) => item.tenantId === made.body.data.tenant.id)
    expect(left).toEqual([])
    expect(await platform.driver.listArchives(sourceId)).toEqual([])
    expect((await get('/slugs/half')).body.data.available).toBe(true)
  })
})

describe('at the same moment', { retry: 0 }, () => {
  it('one of several backups of a tenant is taken, the others hear that it is under way', async () => {
    await serving('busy')
    const answers = await Promise.all(Array.from({ length: 6 }, () => post('/tenants/busy/backups')))
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1)
    for (const refused of answers.filter((answer) => answer.status !== 202)) expect(codeOf(refused)).toEqual([409, 'operation_in_progress'])
  })

  it('one of several copies gets the address', async () => {
    await serving('wanted')
    const id = await backedUp('wanted')
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(`/backups/${id}/restore`, { slug: 'prize' })))
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
    for (const refused of answers.filter((answer) => answer.status !== 201)) expect(codeOf(refused)).toEqual([409, 'slug_taken'])
  })
})

describe('a move', () => {
  it('waits for a second person, and nothing happens before', async () => {
    const tenantId = await serving('mover')
    const asked = await post('/tenants/mover/move', { reason: 'the disk is replaced' })
    expect(asked.status).toBe(202)
    expect(asked.body.data).toMatchObject({
      operation: null,
      approval: { kind: 'tenant-move', status: 'pending', details: { slug: 'mover' } },
    })
    expect(codeOf(await post(`/approvals/${asked.body.data.approval.id}/approve`))).toEqual([403, 'second_approver_required'])
    expect(platform.driver.tenants.get(tenantId)).toMatchObject({ readOnly: false, former: null })
  })
})
