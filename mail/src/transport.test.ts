import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { mailboxTransport } from './mailbox.ts'
import { senderNamed, smtpSettings, smtpTransport } from './smtp.ts'
import { startTestSmtp, type TestSmtp } from './testing.ts'
import { MailRefused, type MailTransport } from './transport.ts'

const message = {
  id: 'mail_01',
  from: 'Dakkah CityOS <no-reply@cityos.test>',
  to: 'noura@shop.test',
  subject: 'دعوة للانضمام',
  text: 'Hello\n',
  html: '<p>Hello</p>',
}

describe('by SMTP', () => {
  let server: TestSmtp
  let transport: MailTransport
  afterEach(async () => {
    await transport.close()
    await server.stop()
  })

  it('a message reaches the server with both bodies, its id, and no invitation to answer', async () => {
    server = await startTestSmtp()
    transport = smtpTransport(server.url)
    await transport.send(message)
    expect(server.received).toHaveLength(1)
    expect(server.received[0]).toMatchObject({ from: 'no-reply@cityos.test', to: ['noura@shop.test'] })
    const source = server.received[0]?.source ?? ''
    expect(source).toContain('Message-ID: <mail_01@cityos.test>')
    expect(source).toMatch(/auto-submitted: auto-generated/i)
    expect(source).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(source).toContain('multipart/alternative')
  })

  it('a recipient the server will never take is told from a server that is busy', async () => {
    server = await startTestSmtp({
      onRcptTo({ address }, _session, done) {
        const responseCode = address.startsWith('busy') ? 451 : 550
        done(Object.assign(new Error('not now or never'), { responseCode }))
      },
    })
    transport = smtpTransport(server.url)
    await expect(transport.send(message)).rejects.toBeInstanceOf(MailRefused)
    await expect(transport.send({ ...message, to: 'busy@shop.test' })).rejects.not.toBeInstanceOf(MailRefused)
  })

  it('a server that is away is worth another try', async () => {
    server = await startTestSmtp()
    transport = smtpTransport(server.url)
    await server.stop()
    const failure = await transport.send(message).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).not.toBeInstanceOf(MailRefused)
  })
})

describe('the address of a server', () => {
  it('names its sender beside the server, under whatever name is given', () => {
    const { url, from } = smtpSettings('smtp://user:pass@mail.city.sa:587?from=City%20<no-reply@city.sa>&pool=true')
    expect(url).toBe('smtp://user:pass@mail.city.sa:587?pool=true')
    expect(senderNamed('Souq "Al" Zal\r\nBcc: x', from!)).toBe('"Souq  Al  Zal Bcc: x" <no-reply@city.sa>')
    expect(smtpSettings('smtp://mail.city.sa').from).toBeNull()
  })
})

describe('into a folder', () => {
  it('a message is one file, for its owner alone, however often it comes', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'cityos-mailbox-')), 'mail')
    const mailbox = mailboxTransport(folder)
    await mailbox.send(message)
    await mailbox.send(message)
    expect(await readdir(folder)).toEqual(['mail_01.eml'])
    const path = join(folder, 'mail_01.eml')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).toContain('To: noura@shop.test')
    await mailbox.forget('mail_01')
    expect(await readdir(folder)).toEqual([])
    await expect(mailbox.send({ ...message, id: '../escape' })).rejects.toThrow('not an id')
    await rm(folder, { recursive: true })
  })
})
