import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastMail, mailsTo, type Person, person } from '../testing/people.ts'
import { TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'

const clock = new TestClock()
let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start(undefined, { clock })
})
afterAll(() => platform.stop())

const html = { accept: 'text/html' }
const forgotten = (email: string) => platform.request('POST', '/oauth/forgotten', { body: { email } })
const tokenIn = (mail: { link: URL | null }) => mail.link?.searchParams.get('token') ?? ''
const reset = (token: string, password: string) => platform.request('POST', '/oauth/reset', { body: { token, password } })
const canSignIn = (who: Person, password = who.password) =>
  platform.signIn(who.email, password).then(
    () => true,
    () => false,
  )

describe('a forgotten password', () => {
  it('is set anew with a mailed link, once; every session ends and the owner is told', async () => {
    const who = await person(platform)
    const { access_token } = await platform.signIn(who.email, who.password)
    expect((await forgotten(who.email.toUpperCase())).body.data).toEqual({ asked: true })
    const token = tokenIn(await lastMail(platform, who.email, 'password-reset'))
    const page = await platform.request('GET', `/oauth/reset?token=${token}&lang=ar`, { headers: html })
    expect(page.text).toContain('<html lang="ar" dir="rtl">')
    expect(page.text).toContain(who.email)
    expect((await reset(token, 'short')).body.errors[0].details.rule).toBe('too_short')
    expect((await reset(token, 'Password1!')).body.errors[0].details.rule).toBe('breached')
    expect((await reset(token, 'Wadi-Hanifa-7')).status).toBe(200)
    const again = await reset(token, 'Wadi-Hanifa-8')
    expect([again.status, again.body.errors[0].code]).toEqual([410, 'token_expired'])
    expect((await platform.request('GET', '/api/v1/staff/me', { token: access_token })).status).toBe(401)
    expect(await canSignIn(who)).toBe(false)
    expect(await canSignIn(who, 'Wadi-Hanifa-7')).toBe(true)
    expect((await mailsTo(platform, who.email)).map((mail) => mail.template)).toEqual(['password-reset', 'password-changed'])
  })

  it('is set once of two uses of a link at the same moment', { retry: 0 }, async () => {
    const who = await person(platform)
    await forgotten(who.email)
    const token = tokenIn(await lastMail(platform, who.email, 'password-reset'))
    const answers = await Promise.all([reset(token, 'Wadi-Hanifa-7'), reset(token, 'Wadi-Hanifa-8')])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 410])
  })

  it('answers the same for an address nobody has', async () => {
    const known = await person(platform)
    const answers = [await forgotten(known.email), await forgotten('nobody@nowhere.test')]
    expect(answers[0]?.body.data).toEqual(answers[1]?.body.data)
    expect(await mailsTo(platform, 'nobody@nowhere.test')).toEqual([])
  })

  it('has an hour, and a later link ends an earlier one', async () => {
    const who = await person(platform)
    await forgotten(who.email)
    const first = tokenIn(await lastMail(platform, who.email, 'password-reset'))
    await forgotten(who.email)
    const second = tokenIn(await lastMail(platform, who.email, 'password-reset'))
    expect((await reset(first, 'Wadi-Hanifa-7')).status).toBe(410)
    clock.move(3601)
    expect((await reset(second, 'Wadi-Hanifa-7')).status).toBe(410)
    clock.move(-3601) // setting the clock back does not bring it to life again
    expect((await reset(second, 'Wadi-Hanifa-7')).status).toBe(410)
    expect(await canSignIn(who)).toBe(true)
  })

  it.each(['en', 'fr', 'ar'])('has pages in %s', async (lang) => {
    const page = await platform.request('GET', `/oauth/forgotten?lang=${lang}`, { headers: html })
    expect(page.text).toContain(`<html lang="${lang}"`)
    const gone = await platform.request('GET', `/oauth/reset?token=x&lang=${lang}`, { headers: html })
    expect(gone.status).toBe(410)
    expect(gone.text).toContain(`<html lang="${lang}"`)
  })
})

describe('a new e-mail address', () => {
  const ask = async (who: Person, email: string, current_password = who.password) => {
    const { access_token } = await platform.signIn(who.email, who.password)
    return platform.request('POST', '/api/v1/staff/me/email', { token: access_token, body: { email, current_password } })
  }

  it('counts when it was confirmed, by the button and not by the look; the old address is told', async () => {
    const who = await person(platform)
    const email = `new-${who.email}`
    expect((await ask(who, email, 'wrong')).status).toBe(422)
    expect((await ask(who, email)).body.data).toMatchObject({ email: who.email, pending_email: email })
    const token = tokenIn(await lastMail(platform, email, 'email-verification'))
    const page = await platform.request('GET', `/oauth/email?token=${token}`, { headers: html })
    expect(page.text).toContain(email)
    expect(await canSignIn(who)).toBe(true)
    const confirm = () => platform.request('POST', '/oauth/email', { body: { token } })
    expect((await confirm()).body.data).toEqual({ email })
    expect((await confirm()).status).toBe(410)
    expect(await canSignIn(who)).toBe(false)
    expect(await canSignIn({ ...who, email })).toBe(true)
    expect((await mailsTo(platform, who.email)).map((mail) => mail.template)).toEqual(['email-change-asked', 'email-changed'])
  })

  it('is refused when somebody has it, also when they got it in between', async () => {
    const who = await person(platform)
    const other = await person(platform)
    expect((await ask(who, other.email)).status).toBe(409)
    const wanted = `free-${who.email}`
    await ask(who, wanted)
    const ofWho = tokenIn(await lastMail(platform, wanted, 'email-verification'))
    await ask(other, wanted)
    const ofOther = tokenIn(await lastMail(platform, wanted, 'email-verification'))
    const confirm = (token: string) => platform.request('POST', '/oauth/email', { body: { token } })
    expect((await confirm(ofOther)).status).toBe(200)
    expect((await confirm(ofWho)).body.errors[0].code).toBe('already_exists')
    expect(await canSignIn(who)).toBe(true)
  })

  it('is not confirmed by a link for a password, nor the other way round', async () => {
    const who = await person(platform)
    await forgotten(who.email)
    const token = tokenIn(await lastMail(platform, who.email, 'password-reset'))
    expect((await platform.request('POST', '/oauth/email', { body: { token } })).status).toBe(410)
    expect((await reset(token, 'Wadi-Hanifa-7')).status).toBe(200)
  })
})

describe('a password', () => {
  it('is changed with the present one; other sessions end, this one goes on', async () => {
    const who = await person(platform)
    const [here, there] = [await platform.signIn(who.email, who.password), await platform.signIn(who.email, who.password)]
    const change = (body: object) => platform.request('POST', '/api/v1/staff/me/password', { token: here.access_token, body })
    expect((await change({ current_password: 'x', password: 'Wadi-Hanifa-7' })).body.errors[0].details.rule).toBe('wrong_password')
    const changed = await change({ current_password: who.password, password: 'Wadi-Hanifa-7' })
    expect(changed.body.data).toEqual({ ended: 1 })
    const me = (token: string) => platform.request('GET', '/api/v1/staff/me', { token })
    expect([(await me(here.access_token)).status, (await me(there.access_token)).status]).toEqual([200, 401])
  })
})

describe('an invitation', () => {
  it('arrives by mail in the tenant’s language, and still answers its address', async () => {
    const token = (await platform.signIn()).access_token
    const created = await platform.createTenant(token, 'invitedbymail', { locales: ['ar', 'en'], name: { en: 'Souq <b>', ar: 'سوق' } })
    await platform.ended(token, created.body.data.operation.id)
    const mail = await lastMail(platform, 'owner@invitedbymail.test', 'invitation')
    expect(mail.subject).toContain('سوق')
    expect(mail.link?.searchParams.get('token')).toBe(new URL(created.body.data.invitation.url).searchParams.get('token'))
    const page = await platform.request('GET', `${mail.link?.pathname}${mail.link?.search}`, { headers: html })
    expect(page.text).toContain('dir="rtl"')
  })

  it('has 72 hours, whatever is done to the clock afterwards', async () => {
    const token = (await platform.signIn()).access_token
    const invited = await platform.request('POST', '/api/v1/staff/invitations', {
      token,
      body: { email: 'late@staff.test', role: 'viewer' },
    })
    const secret = new URL(invited.body.data.url).searchParams.get('token') ?? ''
    const accept = () => platform.request('POST', '/oauth/invitation', { body: { token: secret, name: 'Late', password: 'Wadi-Hanifa-7' } })
    clock.move(74 * 3600) // the tests before have set the clock back
    const late = await accept()
    expect([late.status, late.body.errors[0].code]).toEqual([410, 'token_expired'])
    clock.move(-3600)
    expect((await accept()).status).toBe(410)
    expect((await mailsTo(platform, 'late@staff.test')).map((mail) => mail.template)).toEqual(['invitation'])
  })

  it('does not take a leaked password', async () => {
    const token = (await platform.signIn()).access_token
    const invited = await platform.request('POST', '/api/v1/staff/invitations', {
      token,
      body: { email: 'leak@staff.test', role: 'viewer' },
    })
    const secret = new URL(invited.body.data.url).searchParams.get('token') ?? ''
    const answer = await platform.request('POST', '/oauth/invitation', { body: { token: secret, name: 'Leak', password: 'P@ssw0rd1!' } })
    expect(answer.body.errors[0].details.rule).toBe('breached')
  })
})
