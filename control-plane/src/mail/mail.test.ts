import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestSmtp, type TestSmtp } from '@cityos/mail/testing'
import type { TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { person } from '../testing/people.ts'
import { startRegistryServer, TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { Mailer } from './mailer.ts'
import { sendMail } from './send-mail.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startRegistryServer()
})
afterAll(() => server.stop())

const parameters = { email: 'noura@shop.test' }
const put = (platform: TestPlatform, clock: TestClock, to: string) =>
  platform.app
    .get(Registry)
    .transaction((tx) => sendMail(tx, platform.app.get(Sealing), { to, locale: 'en', template: 'email-changed', parameters }, clock.now()))
const rowOf = (platform: TestPlatform, id: string) => platform.app.get(Registry).db.mail.findUniqueOrThrow({ where: { id } })

describe('without SMTP', () => {
  const clock = new TestClock()
  let platform: TestPlatform
  let token: string
  beforeAll(async () => {
    platform = await TestPlatform.start(server, { clock })
    token = (await platform.signIn()).access_token
  })
  afterAll(() => platform.stop())

  it('a message goes to the mailbox folder, where operators read it', async () => {
    const id = await put(platform, clock, 'Noura@Shop.test')
    await platform.app.get(Mailer).deliver()
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('sent')
    const folder = join(platform.binding.data_dir, 'mail')
    expect(await readdir(folder)).toContain(`${id}.eml`)
    expect(await readFile(join(folder, `${id}.eml`), 'utf8')).toContain('To: noura@shop.test')
    const list = await platform.request('GET', '/api/v1/mail?to=NOURA@shop.test', { token })
    expect(list.body.meta.total).toBe(1)
    expect(list.body.data[0]).toMatchObject({ id, template: 'email-changed', to: 'noura@shop.test', status: 'sent', actions: [] })
    const read = await platform.request('GET', `/api/v1/mail/${id}`, { token })
    expect(read.body.data.subject).toBe('Your e-mail address was changed')
    expect(read.body.data.text).toContain('noura@shop.test')
    expect(read.body.data.html).toContain('<bdi>noura@shop.test</bdi>')
  })

  it('nobody but super-admins reads it: links in it sign people in', async () => {
    for (const role of ['sre', 'auditor', 'viewer'] as const) {
      const who = await person(platform, role)
      const other = (await platform.signIn(who.email, who.password)).access_token
      expect((await platform.request('GET', '/api/v1/mail', { token: other })).status).toBe(403)
    }
  })

  it('recipient and values are not readable in the registry, and old messages are forgotten with their files', async () => {
    const id = await put(platform, clock, 'secret@shop.test')
    await platform.app.get(Mailer).deliver()
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('sent')
    expect(JSON.stringify(await rowOf(platform, id))).not.toContain('shop.test')
    clock.move(91 * 86_400)
    await platform.app.get(Mailer).prune()
    expect(await platform.app.get(Registry).db.mail.count({ where: { id } })).toBe(0)
    expect(await readdir(join(platform.binding.data_dir, 'mail'))).not.toContain(`${id}.eml`)
  })

  it('leaves only if what it tells about has happened', async () => {
    const before = await platform.app.get(Registry).db.mail.count()
    const failed = platform.app.get(Registry).transaction(async (tx) => {
      await sendMail(tx, platform.app.get(Sealing), { to: 'a@b.test', locale: 'en', template: 'email-changed', parameters }, clock.now())
      throw new Error('it did not happen')
    })
    await expect(failed).rejects.toThrow('it did not happen')
    expect(await platform.app.get(Registry).db.mail.count()).toBe(before)
  })
})

describe('by SMTP', { retry: 0 }, () => {
  const clock = new TestClock()
  let smtp: TestSmtp
  let platform: TestPlatform
  let busy = false
  beforeAll(async () => {
    smtp = await startTestSmtp({
      onRcptTo({ address }, _session, done) {
        if (address.startsWith('unknown')) return done(Object.assign(new Error('no such user'), { responseCode: 550 }))
        if (busy) return done(Object.assign(new Error('come back later'), { responseCode: 451 }))
        done()
      },
    })
    platform = await TestPlatform.start(server, { clock, smtpUrl: `${smtp.url}?from=City%20<city@city.test>` })
  })
  afterAll(async () => {
    await platform.stop()
    await smtp.stop()
  })

  it('a message leaves once, also with two workers, and its values are forgotten then', async () => {
    const id = await put(platform, clock, 'once@shop.test')
    await Promise.all([platform.app.get(Mailer).deliver(), platform.app.get(Mailer).deliver()])
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('sent')
    expect(smtp.received.filter(({ to }) => to.includes('once@shop.test'))).toHaveLength(1)
    expect(smtp.received[0]).toMatchObject({ from: 'city@city.test' })
    expect((await rowOf(platform, id)).parameters_sealed).toBeNull()
    const token = (await platform.signIn()).access_token
    const read = await platform.request('GET', `/api/v1/mail/${id}`, { token })
    expect(read.body.data).toMatchObject({ subject: null, text: null, html: null, status: 'sent' })
  })

  it('a busy server is tried again, later and later, until the message is dead; requeued, it leaves', async () => {
    busy = true
    const id = await put(platform, clock, 'busy@shop.test')
    for (const wait of [10, 60, 300, 1800, 7200, 43_200]) {
      await platform.app.get(Mailer).deliver()
      const waits = async () => ((await rowOf(platform, id)).due_at?.getTime() ?? 0) / 1000 - clock.now().getTime() / 1000
      await expect.poll(async () => Math.abs((await waits()) - wait * 1.1) <= wait * 0.1 + 2).toBe(true)
      expect((await rowOf(platform, id)).last_error).toContain('come back later')
      clock.move(wait * 1.2 + 1)
    }
    await platform.app.get(Mailer).deliver()
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('dead')
    const row = await rowOf(platform, id)
    expect([row.attempts, row.due_at]).toEqual([7, null])
    const token = (await platform.signIn()).access_token
    const dead = await platform.request('GET', '/api/v1/mail?status=dead', { token })
    expect(dead.body.data[0]).toMatchObject({ id, actions: ['requeue'] })
    const alerts = async () => {
      await platform.app.get(Mailer).watch()
      return (await platform.request('GET', '/api/v1/alerts', { token })).body.data.filter(
        (alert: { kind: string; status: string }) => alert.kind === 'mail-dead' && alert.status === 'open',
      )
    }
    expect((await alerts())[0].title).toContain('did not leave: 1')
    busy = false
    expect((await platform.request('POST', `/api/v1/mail/${id}/requeue`, { token })).body.data.status).toBe('queued')
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('sent')
    expect((await platform.request('POST', `/api/v1/mail/${id}/requeue`, { token })).body.errors[0].code).toBe('invalid_transition')
    expect(await alerts()).toEqual([])
  })

  it('a recipient the server does not know is not tried again', async () => {
    const id = await put(platform, clock, 'unknown@shop.test')
    await platform.app.get(Mailer).deliver()
    await expect.poll(async () => (await rowOf(platform, id)).status).toBe('dead')
    expect((await rowOf(platform, id)).attempts).toBe(1)
  })
})
