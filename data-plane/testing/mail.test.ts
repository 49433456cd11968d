import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Locale, locales } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { startTestSmtp, type TestSmtp } from '@cityos/mail/testing'
import { IntlMessageFormat } from 'intl-messageformat'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { updateCart } from '../core/cart/contract.ts'
import { signUp, verify } from '../core/customer/contract.ts'
import { getStoreOrder } from '../core/order/contract.ts'
import { VendorOrderService } from '../core/order/vendor-order.service.ts'
import { SettingService } from '../core/store/setting.service.ts'
import { Clock, days, hours, later } from '../platform/clock/clock.ts'
import { listMailKinds, listTenantMail, readTenantMail, requeueTenantMail } from '../platform/mail/contract.ts'
import { Letters } from '../platform/mail/letters.ts'
import { Mailer } from '../platform/mail/mailer.ts'
import { appendEvent } from '../platform/outbox/outbox.ts'
import { OutboxRelay } from '../platform/outbox/outbox-relay.ts'
import { Pii } from '../platform/pii/pii.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { admin, startTestPlane, type TestPlane } from './plane.ts'
import { addProduct, addVendor, buy, database, service, shopperWith, staffContext, until, vendorContext } from './shop.ts'

const asAdmin = { actor: admin }
const allMail = async (plane: TestPlane) => database(plane).read.selectFrom('mail').selectAll().orderBy('id').execute()
/** The message behind base64 and quoted-printable. */
const plainOf = (source: string): string =>
  source
    .split(/--[-_=\w]+/)
    .map((part) => {
      const [head = '', ...body] = part.split('\r\n\r\n')
      const text = body.join('\r\n\r\n')
      if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString('utf8')
      const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      return /quoted-printable/i.test(head) ? Buffer.from(bytes, 'latin1').toString('utf8') : text
    })
    .join('\n')

async function order(plane: TestPlane, to: string, locale: Locale = 'en') {
  const vendor = await addVendor(plane)
  const product = await addProduct(plane, vendor, 5)
  const shopper = await shopperWith(plane, [{ product, quantity: 1 }], { 'accept-language': locale })
  await shopper.call(updateCart, { params: { id: shopper.cartId }, body: { email: to } })
  const placed = await buy(shopper, 13_000, { method: 'cash_on_delivery' })
  return { vendor, placed }
}

/** Ends with everything that is due tried once. */
async function settled(plane: TestPlane): Promise<void> {
  await service(plane, OutboxRelay).settled()
  service(plane, Mailer).wake()
  await until(async () => (await allMail(plane)).every((row) => row.status !== 'queued' || row.last_error !== null))
}

describe('by SMTP, on a tenant that may not use the sandbox', { retry: 0 }, () => {
  let smtp: TestSmtp
  let plane: TestPlane
  let busy = false
  beforeAll(async () => {
    smtp = await startTestSmtp({
      onRcptTo({ address }, _session, done) {
        if (busy) return done(Object.assign(new Error(`come back later, ${address}`), { responseCode: 451 }))
        done()
      },
    })
    plane = await startTestPlane(
      {
        mail: { smtp_url: `${smtp.url}?from=City%20<city@city.sa>`, mailbox_dir: '/nowhere' },
        public: { scheme: 'https', base_domain: 'city.sa', port: null },
      },
      { test: false },
    )
  })
  afterAll(async () => {
    await plane.stop()
    await smtp.stop()
  })
  const sentTo = (address: string) => smtp.received.filter(({ to }) => to.includes(address))

  it('the code of a sign-up comes by mail and works; the answer does not show it', async () => {
    const email = 'noura@shopper.sa'
    const call = plane.client({ 'accept-language': 'fr' })
    const answer = await call(signUp, { body: { email, password: 'a long enough password', name: 'Noura' } })
    expect(answer).toEqual({ sent: true })
    await until(async () => sentTo(email).length === 1)
    const [{ from, source } = { from: '', source: '' }] = sentTo(email)
    expect(from).toBe('city@city.sa')
    expect(source).toMatch(/^From: "?Test"? <city@city\.sa>/m)
    const code = /code : (?:\u2068)?(\d{6})/.exec(plainOf(source))?.[1]
    expect(code).toMatch(/^\d{6}$/)
    const signedIn = await call(verify, { body: { email, code: code! } })
    expect(signedIn.customer.email).toBe(email)
  })

  it('what is stored shows neither address nor code, and the words are forgotten once it has left', async () => {
    const rows = await allMail(plane)
    expect(rows.map((row) => [row.kind, row.status, row.content])).toEqual([['code_sign_up', 'sent', null]])
    expect(JSON.stringify(rows)).not.toContain('noura')
    const events = await database(plane).read.selectFrom('outbox_event').selectAll().execute()
    expect(JSON.stringify(events)).not.toContain('noura@')
  })

  it('nobody is written to about a password that does not exist, nor at addresses that exist nowhere', async () => {
    const pii = service(plane, Pii)
    const sealed = (email: string) => pii.encrypt(JSON.stringify({ email, code: '123456' }))
    const requested = (id: string, purpose: string, email: string) =>
      database(plane).transaction((tx) =>
        appendEvent(tx, {
          type: 'customer.verification_code.requested',
          aggregate: { type: 'verification_code', id, version: 0 },
          payload: { id, purpose, locale: 'en', sealed: sealed(email) },
          ctx: RequestContext.system('test'),
        }),
      )
    await requested('vcd_1', 'reset', 'stranger@shopper.sa')
    await requested('vcd_2', 'sign_up', 'somebody@example.com')
    await settled(plane)
    const skipped = (await allMail(plane)).filter((row) => row.status === 'skipped')
    expect(skipped.map((row) => row.last_error).sort()).toEqual(['nobody_to_write_to', 'reserved_address'])
    expect(sentTo('stranger@shopper.sa')).toEqual([])
  })

  it('an order is confirmed once to its guest, in Arabic from right to left, with a link that opens it without an account', async () => {
    const email = 'guest@shopper.sa'
    const { placed, vendor } = await order(plane, email, 'ar')
    await until(async () => sentTo(email).length === 1)
    const html = plainOf(sentTo(email)[0]!.source)
    expect(html).toContain('<html lang="ar" dir="rtl">')
    expect(html).toContain(placed.order.number)
    expect(html).toContain('background:#0f766e')
    const link = /https:\/\/test\.localhost\/ar\/orders\/(\w+)\?token=([\w-]+)/.exec(html)
    expect(link?.[1]).toBe(placed.order.number)
    const opened = await plane.client()(getStoreOrder, { params: { no: link![1]! }, query: { token: link![2]! } })
    expect(opened.number).toBe(placed.order.number)

    await service(plane, VendorOrderService).accept(vendorContext(vendor), placed.order.sub_orders[0]!.id)
    await until(async () => sentTo(email).length === 2)
    expect(plainOf(sentTo(email)[1]!.source)).toContain('قبل')
  })

  it('a server that is busy is asked again, later and later, until the message is given up; an administrator sends it again', async () => {
    busy = true
    const email = 'busy@shopper.sa'
    await order(plane, email)
    const mine = async () => (await allMail(plane)).find((row) => row.kind === 'order_placed' && row.status !== 'sent')
    const clock = service(plane, Clock)
    for (const attempt of [1, 2, 3, 4, 5, 6, 7]) {
      await until(async () => (await mine())?.attempts === attempt && (await mine())?.last_error !== null)
      const { status, due_at: dueAt, last_error: reason } = (await mine())!
      expect(reason).toContain('come back later')
      expect(reason).not.toContain('busy@')
      expect(status).toBe(attempt === 7 ? 'dead' : 'queued')
      if (dueAt) clock.travelTo(later(dueAt, 1000))
    }
    busy = false
    const dead = await plane.call(listTenantMail, { query: { status: 'dead' } }, asAdmin)
    expect(dead.items).toHaveLength(1)
    expect(dead.items[0]).toMatchObject({ kind: 'order_placed', to: email, attempts: 7, subject: null, actions: ['requeue'] })
    await plane.call(requeueTenantMail, { params: { id: dead.items[0]!.id } }, asAdmin)
    await until(async () => sentTo(email).length === 1)
    await expect(plane.call(requeueTenantMail, { params: { id: dead.items[0]!.id } }, asAdmin)).rejects.toMatchObject({
      code: 'invalid_transition',
    })
    clock.travelTo(null)
  })

  it('a process that dies between taking a message and sending it is followed by one that sends it, once', async () => {
    const email = 'survivor@shopper.sa'
    await service(plane, Mailer).stop()
    await order(plane, email)
    await service(plane, OutboxRelay).settled()
    const db = database(plane).read
    await until(async () => (await db.selectFrom('mail').select('id').where('status', '=', 'queued').execute()).length > 0)
    const now = service(plane, Clock).now()
    await db
      .updateTable('mail')
      .set({ attempts: 1, due_at: later(now, hours(0)) })
      .where('status', '=', 'queued')
      .execute()
    await plane.restart()
    await until(async () => sentTo(email).length === 1)
    await plane.restart()
    await settled(plane)
    expect(sentTo(email)).toHaveLength(1)
    expect(sentTo(email)[0]!.source).toMatch(/Message-ID: <evt_\w+-order_placed@city\.sa>/)
  })

  it('a kind that is switched off is not sent; codes cannot be', async () => {
    await service(plane, SettingService).update(staffContext(), { 'mail.off': ['order_placed', 'code_sign_up'] })
    const kinds = await plane.call(listMailKinds, {}, asAdmin)
    expect(kinds.items.find(({ kind }) => kind === 'order_placed')?.on).toBe(false)
    expect(kinds.items.find(({ kind }) => kind === 'code_sign_up')?.on).toBe(true)
    await order(plane, 'quiet@shopper.sa')
    await settled(plane)
    expect(sentTo('quiet@shopper.sa')).toEqual([])
  })

  it('a code that has run out is not sent any more, nor is what happened days ago', async () => {
    const tell = (at: Date, id: string) =>
      service(plane, Clock).at(at, () =>
        database(plane).transaction((tx) =>
          appendEvent(tx, {
            type: 'customer.verification_code.requested',
            aggregate: { type: 'verification_code', id, version: 0 },
            payload: { id, purpose: 'sign_up', locale: 'en', sealed: '' },
            ctx: RequestContext.system('test'),
          }),
        ),
      )
    const before = (await allMail(plane)).length
    const now = service(plane, Clock).now()
    await tell(later(now, -days(3)), 'vcd_old')
    await tell(later(now, -hours(1)), 'vcd_late')
    await settled(plane)
    const rows = await allMail(plane)
    expect(rows).toHaveLength(before + 1)
    expect(rows.filter((row) => row.last_error === 'too_late').map((row) => row.status)).toEqual(['dead'])
  })
})

describe('without SMTP', () => {
  let plane: TestPlane
  beforeAll(async () => {
    plane = await startTestPlane()
  })
  afterAll(() => plane.stop())

  it('messages are kept in the tenant’s folder, where its administrators read them and nobody else', async () => {
    await order(plane, 'kept@example.test', 'ar')
    await settled(plane)
    const { items } = await plane.call(listTenantMail, { query: { to: 'KEPT@example.test' } }, asAdmin)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ kind: 'order_placed', status: 'sent', to: 'kept@example.test', locale: 'ar' })
    expect(await readdir(join(plane.binding.files_dir, '.mail'))).toContain(`${items[0]!.id}.eml`)
    const read = await plane.call(readTenantMail, { params: { id: items[0]!.id } }, asAdmin)
    expect(read.html).toContain('dir="rtl"')
    expect(read.text).toContain(read.subject?.split(' ').at(-1))
    for (const grant of [
      { role: 'auditor' as const, tenant_id: null, nodes: [] },
      { role: 'tenant-admin' as const, tenant_id: null, nodes: [], read_only: true },
    ]) {
      const actor = { ...admin, grants: [grant] } as typeof admin
      await expect(plane.call(readTenantMail, { params: { id: items[0]!.id } }, { actor })).rejects.toMatchObject({ code: 'forbidden' })
    }
  })
})

describe('in quarantine', () => {
  it('nothing is sent, and what the original had to say is not sent afterwards either', async () => {
    const smtp = await startTestSmtp()
    const plane = await startTestPlane({ mail: { smtp_url: smtp.url, mailbox_dir: '/nowhere' } }, { quarantined: true })
    try {
      const past = later(service(plane, Clock).now(), -hours(1))
      await service(plane, Clock).at(past, () =>
        database(plane).transaction((tx) =>
          appendEvent(tx, {
            type: 'customer.verification_code.requested',
            aggregate: { type: 'verification_code', id: 'vcd_copy', version: 0 },
            payload: { id: 'vcd_copy', purpose: 'claim', locale: 'en', sealed: '' },
            ctx: RequestContext.system('test'),
          }),
        ),
      )
      service(plane, OutboxRelay).wake()
      service(plane, Mailer).wake()
      expect(await allMail(plane)).toEqual([])
      service(plane, TenantContext).replace({ ...plane.binding.tenant, version: 2, quarantined: false })
      await until(async () => (await allMail(plane)).some((row) => row.status === 'dead'))
      expect((await allMail(plane)).map((row) => row.last_error)).toEqual(['before_quarantine'])
      expect(smtp.received).toEqual([])
    } finally {
      await plane.stop()
      await smtp.stop()
    }
  })
})

describe('the words of messages', () => {
  it('are the same in every language: kinds, parts, values; each kind has some', async () => {
    const plane = await startTestPlane()
    try {
      const letters = service(plane, Letters)
      expect(letters.kinds.length).toBeGreaterThan(15)
      for (const { name } of letters.kinds) {
        const shapes = await Promise.all(
          locales.map(async (locale) => {
            const texts = await letters.textsOf(name, locale)
            expect(texts, `${name} in ${locale}`).toBeDefined()
            return Object.entries(texts!)
              .map(([part, words]) => [part, [words].flat().map((text) => argumentsOf(text, locale))])
              .sort()
          }),
        )
        expect(shapes[1], name).toEqual(shapes[0])
        expect(shapes[2], name).toEqual(shapes[0])
      }
    } finally {
      await plane.stop()
    }
  })
})

function argumentsOf(text: string, locale: Locale): string[] {
  const found = new Set<string>()
  const look = (elements: readonly { type: number; value?: string; options?: Record<string, { value: never[] }> }[]): void => {
    for (const { type, value, options } of elements) {
      if (type !== 0 && value) found.add(value)
      for (const option of Object.values(options ?? {})) look(option.value)
    }
  }
  look(new IntlMessageFormat(text, locale).getAst() as never[])
  return [...found].sort()
}
