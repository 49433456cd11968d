import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const read = async (id: string) => (await platform.request('GET', `/api/v1/operations/${id}`, { token })).body.data
const steer = (id: string, verb: string, body?: object) =>
  platform.request('POST', `/api/v1/operations/${id}/${verb}`, { token, ...(body ? { body } : {}) })

/** Polls until the operation looks as wanted. */
async function until(id: string, wanted: (operation: { status: string; actions: string[]; blocked_by: unknown }) => boolean) {
  const deadline = performance.now() + 45_000
  for (;;) {
    const operation = await read(id)
    if (wanted(operation)) return operation
    if (performance.now() > deadline) throw new Error(`operation stays ${JSON.stringify(operation.status)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('an operation that does not get on', () => {
  it('waits, says what blocks it and who can help, keeps others out, and is resumed by hand', async () => {
    platform.driver.failing = { method: 'ensureDatabase', when: 'after', times: 3 }
    const { body } = await platform.createTenant(token, 'waits')
    const id = body.data.operation.id as string
    const waiting = await until(id, (operation) => operation.status === 'waiting')
    expect(waiting).toMatchObject({ past_pivot: false, failure: null, blocked_by: { step: 'database', owner: 'database administrator' } })
    expect(waiting.blocked_by.what).toContain('made to fail')
    expect(waiting.actions).toEqual(['cancel', 'resume'])
    const second = await platform.request('DELETE', `/api/v1/tenants/waits?confirm=waits`, { token })
    expect(second.status).toBe(409)
    expect(second.body.errors[0]).toMatchObject({ code: 'operation_in_progress', details: { operation_id: id, kind: 'tenant-create' } })
    for (;;) {
      const now = await read(id)
      if (now.status === 'succeeded') break
      if (now.actions.includes('resume')) await steer(id, 'resume')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(
      (await platform.driver.inventory()).filter((item) => item.tenantId === body.data.tenant.id && item.kind === 'database'),
    ).toHaveLength(1)
  })

  it('is cancelled before its pivot: everything is undone, and it can be retried', async () => {
    platform.driver.failing = { method: 'start', when: 'after', times: 100 }
    const { body } = await platform.createTenant(token, 'cancelled')
    const { id } = body.data.operation
    await until(id, (operation) => operation.status === 'waiting')
    const cancelled = await steer(id, 'cancel')
    expect(cancelled.status).toBe(202)
    const ended = await platform.ended(token, id)
    expect(ended).toMatchObject({ status: 'cancelled', actions: ['retry'] })
    expect((await platform.driver.inventory()).filter((item) => item.tenantId === body.data.tenant.id)).toEqual([])
    const tenant = (await platform.request('GET', '/api/v1/tenants/cancelled', { token })).body.data
    expect(tenant).toMatchObject({ status: 'failed', failure: { message: 'cancelled before health' }, actions: ['delete'] })
    platform.driver.failing = null
    expect((await steer(id, 'retry')).status).toBe(202)
    expect((await platform.ended(token, id)).status).toBe('succeeded')
    expect((await platform.request('GET', '/api/v1/tenants/cancelled', { token })).body.data).toMatchObject({
      status: 'active',
      failure: null,
    })
  })

  it('gives its address up when it failed: a retry after somebody else took it is refused', async () => {
    platform.driver.failing = { method: 'start', when: 'before', times: 100 }
    const { body } = await platform.createTenant(token, 'contested')
    await until(body.data.operation.id, (operation) => operation.status === 'waiting')
    await steer(body.data.operation.id, 'cancel')
    await platform.ended(token, body.data.operation.id)
    platform.driver.failing = null
    const winner = await platform.createTenant(token, 'contested')
    expect(winner.status).toBe(201)
    await platform.ended(token, winner.body.data.operation.id)
    const retried = await steer(body.data.operation.id, 'retry')
    expect(retried.body.errors[0].code).toBe('slug_taken')
  })

  it('past its pivot is not cancelled, and goes forward', async () => {
    const made = await platform.createTenant(token, 'forward')
    await platform.ended(token, made.body.data.operation.id)
    platform.driver.failing = { method: 'stop', when: 'before', times: 1 }
    const second = (await secondPerson(platform, token)).access_token
    const asked = await platform.request('POST', '/api/v1/tenants/forward/close', { token })
    const path = `/api/v1/approvals/${asked.body.data.approval.id}/approve`
    const closing = await platform.request('POST', path, { token: second, body: {} })
    const { id } = closing.body.data.operation
    const waiting = await until(id, (operation) => operation.status === 'waiting')
    expect(waiting.actions).toEqual(['resume'])
    const refused = await steer(id, 'cancel')
    expect(refused.status).toBe(409)
    expect(refused.body.errors[0]).toMatchObject({ code: 'operation_past_pivot', details: { pivot: 'document' } })
    expect((await platform.ended(token, id)).status).toBe('succeeded')
  })

  it('has its check skipped by force, with a reason, in the audit trail', async () => {
    platform.driver.failing = { method: 'health', when: 'before', times: 100 }
    const { body } = await platform.createTenant(token, 'forced')
    const { id } = body.data.operation
    const waiting = await until(id, (operation) => operation.status === 'waiting')
    expect(waiting.actions).toEqual(['cancel', 'resume', 'force'])
    expect((await steer(id, 'force', { step: 'route', reason: 'not a check' })).body.errors[0].code).toBe('validation_failed')
    expect((await steer(id, 'force', { step: 'health', reason: '' })).status).toBe(400)
    expect((await steer(id, 'force', { step: 'health', reason: 'seen by eye' })).status).toBe(202)
    const ended = await platform.ended(token, id)
    platform.driver.failing = null
    expect(ended).toMatchObject({ status: 'succeeded', forced_steps: ['health'] })
    expect(ended.steps.find((step: { name: string }) => step.name === 'health').status).toBe('skipped')
    const trail = await platform.request('GET', '/api/v1/audit?action=operation.force', { token })
    expect(trail.body.data[0]).toMatchObject({ reason: 'seen by eye', resource: { type: 'operation', id } })
  })

  it('that has ended is neither resumed, cancelled nor forced', async () => {
    const { body } = await platform.createTenant(token, 'ended')
    await platform.ended(token, body.data.operation.id)
    for (const verb of ['resume', 'cancel', 'retry'])
      expect((await steer(body.data.operation.id, verb)).body.errors[0].code).toBe('invalid_transition')
    expect((await steer(body.data.operation.id, 'force', { step: 'health', reason: 'late' })).body.errors[0].code).toBe(
      'invalid_transition',
    )
  })

  it('starts one of ten rivals at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => platform.request('POST', '/api/v1/tenants/ended/suspend', { token })),
    )
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1)
    for (const answer of answers.filter((one) => one.status !== 202)) {
      expect(answer.status).toBe(409)
      expect(['operation_in_progress', 'invalid_transition']).toContain(answer.body.errors[0].code)
    }
    await platform.ended(token, answers.find((answer) => answer.status === 202)?.body.data.operation.id)
  })
})

describe('the journal as a stream', () => {
  it('replays from the beginning, or after the last event seen, and ends with the operation', async () => {
    const { body } = await platform.createTenant(token, 'streamed')
    const url = `/api/v1/operations/${body.data.operation.id}/events`
    const live = await platform.request('GET', url, { token, headers: { accept: 'text/event-stream' } })
    const events = parse(live.text)
    expect(events.at(-1)?.data).toMatchObject({
      kind: 'status',
      status: 'succeeded',
      operation: { status: 'succeeded', progress: { done: 10, total: 10 } },
    })
    expect(events.filter((event) => event.data.kind === 'step' && event.data.status === 'done').map((event) => event.data.step)).toEqual(
      body.data.operation.steps.map((step: { name: string }) => step.name),
    )
    const middle = events[5]!
    const rest = parse((await platform.request('GET', url, { token, headers: { 'last-event-id': middle.id } })).text)
    expect(rest.map((event) => event.id)).toEqual(events.slice(6).map((event) => event.id))
    const none = parse((await platform.request('GET', `${url}?after=${events.at(-1)?.id}`, { token })).text)
    expect(none).toEqual([])
  })

  it('is not there for a stranger', async () => {
    expect((await platform.request('GET', '/api/v1/operations/op_unknown/events', { token })).status).toBe(404)
    expect((await platform.request('GET', '/api/v1/operations/op_unknown/events')).status).toBe(401)
  })
})

function parse(text: string) {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => ({
      id: block.match(/^id: (.*)$/m)?.[1] ?? '',
      data: JSON.parse(block.match(/^data: (.*)$/m)?.[1] ?? 'null') as { kind: string; step: string; status: string; operation: unknown },
    }))
}
