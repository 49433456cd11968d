import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import { closeTenant, secondPerson } from '../testing/second-person.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

describe('creating a tenant', () => {
  it('answers at once with operation and invitation, and ends active on its own host', async () => {
    const { status, body } = await platform.createTenant(token, 'souq', { seed: true, verticals: 'all' })
    expect(status).toBe(201)
    expect(body.data.tenant).toMatchObject({
      slug: 'souq',
      status: 'provisioning',
      url: 'http://souq.localhost:8080',
      plan: 'standard',
      owner_email: 'owner@souq.test',
    })
    expect(body.data.tenant.verticals).toContain('catalogue')
    expect(body.data.tenant.verticals).toHaveLength(28)
    expect(body.data.invitation.url).toMatch(/^http:\/\/cityos\.localhost:8080\/oauth\/invitation\?token=/)
    const operation = await platform.ended(token, body.data.operation.id)
    expect(operation).toMatchObject({ status: 'succeeded', past_pivot: true, pivot: 'health', progress: { done: 10, total: 10 } })
    expect(operation.steps.map((step: { name: string }) => step.name)).toEqual([
      'names',
      'schema',
      'database',
      'secrets',
      'deploy',
      'seed',
      'route',
      'health',
      'billing',
      'hand-over',
    ])
    const read = await platform.request('GET', '/api/v1/tenants/souq', { token })
    expect(read.body.data).toMatchObject({ status: 'active', runtime: 'running', operation_id: null, domains: ['souq.localhost'] })
    expect(read.body.data.actions).toEqual(expect.arrayContaining(['change', 'suspend', 'sleep', 'close']))
  })

  it.each([
    ['Souq!', 422, 'slug_malformed', 'souq'],
    ['ab', 422, 'slug_malformed', 'lower-case'],
    ['a--b', 422, 'slug_malformed', 'a-b'],
    ['admin', 422, 'slug_reserved', 'choose another'],
    ['cityos', 422, 'slug_reserved', 'cityos-city'],
    ['souq', 409, 'slug_taken', 'another tenant'],
  ])('refuses the address %s with %i %s and says what to do', async (slug, status, code, says) => {
    const answer = await platform.createTenant(token, slug, { owner: 'owner@x.test' })
    expect(answer.status).toBe(status)
    expect(answer.body.errors[0]).toMatchObject({ code, field: 'slug' })
    expect(answer.body.errors[0].message).toContain(says)
  })

  it.each([
    [{ verticals: ['booking', 'teleport'] }, 422, 'unknown_vertical', 'teleport'],
    [{ plan: 'gold' }, 422, 'unknown_plan', 'starter, standard, unlimited'],
    [{ release: '9.9.9' }, 422, 'unknown_release', '9.9.9'],
    [{ plan: 'starter', verticals: 'all' }, 409, 'quota_exceeded', 'larger plan'],
    [{ locales: ['en'], default_locale: 'ar' }, 422, 'validation_failed', 'ar'],
    [{ timezone: 'Mars/Olympus' }, 422, 'validation_failed', 'time zone'],
    [{ driver: 'kubernetes' }, 422, 'validation_failed', 'local'],
    [{ owner: 'nobody' }, 400, 'invalid_request', ''],
  ])('refuses %j with %i %s', async (more, status, code, says) => {
    const answer = await platform.createTenant(token, 'another', more)
    expect(answer.status).toBe(status)
    expect(answer.body.errors[0].code).toBe(code)
    expect(answer.body.errors[0].message).toContain(says)
    expect((await platform.request('GET', '/api/v1/tenants/another', { token })).status).toBe(404)
  })

  it('gives one of twenty rivals for an address the tenant', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => platform.createTenant(token, 'race')))
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 409 && answer.body.errors[0].code === 'slug_taken')).toHaveLength(19)
    await platform.ended(token, answers.find((answer) => answer.status === 201)?.body.data.operation.id)
  })

  it('needs an Idempotency-Key, and answers the same for the same one', async () => {
    const body = { slug: 'twice', name: 'Twice', owner: 'owner@twice.test' }
    expect((await platform.request('POST', '/api/v1/tenants', { token, body })).body.errors[0].code).toBe('idempotency_key_required')
    const headers = { 'idempotency-key': 'the-same-key' }
    const first = await platform.request('POST', '/api/v1/tenants', { token, body, headers })
    const second = await platform.request('POST', '/api/v1/tenants', { token, body, headers })
    expect(first.status).toBe(201)
    expect(second.status).toBe(201)
    expect(second.body.data).toEqual(first.body.data)
    const other = await platform.request('POST', '/api/v1/tenants', { token, body: { ...body, name: 'Other' }, headers })
    expect(other.body.errors[0].code).toBe('idempotency_conflict')
    await platform.ended(token, first.body.data.operation.id)
  })

  it('says whether an address is free', async () => {
    const check = async (slug: string) => (await platform.request('GET', `/api/v1/slugs/${slug}`, { token })).body.data
    expect(await check('free-one')).toMatchObject({ available: true, reason: null })
    expect(await check('souq')).toMatchObject({ available: false, reason: 'slug_taken' })
    expect(await check('www')).toMatchObject({ available: false, reason: 'slug_reserved' })
    expect(await check('UPPER')).toMatchObject({ available: false, reason: 'slug_malformed' })
  })
})

describe('a tenant’s life', () => {
  const act = async (verb: string, slug = 'souq') => {
    const answer = await platform.request('POST', `/api/v1/tenants/${slug}/${verb}`, { token })
    if (answer.status !== 202) return answer
    expect((await platform.ended(token, answer.body.data.operation.id)).status).toBe('succeeded')
    return answer
  }
  const read = async (slug = 'souq') => (await platform.request('GET', `/api/v1/tenants/${slug}`, { token })).body.data

  it('is suspended and resumed, and the driver knows', async () => {
    const before = await read()
    await act('suspend')
    expect(await read()).toMatchObject({
      status: 'suspended',
      version: before.version + 1,
      actions: expect.arrayContaining(['change', 'resume', 'sleep', 'close']),
    })
    expect(platform.driver.tenants.get(before.id)?.document?.status).toBe('suspended')
    const again = await act('suspend')
    expect(again.status).toBe(409)
    expect(again.body.errors[0].code).toBe('invalid_transition')
    await act('resume')
    expect(await read()).toMatchObject({ status: 'active' })
  })

  it('sleeps and wakes', async () => {
    await act('sleep')
    expect(await read()).toMatchObject({ runtime: 'asleep' })
    expect((await platform.request('GET', '/api/v1/tenants?runtime=asleep', { token })).body.meta.total).toBe(1)
    await act('wake')
    expect(await read()).toMatchObject({ runtime: 'running' })
  })

  it('is changed under its version', async () => {
    const { id, version } = await read()
    const stale = await platform.request('PATCH', `/api/v1/tenants/${id}`, { token, body: { name: 'X', version: version - 1 } })
    expect(stale.body.errors[0].code).toBe('stale_version')
    const changed = await platform.request('PATCH', `/api/v1/tenants/${id}`, {
      token,
      body: { name: { en: 'Grand Souq', ar: 'السوق الكبير' }, verticals: ['booking'], version },
    })
    expect(changed.status).toBe(202)
    await platform.ended(token, changed.body.data.operation.id)
    expect(await read()).toMatchObject({ name: { en: 'Grand Souq', ar: 'السوق الكبير' }, verticals: ['booking'], version: version + 1 })
  })

  it('is closed, reopened, closed and deleted, and leaves nothing', async () => {
    const { id } = await read()
    const people = { asks: token, agrees: (await secondPerson(platform, token)).access_token }
    await closeTenant(platform, people, 'souq')
    const closed = await read()
    expect(closed).toMatchObject({ status: 'closing', runtime: null })
    expect(closed.actions).toEqual(expect.arrayContaining(['reopen', 'delete']))
    await act('reopen')
    expect(await read()).toMatchObject({ status: 'active', runtime: 'running', closing_until: null })
    const approval = await closeTenant(platform, people, 'souq', { retention_days: 7, reason: 'the market moved' })
    const unconfirmed = await platform.request('DELETE', `/api/v1/tenants/${id}?confirm=wrong`, { token })
    expect(unconfirmed.body.errors[0].code).toBe('confirmation_required')
    // its days are not over: that takes two people again
    const asked = await platform.request('DELETE', `/api/v1/tenants/${id}?confirm=souq`, { token })
    expect(asked.body.data).toMatchObject({ operation: null, approval: { kind: 'tenant-delete', status: 'pending' } })
    const path = `/api/v1/approvals/${asked.body.data.approval.id}/approve`
    expect((await platform.request('POST', path, { token, body: {} })).body.errors[0].code).toBe('second_approver_required')
    const deleted = await platform.request('POST', path, { token: people.agrees, body: {} })
    expect((await platform.ended(token, deleted.body.data.operation.id)).status).toBe('succeeded')
    const { certificate, jws, jwks } = (await platform.request('GET', '/api/v1/tenants/souq/certificate', { token })).body.data
    expect(certificate).toMatchObject({
      kind: 'tenant-deletion',
      tenant_id: id,
      slug: 'souq',
      issuer: 'cityos.localhost',
      operation_id: deleted.body.data.operation.id,
      closing: { approval_id: approval.id, retention_days: 7 },
      after: { left: [], forced: [] },
    })
    expect(certificate.closing.approved_by).not.toBe(certificate.closing.requested_by)
    expect(certificate.destroyed.map((item: { step: string }) => item.step)).toEqual(
      expect.arrayContaining(['stop', 'backups', 'database', 'files-and-secrets', 'billing', 'cache', 'registry', 'sweep']),
    )
    // what there was: everything, with the rows the final archive counted
    expect(new Set(certificate.before.entries.map((entry: { kind: string }) => entry.kind))).toEqual(
      new Set([
        ...['database', 'role', 'route', 'files', 'secret', 'backup', 'sealed key', 'domain', 'backups', 'invitations'],
        ...certificate.before.entries.map((entry: { kind: string }) => entry.kind),
      ]),
    )
    expect(certificate.before.rows.total).toBeGreaterThan(0)
    expect(certificate.before.backups.map((backup: { kind: string }) => backup.kind)).toContain('archive')
    expect(Date.parse(certificate.backups.key_destroyed_at)).toBeLessThanOrEqual(Date.parse(certificate.backups.destroyed_at))
    expect(jwks.keys).toHaveLength(1)
    const verified = async (text: string) =>
      (await platform.request('POST', '/api/v1/certificates/verify', { token, body: { jws: text } })).body.data
    expect(await verified(jws)).toEqual({ valid: true, certificate })
    const [head, body, signature] = jws.split('.')
    const forged = Buffer.from(JSON.stringify({ ...certificate, slug: 'other' })).toString('base64url')
    expect(await verified([head, forged, signature].join('.'))).toEqual({ valid: false, certificate: null })
    expect(await verified(`${body}.${head}.x`)).toEqual({ valid: false, certificate: null })
    expect((await platform.driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
    expect((await platform.request('GET', `/api/v1/tenants/${id}`, { token })).body.data).toMatchObject({
      status: 'closed',
      owner_email: '',
      actions: [],
    })
    const reused = await platform.createTenant(token, 'souq')
    expect(reused.status).toBe(201)
    await platform.ended(token, reused.body.data.operation.id)
  })
})

describe('what is shown of the fleet', () => {
  it('lists, filters and counts', async () => {
    const list = await platform.request('GET', '/api/v1/tenants?q=sou&limit=5', { token })
    expect(list.body.data.map((tenant: { slug: string }) => tenant.slug)).toEqual(['souq'])
    expect(list.body.meta).toMatchObject({ total: 1, limit: 5, offset: 0 })
    const byOwner = await platform.request('GET', '/api/v1/tenants?q=OWNER@souq.test', { token })
    expect(byOwner.body.meta.total).toBe(1)
    const fleet = await platform.request('GET', '/api/v1/fleet', { token })
    expect(fleet.body.data.counts).toMatchObject({ active: 3, failed: 0 })
    const plans = await platform.request('GET', '/api/v1/plans', { token })
    expect(plans.body.data.filter((plan: { default: boolean }) => plan.default).map((plan: { code: string }) => plan.code)).toEqual([
      'standard',
    ])
    const releases = await platform.request('GET', '/api/v1/releases', { token })
    expect(releases.body.data).toMatchObject([{ version: '0.0.0+test', current: true, tenants: 3 }])
    const verticals = await platform.request('GET', '/api/v1/verticals?limit=100', { token })
    expect(verticals.body.data[0]).toMatchObject({ code: 'catalogue', tenants: 3 })
  })

  it('has health, metrics and OpenAPI', async () => {
    const health = await platform.request('GET', '/health')
    expect(health.body.data).toMatchObject({
      status: 'ok',
      dependencies: { database: { status: 'ok' }, driver_local: { status: 'ok' }, operation_runner: { status: 'ok' } },
    })
    expect((await platform.request('GET', '/metrics')).text).toContain('cityos_tenants 3')
    const document = await platform.request('GET', '/api/v1/openapi.json')
    expect(document.body.paths['/api/v1/tenants'].post.operationId).toBe('tenant.create')
  })

  it('keeps an audit trail that holds together', async () => {
    const verified = await platform.request('GET', '/api/v1/audit/verify', { token })
    expect(verified.body.data).toMatchObject({ verified: true, first_broken: null })
    expect(verified.body.data.entries).toBeGreaterThan(10)
  })
})
