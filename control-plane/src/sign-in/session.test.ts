import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { mailsTo, type Person, person } from '../testing/people.ts'
import { TestPlatform, type Tokens } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { Expiry } from './expiry.ts'

const clock = new TestClock()
let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start(undefined, { clock })
})
afterAll(() => platform.stop())

const refresh = (refresh_token: string) =>
  platform.request('POST', '/oauth/token', { body: { grant_type: 'refresh_token', refresh_token, client_id: 'cli' } })
const me = async (tokens: Tokens) => (await platform.request('GET', '/api/v1/staff/me', { token: tokens.access_token })).status
const sessions = async (tokens: Tokens) =>
  (await platform.request('GET', '/api/v1/staff/me/sessions', { token: tokens.access_token })).body.data
const open = (who: Person) => platform.signIn(who.email, who.password)

describe('five sessions', { retry: 0 }, () => {
  it('go on; the sixth ends the oldest, which its owner is told and the audit trail keeps', async () => {
    const who = await person(platform)
    const opened: Tokens[] = []
    for (let index = 0; index < 6; index++) {
      opened.push(await open(who))
      clock.move(1)
    }
    expect(await Promise.all(opened.map(me))).toEqual([401, 200, 200, 200, 200, 200])
    expect((await refresh(opened[0]!.refresh_token)).status).toBe(401)
    expect((await mailsTo(platform, who.email)).map((mail) => mail.template)).toEqual(['session-limit'])
    const sid = decodeJwt(opened[0]!.access_token)['sid'] as string
    const entries = await platform.app.get(Registry).db.audit_entry.findMany({ where: { resource_id: sid, action: 'session.end' } })
    expect(entries.map((entry) => entry.reason)).toEqual(['session_limit'])
  })

  it('are five also when eight are opened at the same moment', async () => {
    const who = await person(platform)
    const opened = await Promise.all(Array.from({ length: 8 }, () => open(who)))
    const statuses = await Promise.all(opened.map(me))
    expect(statuses.filter((status) => status === 200)).toHaveLength(5)
  })

  it('count a browser once, whatever consoles it opens', async () => {
    const who = await person(platform)
    const first = await open(who)
    const { id } = (await sessions(first))[0]
    // two more consoles of the same sign-in
    const db = platform.app.get(Registry).db
    const row = await db.staff_session.findFirstOrThrow({ where: { sign_in_id: id } })
    for (const audience of ['tenant:a', 'tenant:b'])
      await db.staff_session.create({ data: { ...row, id: `${row.id}${audience.at(-1)}`, audience } })
    for (let index = 0; index < 4; index++) await open(who)
    expect(await me(first)).toBe(200)
    expect(await sessions(first)).toHaveLength(5)
    await open(who)
    const left = await db.staff_session.findMany({ where: { sign_in_id: id, revoked_at: null } })
    expect(left).toHaveLength(0)
  })
})

describe('the list of sessions', () => {
  it('says which one is this, and ends one or all others', async () => {
    const who = await person(platform)
    const [first, second, third] = [await open(who), await open(who), await open(who)]
    const listed = await sessions(third)
    expect(listed.map((session: { current: boolean }) => session.current)).toEqual([true, false, false])
    expect(listed[0]).toMatchObject({ clients: ['cli'], audiences: ['cityos'], actions: ['end'] })
    const oldest = listed.at(-1).id as string
    const end = (id: string) => platform.request('POST', `/api/v1/staff/me/sessions/${id}/end`, { token: third.access_token })
    expect((await end(oldest)).status).toBe(200)
    expect(await me(first)).toBe(401)
    expect((await end(oldest)).status).toBe(404)
    const others = await platform.request('POST', '/api/v1/staff/me/sessions/end-others', { token: third.access_token })
    expect(others.body.data).toEqual({ ended: 1 })
    expect([await me(second), await me(third)]).toEqual([401, 200])
    const stranger = await open(await person(platform))
    const foreign = (await sessions(third))[0].id as string
    const answer = await platform.request('POST', `/api/v1/staff/me/sessions/${foreign}/end`, { token: stranger.access_token })
    expect(answer.status).toBe(404)
  })
})

describe('a stolen refresh token', { retry: 0 }, () => {
  it('ends its whole family, also when thief and owner come at the same moment; the owner is told once', async () => {
    const who = await person(platform)
    const other = await open(who)
    const { refresh_token } = await open(who)
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(refresh_token)))
    const winner = answers.find((answer) => answer.status === 200)
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.body.errors?.[0]?.code === 'refresh_reused').length).toBeGreaterThanOrEqual(1)
    expect((await refresh(winner?.body.refresh_token)).status).toBe(401)
    expect(await me(winner?.body)).toBe(401)
    expect(await me(other)).toBe(200) // another sign-in of the same person goes on
    expect((await mailsTo(platform, who.email)).map((mail) => mail.template)).toEqual(['session-stolen'])
  })
})

describe('a clock set back an hour', () => {
  it('makes no token and no code valid a second time', async () => {
    const who = await person(platform)
    const old = await open(who)
    const { code, verifier } = await platform.code(who.email, who.password, 'cityos')
    const exchange = () =>
      platform.request('POST', '/oauth/token', {
        body: {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          client_id: 'cli',
          redirect_uri: 'urn:ietf:wg:oauth:2.0:oob',
        },
      })
    clock.move(20 * 60)
    expect(await me(old)).toBe(401) // the access token has run out
    expect((await exchange()).status).toBe(400) // and so has the code
    const kept = await open(who)
    const used = kept.refresh_token
    const next = (await refresh(used)).body as Tokens
    clock.move(-3600)
    expect(await me(old)).toBe(401)
    expect((await exchange()).status).toBe(400)
    expect((await refresh(used)).body.errors[0].code).toBe('refresh_reused')
    expect(await me(next)).toBe(401)
    const fresh = await open(who) // people still get in
    expect(await me(fresh)).toBe(200)
    expect((await refresh(fresh.refresh_token)).status).toBe(200)
    clock.move(3600)
  })

  it('is noticed also by a process that starts afterwards', async () => {
    clock.move(7200)
    const expiry = platform.app.get(Expiry)
    const latest = expiry.now()
    await expiry.save()
    clock.move(-7200)
    const restarted = new Expiry(platform.app.get(Registry), clock)
    expect(restarted.now().getTime()).toBeLessThan(latest.getTime() - 3_600_000)
    await restarted.load()
    expect(restarted.now().getTime()).toBeGreaterThanOrEqual(latest.getTime())
  })
})
