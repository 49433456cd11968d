import { createHash, randomBytes } from 'node:crypto'
import { StaffClaims } from '@cityos/contract'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import { outOfBand } from './clients.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const html = { accept: 'text/html' }
const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }

function pkce() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

const authorizeUrl = (more: Record<string, string>) =>
  `/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'cli', redirect_uri: outOfBand, code_challenge: pkce().challenge, code_challenge_method: 'S256', resource: 'cityos', ...more })}`

describe('tokens', () => {
  it('are signed with EdDSA, live 15 minutes, and hold against the published keys', async () => {
    const jwks = (await platform.request('GET', '/oauth/jwks.json')).body as JSONWebKeySet
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: 'http://cityos.localhost:8080', audience: 'cityos' })
    const claims = StaffClaims.parse(payload)
    expect(claims.exp - claims.iat).toBe(900)
    expect(claims.grants).toEqual([{ role: 'super-admin', tenant_id: null, nodes: [] }])
    const { alg, kid } = decodeProtectedHeader(token)
    expect([alg, jwks.keys.filter((key) => key.kid === kid)]).toEqual(['EdDSA', [expect.anything()]])
    expect(jwks.keys).toHaveLength(2) // the one that signs, and the one that will
    expect(platform.driver.keys.keys).toEqual(jwks.keys)
  })

  it('of a tenant do not open the platform, and carry that tenant’s grants only', async () => {
    const created = await platform.createTenant(token, 'aud')
    const id = created.body.data.tenant.id as string
    await platform.ended(token, created.body.data.operation.id)
    const forTenant = await platform.signIn(platform.credential.email, platform.credential.password, `tenant:${id}`)
    expect(decodeJwt(forTenant.access_token)['aud']).toBe(`tenant:${id}`)
    expect((await platform.request('GET', '/api/v1/tenants', { token: forTenant.access_token })).status).toBe(401)
  })

  it('rotate: a refresh token works once, and a second use ends the session', async () => {
    const first = await platform.signIn()
    const refresh = (refresh_token: string) =>
      platform.request('POST', '/oauth/token', { body: { grant_type: 'refresh_token', refresh_token, client_id: 'cli' } })
    const second = await refresh(first.refresh_token)
    expect(second.status).toBe(200)
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    expect((await platform.request('GET', '/api/v1/staff/me', { token: second.body.access_token })).status).toBe(200)
    const stolen = await refresh(first.refresh_token)
    expect(stolen.status).toBe(401)
    expect(stolen.body.errors[0].code).toBe('refresh_reused')
    expect((await refresh(second.body.refresh_token)).status).toBe(401)
    expect((await platform.request('GET', '/api/v1/staff/me', { token: second.body.access_token })).status).toBe(401)
  })

  it('ten refreshes of one token at once give one new pair', async () => {
    const { refresh_token } = await platform.signIn()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        platform.request('POST', '/oauth/token', { body: { grant_type: 'refresh_token', refresh_token, client_id: 'cli' } }),
      ),
    )
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  })

  it('are refused when changed, unsigned, or signed by somebody else', async () => {
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'stf_other' })).toString('base64url')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    for (const bad of [`${header}.${forged}.${signature}`, `${none}.${payload}.`, 'nonsense', `${token}x`]) {
      expect((await platform.request('GET', '/api/v1/staff/me', { token: bad })).status).toBe(401)
    }
  })
})

describe('a code', () => {
  const exchange = (body: object) =>
    platform.request('POST', '/oauth/token', {
      body: { grant_type: 'authorization_code', client_id: 'cli', redirect_uri: outOfBand, ...body },
    })

  it('needs its verifier', async () => {
    const { code } = await platform.code(platform.credential.email, platform.credential.password, 'cityos')
    const answer = await exchange({ code, code_verifier: pkce().verifier })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toBe('invalid_grant')
  })

  it('works once; a second use ends the session it opened', async () => {
    const { code, verifier } = await platform.code(platform.credential.email, platform.credential.password, 'cityos')
    const first = await exchange({ code, code_verifier: verifier })
    expect(first.status).toBe(200)
    expect((await exchange({ code, code_verifier: verifier })).status).toBe(400)
    expect((await platform.request('GET', '/api/v1/staff/me', { token: first.body.access_token })).status).toBe(401)
  })

  it.each([
    ['an unknown client', { client_id: 'somebody' }],
    ['a foreign address', { client_id: 'operator-console', redirect_uri: 'http://evil.test/auth/callback' }],
    ['an address of another client', { client_id: 'operator-console', redirect_uri: outOfBand }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    [
      'an unknown tenant',
      { client_id: 'tenant-console', resource: 'tenant:tnt_x', redirect_uri: 'http://admin.x.localhost:8080/auth/callback' },
    ],
  ])('is not begun for %s', async (_, more) => {
    expect((await platform.request('GET', authorizeUrl(more))).status).toBe(400)
  })
})

describe('the sign-in page', () => {
  it.each([
    ['en', 'ltr', 'Sign in to Dakkah CityOS'],
    ['fr', 'ltr', 'Connexion à Dakkah CityOS'],
    ['ar', 'rtl', 'تسجيل الدخول'],
  ])('speaks %s', async (lang, dir, heading) => {
    const asked = await platform.request('GET', authorizeUrl({ lang }), { headers: html })
    expect(asked.status).toBe(302)
    const shown = await platform.request('GET', String(asked.headers['location']), { headers: html })
    expect(shown.text).toContain(`<html lang="${lang}" dir="${dir}">`)
    expect(shown.text).toContain(heading)
    expect(String(shown.headers['content-security-policy'])).toContain("default-src 'none'")
  })

  it('answers the same for an unknown account and a wrong password', async () => {
    const asked = await platform.request('GET', authorizeUrl({}))
    const body = (email: string) => ({ request: asked.body.data.request as string, email, password: 'Wrong-password-1' })
    const known = await platform.request('POST', '/oauth/sign-in', { body: body(platform.credential.email) })
    const unknown = await platform.request('POST', '/oauth/sign-in', { body: body('nobody@nowhere.test') })
    expect(known.status).toBe(401)
    expect(unknown.status).toBe(401)
    expect(unknown.body.errors).toEqual(known.body.errors)
  })

  it('is limited by account from any address, with Retry-After, and other accounts go on', async () => {
    const asked = await platform.request('GET', authorizeUrl({}))
    const attempt = (email: string, address: string) =>
      platform.request('POST', '/oauth/sign-in', {
        body: { request: asked.body.data.request, email, password: 'x' },
        headers: { 'x-forwarded-for': address },
      })
    const answers: number[] = []
    for (let index = 0; index < 31; index++) answers.push((await attempt('target@shop.test', `10.0.0.${index}`)).status)
    expect(answers.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401))
    expect(answers[30]).toBe(429)
    const limited = await attempt('target@shop.test', '10.0.0.99')
    expect(limited.body.errors[0].code).toBe('rate_limited')
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
    expect((await attempt('other@shop.test', '10.0.0.99')).status).toBe(401)
  })

  it('does not take a form from another site', async () => {
    const asked = await platform.request('GET', authorizeUrl({}))
    const answer = await platform.request('POST', '/oauth/sign-in', {
      body: { request: asked.body.data.request, email: platform.credential.email, password: platform.credential.password },
      headers: { cookie: 'issuer_session=x', origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' },
    })
    expect(answer.status).toBe(403)
  })
})

describe('the operator console', () => {
  it('is signed in by redirects and host-only cookies, renews by itself, and signs out', async () => {
    const begun = await platform.request('GET', '/auth/sign-in?return_to=/tenants', { headers: html })
    const asked = await platform.request('GET', String(begun.headers['location']).replace('http://cityos.localhost:8080', ''), {
      headers: html,
    })
    const request = new URL(String(asked.headers['location']), 'http://x').searchParams.get('request') ?? ''
    const { email, password } = platform.credential
    const signedIn = await platform.app
      .getHttpAdapter()
      .getInstance()
      .inject({
        method: 'POST',
        url: '/oauth/sign-in',
        headers: { host: 'cityos.localhost:8080', ...html, ...form },
        payload: new URLSearchParams({ request, email, password }).toString(),
      })
    expect(signedIn.statusCode).toBe(303)
    const back = new URL(String(signedIn.headers['location']))
    expect(back.origin + back.pathname).toBe('http://cityos.localhost:8080/auth/callback')
    const pending = `staff_flow=${begun.cookies['staff_flow']}`
    const stranger = await platform.request('GET', back.pathname + back.search, { headers: html })
    expect(stranger.headers['location']).toBe('/auth/sign-in')
    const done = await platform.request('GET', back.pathname + back.search, { headers: { ...html, cookie: pending } })
    expect(done.headers['location']).toBe('/tenants')
    const cookie = `staff=${done.cookies['staff']}; staff_refresh=${done.cookies['staff_refresh']}`
    for (const set of done.headers['set-cookie'] as string[]) {
      if (set.startsWith('staff=')) expect(set).toMatch(/HttpOnly; SameSite=Lax/)
      expect(set).not.toContain('Domain')
    }
    const session = await platform.request('GET', '/auth/session', { headers: { cookie } })
    expect(session.body.data).toMatchObject({ email, tenant_id: null, grants: [{ role: 'super-admin' }] })
    expect((await platform.request('GET', '/api/v1/tenants', { headers: { cookie } })).status).toBe(200)
    const renewed = await platform.request('GET', '/auth/session', {
      headers: { cookie: `staff_refresh=${done.cookies['staff_refresh']}` },
    })
    expect(renewed.status).toBe(200)
    expect(renewed.cookies['staff_refresh']).toBeTruthy()
    const newCookie = `staff=${renewed.cookies['staff']}; staff_refresh=${renewed.cookies['staff_refresh']}`
    const crossSite = await platform.request('POST', '/auth/sign-out', { headers: { cookie: newCookie, 'sec-fetch-site': 'cross-site' } })
    expect(crossSite.status).toBe(403)
    expect((await platform.request('POST', '/auth/sign-out', { headers: { cookie: newCookie } })).status).toBe(200)
    expect((await platform.request('GET', '/auth/session', { headers: { cookie: newCookie } })).status).toBe(401)
  })
})

describe('an invitation', () => {
  it('lets the owner in once, as tenant-admin of that tenant alone', async () => {
    const created = await platform.createTenant(token, 'invited')
    await platform.ended(token, created.body.data.operation.id)
    const url = new URL(created.body.data.invitation.url)
    const secret = url.searchParams.get('token') ?? ''
    const shown = await platform.request('GET', url.pathname + url.search, { headers: html })
    expect(shown.text).toContain('owner@invited.test')
    const accept = (body: object) => platform.request('POST', '/oauth/invitation', { body: { token: secret, name: 'Owner', ...body } })
    expect((await accept({ password: 'short' })).body.errors[0].details.rule).toBe('too_short')
    expect((await accept({ password: 'alllowercase' })).body.errors[0].details.rule).toBe('too_simple')
    expect((await accept({ password: 'Souq-2026', password_again: 'Souq-2027' })).body.errors[0].details.rule).toBe('different')
    expect((await accept({ password: 'Souq-2026!' })).status).toBe(200)
    const again = await accept({ password: 'Souq-2026!' })
    expect(again.status).toBe(410)
    expect(again.body.errors[0].code).toBe('token_expired')
    const owner = await platform.signIn('Owner@Invited.test', 'Souq-2026!')
    const list = await platform.request('GET', '/api/v1/tenants', { token: owner.access_token })
    expect(list.body.data.map((tenant: { slug: string }) => tenant.slug)).toEqual(['invited'])
    expect((await platform.request('GET', '/api/v1/tenants/aud', { token: owner.access_token })).status).toBe(404)
    expect((await platform.createTenant(owner.access_token, 'mine')).status).toBe(403)
    expect((await platform.request('POST', '/api/v1/tenants/invited/suspend', { token: owner.access_token })).status).toBe(403)
    const operations = await platform.request('GET', '/api/v1/operations', { token: owner.access_token })
    expect(new Set(operations.body.data.map((operation: { tenant_slug: string }) => operation.tenant_slug))).toEqual(new Set(['invited']))
    const invite = (body: object) =>
      platform.request('POST', '/api/v1/staff/invitations', {
        token: owner.access_token,
        body: { email: 'friend@x.test', role: 'viewer', ...body },
      })
    expect((await invite({})).status).toBe(403)
    expect((await invite({ tenant_id: created.body.data.tenant.id, role: 'super-admin' })).status).toBe(422)
    expect((await invite({ tenant_id: created.body.data.tenant.id })).status).toBe(201)
  })

  it('is replaced by a new one', async () => {
    const created = await platform.createTenant(token, 'replaced')
    await platform.ended(token, created.body.data.operation.id)
    const issued = await platform.request('POST', '/api/v1/tenants/replaced/owner-invitation', { token })
    expect(issued.status).toBe(201)
    const open = async (url: string) => (await platform.request('GET', new URL(url).pathname + new URL(url).search)).status
    expect(await open(created.body.data.invitation.url)).toBe(410)
    expect(await open(issued.body.data.url)).toBe(200)
  })

  it('revoking somebody’s sessions ends them at once', async () => {
    const me = await platform.request('GET', '/api/v1/staff', { token })
    const owner = me.body.data.find((user: { email: string }) => user.email === 'owner@invited.test')
    const { access_token } = await platform.signIn('owner@invited.test', 'Souq-2026!')
    const revoked = await platform.request('POST', `/api/v1/staff/${owner.id}/revoke-sessions`, { token })
    expect(revoked.body.data.revoked).toBeGreaterThan(0)
    expect((await platform.request('GET', '/api/v1/staff/me', { token: access_token })).status).toBe(401)
  })
})
