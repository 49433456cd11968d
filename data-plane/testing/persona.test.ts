import { type ErrorBody, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assignPersona, chooseMyPersona, createPersona, getMyPersona, listPersonas, unassignPersona } from '../core/persona/contract.ts'
import { resolvePersona } from '../core/persona/resolution.ts'
import { SeedSource } from '../platform/seed/seed-source.ts'
import { listEvents } from '../verticals/event-ticketing/contract.ts'
import { admin, startTestPlane, type TestPlane } from './plane.ts'
import { database } from './shop.ts'

let plane: TestPlane
let adult: { handle: string; id: string }
const as = { actor: admin }

beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'event-ticketing'] })
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
  const { items } = await plane.client()(listEvents, { query: { limit: 1 } })
  adult = items[0]!
  await sql`UPDATE event_event SET age_min = 18 WHERE id = ${adult.id}`.execute(database(plane).read)
})
afterAll(() => plane?.stop())

/** Over HTTP, as a browser with these cookies. */
async function ask(method: 'GET' | 'PUT', url: string, options: { cookie?: string; body?: object } = {}) {
  const answer = await plane.app
    .getHttpAdapter()
    .getInstance()
    .inject({
      method,
      url,
      headers: {
        host: 'test.localhost',
        ...(options.cookie ? { cookie: options.cookie, 'sec-fetch-site': 'same-origin' } : {}),
        ...(options.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(options.body ? { payload: JSON.stringify(options.body) } : {}),
    })
  const { data, errors } = JSON.parse(answer.body) as { data: Record<string, unknown>; errors: ErrorBody[] }
  const cookies = answer.cookies.map(({ name, value }) => `${name}=${value}`)
  return { status: answer.statusCode, data, error: errors[0], cookie: cookies.join('; ') }
}
const choose = (code: string | null, cookie?: string) =>
  ask('PUT', '/v1/store/me/persona', { body: { code }, ...(cookie ? { cookie } : {}) })
const mine = async (cookie?: string) => (await ask('GET', '/v1/store/me/persona', cookie ? { cookie } : {})).data

describe('which persona somebody is', () => {
  const personas = new Map(
    (['a', 'b', 'child'] as const).map((code) => [
      code as string,
      { id: code, code, priority: 0, constraints: { kids_safe: code === 'child' } },
    ]),
  )
  const nothing = { session: null, surface: null, customer: null, tenant: null }
  it('the first step that says something leads: session, surface, customer, tenant', () => {
    expect(resolvePersona({ ...nothing, customer: 'a', tenant: 'b' }, personas)).toMatchObject({
      source: 'customer',
      persona: { code: 'a' },
    })
    expect(resolvePersona({ ...nothing, session: 'b', surface: 'a' }, personas)).toMatchObject({ source: 'session' })
    expect(resolvePersona({ ...nothing, session: 'gone', tenant: 'b' }, personas)).toMatchObject({
      source: 'tenant',
      persona: { code: 'b' },
    })
    expect(resolvePersona(nothing, personas)).toMatchObject({ source: 'none', persona: null })
  })

  it('what is kept away is the strictest of all that fit, whoever leads', () => {
    expect(resolvePersona({ ...nothing, session: 'a', surface: 'child' }, personas)).toMatchObject({
      persona: { code: 'a' },
      constraints: { kids_safe: true },
    })
    expect(resolvePersona({ ...nothing, session: 'a' }, personas).constraints.kids_safe).toBe(false)
  })
})

describe('a visitor', () => {
  it('is offered the personas of the city, chooses one for the visit, is told why, and forgets it', async () => {
    const before = await mine()
    expect(before).toMatchObject({ persona: null, source: 'none', constraints: { kids_safe: false } })
    expect((before['offered'] as { code: string }[]).map((one) => one.code)).toEqual([
      'kid-safe',
      'resident-family',
      'senior',
      'student',
      'tourist',
      'business-visitor',
    ])
    const { cookie, data } = await choose('tourist')
    expect(data).toMatchObject({ persona: { code: 'tourist' }, source: 'session' })
    expect((await mine(cookie))['why']).toEqual([
      { source: 'session', code: 'tourist' },
      { source: 'surface', code: null },
      { source: 'customer', code: null },
      { source: 'tenant', code: null },
    ])
    expect((await choose(null, cookie)).data).toMatchObject({ persona: null })
    expect((await choose('nobody')).error).toMatchObject({ code: 'validation_failed', field: 'code' })
  })

  it('as a child is shown nothing for adults, and is refused it by its address', async () => {
    const { cookie } = await choose('kid-safe')
    const handles = (answer: { data: unknown }) => (answer.data as { handle: string }[]).map((one) => one.handle)
    const list = '/v1/store/events?limit=100'
    expect(handles(await ask('GET', list))).toContain(adult.handle)
    expect(handles(await ask('GET', list, { cookie }))).not.toContain(adult.handle)
    const direct = await ask('GET', `/v1/store/events/${adult.handle}`, { cookie })
    expect(direct).toMatchObject({ status: 403, error: { code: 'persona_restricted', details: { constraint: 'kids_safe' } } })
    expect((await ask('GET', `/v1/store/events/${adult.handle}`)).status).toBe(200)
  })

  it('of a shop with a persona of its own gets that one, and its strictness, until it is taken back', async () => {
    const { items } = await plane.call(listPersonas, {}, as)
    const child = items.find((one) => one.code === 'kid-safe')!
    const body = { subject_kind: 'tenant' as const, subject_id: 'shop' as const }
    const given = await plane.call(assignPersona, { params: { id: child.id }, body }, as)
    expect(await mine()).toMatchObject({ persona: { code: 'kid-safe' }, source: 'tenant', constraints: { kids_safe: true } })
    const { cookie } = await choose('tourist')
    expect(await mine(cookie)).toMatchObject({ persona: { code: 'tourist' }, constraints: { kids_safe: true } })
    await plane.call(unassignPersona, { params: { id: given.id } }, as)
    expect(await plane.client()(getMyPersona)).toMatchObject({ source: 'none' })
  })

  it('signed in, is remembered with the account when asked, and forgotten when not', async () => {
    const customer = { kind: 'customer' as const, id: newId('cus'), sessionId: 'ses_x' }
    expect(await plane.call(chooseMyPersona, { body: { code: 'senior', remember: true } }, { actor: customer })).toMatchObject({
      source: 'customer',
    })
    expect(await plane.call(getMyPersona, {}, { actor: customer })).toMatchObject({ persona: { code: 'senior' }, source: 'customer' })
    await plane.call(chooseMyPersona, { body: { code: null } }, { actor: customer })
    expect(await plane.call(getMyPersona, {}, { actor: customer })).toMatchObject({ persona: null, source: 'none' })
  })
})

it('an axis nobody knows is refused', async () => {
  const body = { code: 'odd', name: { en: 'Odd', ar: 'غريب' }, axes: { religion: ['any'] } }
  await expect(plane.call(createPersona, { body }, as)).rejects.toMatchObject({
    status: 422,
    errors: [{ code: 'validation_failed', field: 'axes.religion' }],
  })
})
