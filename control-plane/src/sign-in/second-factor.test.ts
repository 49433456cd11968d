import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { codeAt, mailsTo, type Person, person } from '../testing/people.ts'
import { type Answer, TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { outOfBand } from './clients.ts'

const clock = new TestClock()
let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start(undefined, { clock })
})
afterAll(() => platform.stop())

const html = { accept: 'text/html' }

/** A person with an authenticator app; the code of the enrolment is used up. */
async function withApp(): Promise<Person & { secret: string; codes: string[]; token: string }> {
  const who = await person(platform)
  const token = (await platform.signIn(who.email, who.password)).access_token
  const offer = await post(token, '/totp', { current_password: who.password })
  const secret = offer.body.data.secret as string
  const confirmed = await post(token, '/totp/confirm', { code: codeAt(secret, clock.now()) })
  expect(confirmed.status, confirmed.text).toBe(200)
  return { ...who, secret, codes: confirmed.body.data.recovery_codes as string[], token }
}

const post = (token: string, path: string, body: object = {}) => platform.request('POST', `/api/v1/staff/me${path}`, { token, body })

async function signIn(who: Person, code?: string): Promise<Answer> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: outOfBand,
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  })
  const asked = await platform.request('GET', `/oauth/authorize?${query}`)
  const { email, password } = who
  return platform.request('POST', '/oauth/sign-in', {
    body: { request: asked.body.data.request, email, password, ...(code ? { code } : {}) },
  })
}

const codeOf = (answer: Answer) => answer.body.errors[0]?.code as string

describe('an authenticator app', () => {
  it('is set up with the password, a QR code and a first code, and its owner is told', async () => {
    const who = await person(platform)
    const token = (await platform.signIn(who.email, who.password)).access_token
    expect((await post(token, '/totp', { current_password: 'wrong' })).body.errors[0].details.rule).toBe('wrong_password')
    const offer = await post(token, '/totp', { current_password: who.password })
    expect(offer.body.data.url).toMatch(/^otpauth:\/\/totp\/Dakkah/)
    expect(offer.body.data.qr_svg).toMatch(/^<svg/)
    expect((await post(token, '/totp/confirm', { code: '000000' })).status).toBe(401)
    expect((await signIn(who)).status).toBe(200) // nothing is asked for until the first code was right
    const confirmed = await post(token, '/totp/confirm', { code: codeAt(offer.body.data.secret, clock.now()) })
    expect(confirmed.body.data.recovery_codes).toHaveLength(10)
    expect(new Set(confirmed.body.data.recovery_codes).size).toBe(10)
    const security = await platform.request('GET', '/api/v1/staff/me/security', { token })
    expect(security.body.data.totp).toMatchObject({ enabled: true, recovery_codes_left: 10, required: false })
    expect((await mailsTo(platform, who.email)).map((mail) => mail.template)).toContain('totp-enabled')
    const stored = await platform.app.get(Registry).db.staff_recovery_code.findMany({ where: { user_id: who.id } })
    for (const code of confirmed.body.data.recovery_codes as string[]) expect(JSON.stringify(stored)).not.toContain(code)
  })

  it('is asked for at sign-in: without a code, with a wrong one, with the right one', async () => {
    const who = await withApp()
    clock.move(30)
    const without = await signIn(who)
    expect([without.status, codeOf(without)]).toEqual([401, 'totp_required'])
    const wrong = await signIn(who, codeAt(who.secret, new Date(clock.now().getTime() + 3_600_000)))
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'totp_invalid'])
    expect((await signIn(who, codeAt(who.secret, clock.now()))).status).toBe(200)
  })

  it('does not let on that the password was wrong but the code right', async () => {
    const who = await withApp()
    clock.move(30)
    const code = codeAt(who.secret, clock.now())
    expect(codeOf(await signIn({ ...who, password: 'Wrong-pass-1' }, code))).toBe('unauthenticated')
    expect((await signIn(who, code)).status).toBe(200) // and the code was not used up
  })

  it('takes Arabic digits, spaces, and a phone that is half a minute off', async () => {
    const who = await withApp()
    clock.move(90)
    const arabic = codeAt(who.secret, new Date(clock.now().getTime() - 30_000)).replace(/\d/g, (digit) =>
      String.fromCharCode(0x660 + Number(digit)),
    )
    expect((await signIn(who, ` ${arabic.slice(0, 3)} ${arabic.slice(3)}`)).status).toBe(200)
  })

  it('is not taken off without a code, and is with one', async () => {
    const who = await withApp()
    clock.move(30)
    expect((await post(who.token, '/totp/disable', { current_password: who.password, code: '123456' })).status).toBe(401)
    const off = await post(who.token, '/totp/disable', { current_password: who.password, code: codeAt(who.secret, clock.now()) })
    expect(off.body.data.totp).toMatchObject({ enabled: false, recovery_codes_left: 0 })
    expect((await signIn(who)).status).toBe(200)
  })

  it('is taken off by an administrator when it is lost, which ends every session', async () => {
    const who = await withApp()
    const token = (await platform.signIn()).access_token
    const reset = await platform.request('POST', `/api/v1/staff/${who.id}/reset-totp`, { token, body: { reason: 'phone lost' } })
    expect(reset.body.data).toEqual({ ended: 1 })
    expect((await platform.request('GET', '/api/v1/staff/me', { token: who.token })).status).toBe(401)
    expect((await signIn(who)).status).toBe(200)
  })
})

describe('a code', { retry: 0 }, () => {
  it('counts once, also in the next step of its tolerance', async () => {
    const who = await withApp()
    clock.move(30)
    const code = codeAt(who.secret, clock.now())
    expect((await signIn(who, code)).status).toBe(200)
    expect(codeOf(await signIn(who, code))).toBe('totp_invalid')
    clock.move(25)
    expect(codeOf(await signIn(who, code))).toBe('totp_invalid')
  })

  it('counts once of ten uses at the same moment', async () => {
    const who = await withApp()
    clock.move(30)
    const code = codeAt(who.secret, clock.now())
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(who, code)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  })

  it('does not count again when the clock is set back', async () => {
    const who = await withApp()
    clock.move(60)
    const code = codeAt(who.secret, clock.now())
    expect((await signIn(who, code)).status).toBe(200)
    clock.move(-3600)
    const older = codeAt(who.secret, clock.now())
    expect(codeOf(await signIn(who, older))).toBe('totp_invalid')
    clock.move(3600)
    expect(codeOf(await signIn(who, code))).toBe('totp_invalid')
  })

  it('can be tried ten times in five minutes, from anywhere', async () => {
    const who = await withApp()
    const statuses: number[] = []
    for (let index = 0; index < 11; index++) statuses.push((await signIn(who, '000000')).status)
    expect(statuses.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 401))
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('a recovery code', { retry: 0 }, () => {
  it('stands in once, also of two uses at the same moment, and its owner is told', async () => {
    const who = await withApp()
    const code = who.codes[3] ?? ''
    const answers = await Promise.all([signIn(who, code), signIn(who, code.toUpperCase().replaceAll('-', ' '))])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401])
    expect(codeOf(await signIn(who, code))).toBe('totp_invalid')
    const mails = await mailsTo(platform, who.email)
    expect(mails.filter((mail) => mail.template === 'recovery-code-used')).toHaveLength(1)
    expect(mails.at(-1)?.text).toContain('9 are left')
  })

  it('of before stops working when new ones are made', async () => {
    const who = await withApp()
    clock.move(30)
    const renewed = await post(who.token, '/recovery-codes', { current_password: who.password, code: codeAt(who.secret, clock.now()) })
    expect(renewed.body.data.recovery_codes).toHaveLength(10)
    expect(codeOf(await signIn(who, who.codes[0]))).toBe('totp_invalid')
    expect((await signIn(who, renewed.body.data.recovery_codes[0])).status).toBe(200)
  })
})

describe('the pages', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  const send = (url: string, fields: Record<string, string>, cookie: string) =>
    platform.app
      .getHttpAdapter()
      .getInstance()
      .inject({
        method: 'POST',
        url,
        headers: { host: 'cityos.localhost:8080', ...html, ...form, cookie },
        payload: new URLSearchParams(fields).toString(),
      })
  const cookiesOf = (answer: { cookies: { name: string; value: string }[] }) =>
    answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const begin = async () => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'operator-console',
      redirect_uri: 'http://cityos.localhost:8080/auth/callback',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    })
    return (await platform.request('GET', `/oauth/authorize?${query}`)).body.data.request as string
  }

  it('ask for the code after the password, in this browser only', async () => {
    const who = await withApp()
    clock.move(30)
    const request = await begin()
    const password = await send('/oauth/sign-in', { request, email: who.email, password: who.password, lang: 'ar' }, '')
    expect(password.headers['location']).toBe(`/oauth/code?request=${request}&lang=ar`)
    const cookie = cookiesOf(password)
    const shown = await platform.request('GET', `/oauth/code?request=${request}&lang=ar`, { headers: { ...html, cookie } })
    expect(shown.text).toContain('<html lang="ar" dir="rtl">')
    expect(shown.text).toContain('autocomplete="one-time-code"')
    expect((await platform.request('GET', `/oauth/code?request=${request}`, { headers: html })).status).toBe(410)
    const wrong = await send('/oauth/code', { request, code: '000000', lang: 'en' }, cookie)
    expect(wrong.statusCode).toBe(401)
    expect(wrong.body).toContain('wrong or was used before')
    const right = await send('/oauth/code', { request, code: codeAt(who.secret, clock.now()) }, cookie)
    expect(right.statusCode, right.body).toBe(303)
    expect(String(right.headers['location'])).toMatch(/^http:\/\/cityos\.localhost:8080\/auth\/callback\?code=/)
  })

  it('set the app up where the platform asks everybody for one; programs are told where', async () => {
    const token = (await platform.signIn()).access_token
    const who = await person(platform)
    const set = (value: boolean) => platform.request('PUT' as 'POST', '/api/v1/settings/require_totp', { token, body: { value } })
    expect((await set(true)).status).toBe(200)
    try {
      const refused = await signIn(who)
      expect(codeOf(refused)).toBe('totp_required')
      expect(refused.body.errors[0].details.enrol).toBe('http://cityos.localhost:8080/oauth/account')
      const request = await begin()
      const password = await send('/oauth/sign-in', { request, email: who.email, password: who.password }, '')
      const cookie = cookiesOf(password)
      const shown = await platform.request('GET', `/oauth/code?request=${request}`, { headers: { ...html, cookie } })
      expect(shown.text).toContain('role="img"')
      const secret = (/class="key" dir="ltr">([A-Z2-7 ]+)</.exec(shown.text)?.[1] ?? '').replaceAll(' ', '')
      const confirmed = await send('/oauth/code', { request, code: codeAt(secret, clock.now()) }, cookie)
      expect(confirmed.body.match(/<li><bdi/g)).toHaveLength(10)
      const on = await send('/oauth/continue', { request }, cookiesOf(confirmed))
      expect(String(on.headers['location'])).toMatch(/^http:\/\/cityos\.localhost:8080\/auth\/callback\?code=/)
    } finally {
      expect((await set(false)).status).toBe(200)
    }
  })

  it('of the account set the app up, change the password and end sessions', async () => {
    const who = await person(platform)
    await platform.signIn(who.email, who.password) // a program's session
    const stranger = await platform.request('GET', '/oauth/account', { headers: html })
    const request = new URL(String(stranger.headers['location']), 'http://x').searchParams.get('request') ?? ''
    const signedIn = await send('/oauth/sign-in', { request, email: who.email, password: who.password }, '')
    expect(String(signedIn.headers['location'])).toMatch(/^http:\/\/cityos\.localhost:8080\/oauth\/account\?code=/)
    const cookie = cookiesOf(signedIn)
    const account = async () => (await platform.request('GET', '/oauth/account?lang=fr', { headers: { ...html, cookie } })).text
    expect(await account()).toContain('Votre compte')
    const offered = await send('/oauth/account', { change: 'totp-offer', current_password: who.password }, cookie)
    const secret = (/class="key" dir="ltr">([A-Z2-7 ]+)</.exec(offered.body)?.[1] ?? '').replaceAll(' ', '')
    const wrong = await send('/oauth/account', { change: 'totp-confirm', code: '000000' }, cookie)
    expect(wrong.body).toContain(secret.replace(/(.{4})(?=.)/g, '$1 ')) // the picture stays
    const confirmed = await send('/oauth/account', { change: 'totp-confirm', code: codeAt(secret, clock.now()) }, cookie)
    expect(confirmed.body.match(/<li><bdi/g)).toHaveLength(10)
    const weak = await send('/oauth/account', { change: 'password', current_password: who.password, password: 'Password1!' }, cookie)
    expect([weak.statusCode, weak.body.includes('leaked passwords')]).toEqual([422, true])
    const changed = await send('/oauth/account', { change: 'password', current_password: who.password, password: 'Wadi-Hanifa-7' }, cookie)
    expect(changed.headers['location']).toBe('/oauth/account?lang=en&done=password')
    expect(await account()).toContain('Nulle part ailleurs.') // the program's session has ended; this browser goes on
    const foreign = await platform.request('POST', '/oauth/account', {
      headers: { ...html, cookie, origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' },
      body: { change: 'end-others' },
    })
    expect(foreign.status).toBe(403)
  })
})
