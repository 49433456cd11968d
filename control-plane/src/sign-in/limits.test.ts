import type { AnyEndpoint } from '@cityos/contract'
import { EndpointRegistry } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { person } from '../testing/people.ts'
import { TestPlatform } from '../testing/platform.ts'
import { signInLimit } from './sign-in.contract.ts'

let platform: TestPlatform
let endpoints: AnyEndpoint[]

/** Answers nobody can guess their way into by repetition, and that every page load asks for. */
const harmless = [
  'auth.session',
  'auth.sign_out',
  'account.read',
  'account.sessions',
  'account.change',
  'account.end_session',
  'account.end_other_sessions',
]

beforeAll(async () => {
  platform = await TestPlatform.start()
  endpoints = platform.app
    .get(EndpointRegistry)
    .all()
    .map(({ endpoint }) => endpoint)
    .filter(({ id }) => /^(oauth|auth|account)\./.test(id) && !harmless.includes(id))
})
afterAll(() => platform.stop())

/** Something each endpoint takes without refusing it as malformed. */
const bodies: Record<string, object> = {
  'oauth.sign_in': { request: 'req_none', email: 'a@b.test', password: 'x' },
  'oauth.code': { request: 'req_none', code: '000000' },
  'oauth.continue': { request: 'req_none' },
  'oauth.token': { grant_type: 'refresh_token', refresh_token: 'none', client_id: 'cli' },
  'oauth.revoke': { token: 'none' },
  'oauth.accept_invitation': { token: 'none', password: 'x' },
  'oauth.forgotten': { email: 'nobody@nowhere.test' },
  'oauth.reset': { token: 'none', password: 'x' },
  'oauth.email': { token: 'none' },
  'oauth.account': { change: 'end-others' },
  'account.change_password': { current_password: 'x', password: 'x' },
  'account.change_email': { current_password: 'x', email: 'a@b.test' },
  'account.totp_offer': { current_password: 'x' },
  'account.totp_confirm': { code: '000000' },
  'account.totp_disable': { current_password: 'x', code: '000000' },
  'account.recovery_codes': { current_password: 'x', code: '000000' },
}

const limitOf = (endpoint: AnyEndpoint) => (endpoint.id === 'oauth.sign_in' ? signInLimit : endpoint.rateLimit)

describe('every authentication endpoint', { retry: 0, timeout: 60_000 }, () => {
  it('has a limit by address, and those that take a secret one by account', () => {
    expect(endpoints.length).toBeGreaterThan(25)
    for (const endpoint of endpoints) {
      const limit = limitOf(endpoint)
      expect(limit?.perAddress, endpoint.id).toBeGreaterThan(0)
      // refresh tokens and the account page: the account is known by the credential itself
      if (endpoint.method === 'POST' && !['oauth.token', 'oauth.account'].includes(endpoint.id))
        expect(limit?.perAccount, endpoint.id).toBeGreaterThan(0)
    }
    const writing = endpoints.filter(({ method }) => method === 'POST').map(({ id }) => id)
    expect(Object.keys(bodies).sort()).toEqual(writing.sort())
  })

  it('answers 429 with Retry-After beyond it, to an address that asks for one account after another', async () => {
    const who = await person(platform)
    const token = (await platform.signIn(who.email, who.password)).access_token
    for (const endpoint of endpoints.filter(({ method, id }) => method === 'POST' && id.startsWith('oauth.'))) {
      const most = limitOf(endpoint)?.perAddress ?? 0
      const body = (index: number) => ({
        ...bodies[endpoint.id],
        ...(endpoint.id === 'oauth.sign_in' || endpoint.id === 'oauth.forgotten' ? { email: `a${index}@b.test` } : {}),
      })
      const tokens = (index: number) => ('token' in (bodies[endpoint.id] ?? {}) ? { token: `none-${index}` } : {})
      const requests = (index: number) => ('request' in (bodies[endpoint.id] ?? {}) ? { request: `req_${index}` } : {})
      // the limit counts, the work behind it does not matter: pretend that most of it was done
      const statuses: number[] = []
      let last = null
      for (let index = 0; index <= most; index++) {
        last = await platform.request('POST', endpoint.path, {
          body: { ...body(index), ...tokens(index), ...requests(index) },
          headers: { 'x-forwarded-for': `10.1.0.${endpoints.indexOf(endpoint)}` },
        })
        statuses.push(last.status)
      }
      expect(statuses.slice(0, -1), endpoint.id).not.toContain(429)
      expect(statuses.at(-1), endpoint.id).toBe(429)
      expect(Number(last?.headers['retry-after']), endpoint.id).toBeGreaterThan(0)
    }
    expect((await platform.request('GET', '/api/v1/staff/me', { token })).status).toBe(200) // others go on
  })

  it('answers 429 to an account whose refresh tokens come again and again, from any address', async () => {
    const who = await person(platform)
    let { refresh_token } = await platform.signIn(who.email, who.password)
    const statuses: number[] = []
    for (let index = 0; index < 60; index++) {
      const answer = await platform.request('POST', '/oauth/token', {
        body: { grant_type: 'refresh_token', refresh_token, client_id: 'cli' },
        headers: { 'x-forwarded-for': `10.3.0.${index}` },
      })
      statuses.push(answer.status)
      if (answer.status === 200) refresh_token = answer.body.refresh_token
    }
    expect(statuses.slice(0, 59)).not.toContain(429) // the sign-in itself was the first
    expect(statuses.at(-1)).toBe(429)
  })

  it('answers 429 to whoever is signed in and tries to prove who they are again and again, from any address', async () => {
    for (const endpoint of endpoints.filter(({ method, id }) => method === 'POST' && id.startsWith('account.'))) {
      const who = await person(platform)
      const token = (await platform.signIn(who.email, who.password)).access_token
      const most = endpoint.rateLimit?.perAccount ?? 0
      const statuses: number[] = []
      for (let index = 0; index <= most; index++) {
        const headers = { 'x-forwarded-for': `10.2.${endpoints.indexOf(endpoint)}.${index}` }
        statuses.push((await platform.request('POST', endpoint.path, { token, body: bodies[endpoint.id] ?? {}, headers })).status)
      }
      expect(statuses.slice(0, -1), endpoint.id).not.toContain(429)
      expect(statuses.at(-1), endpoint.id).toBe(429)
    }
  })
})
