import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Reconciliation } from '../reconcilers/reconciliation.ts'
import { Registry } from '../registry/registry.ts'
import { AcmeServers, canRunPebble } from '../testing/acme-servers.ts'
import { type Answer, startRegistryServer, TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { DomainResolver } from './resolver.ts'

const hour = 3_600
const day = 24 * hour

describe.skipIf(!canRunPebble)('custom domains', () => {
  const clock = new TestClock()
  let server: TestPostgres
  let acme: AcmeServers
  let door: Server
  let doorPort: number
  let platform: TestPlatform
  let token: string
  const tenants: Record<string, string> = {}

  beforeAll(async () => {
    server = await startRegistryServer()
    // the gateway's part: a certificate authority is handed on to the control plane
    door = createServer((incoming, outgoing) => {
      void platform.request('GET', incoming.url ?? '/', { headers: { host: incoming.headers.host ?? '' } }).then((answer) => {
        outgoing.writeHead(answer.status, { 'content-type': 'text/plain' })
        outgoing.end(answer.text)
      })
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    doorPort = (door.address() as AddressInfo).port
    acme = await AcmeServers.start(doorPort)
    platform = await TestPlatform.start(server, {
      clock,
      domains: {
        acmeDirectory: acme.directory,
        acmeCa: readFileSync(acme.caFile, 'utf8'),
        dnsServer: acme.dnsServer,
        tlsPort: 8443,
        addresses: [],
      },
    })
    await allow(50)
    await signIn()
    for (const slug of ['souq', 'bazaar']) {
      const created = await platform.createTenant(token, slug)
      await platform.ended(token, created.body.data.operation.id)
      tenants[slug] = created.body.data.tenant.id
    }
  }, 120_000)

  afterAll(async () => {
    await platform?.stop()
    await acme?.stop()
    await new Promise((resolve) => (door ? door.close(resolve) : resolve(null)))
    await server?.stop()
  })

  /** Domains that the plan holds. */
  const allow = async (domains: number): Promise<void> => {
    const { db } = platform.app.get(Registry)
    const { limits } = await db.plan.findUniqueOrThrow({ where: { code: 'standard' } })
    await db.plan.update({ where: { code: 'standard' }, data: { limits: { ...(limits as object), domains } } })
  }
  const signIn = async (): Promise<void> => {
    token = (await platform.signIn()).access_token
  }
  const of = (slug: string, rest = '') => `/api/v1/tenants/${slug}/domains${rest}`
  const claim = (slug: string, host: string): Promise<Answer> => platform.request('POST', of(slug), { token, body: { host } })
  const verify = (slug: string, host: string): Promise<Answer> => platform.request('POST', of(slug, `/${host}/verify`), { token })
  const read = async (slug: string, host: string): Promise<Answer['body']> =>
    (await platform.request('GET', of(slug, `/${host}`), { token })).body.data
  const settle = (): Promise<void> => platform.app.get(Reconciliation).serveDomains()
  const prove = async (slug: string, host: string): Promise<void> => {
    const { records } = await read(slug, host)
    await acme.setText(records[0].name, records[0].value)
  }
  /** Looks again and again until it is so: after a leap of the clock the process first takes its lease anew. */
  const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
    const deadline = performance.now() + 45_000
    while (!(await isSo())) {
      if (performance.now() > deadline)
        throw new Error(`not yet: ${what}: ${JSON.stringify((await platform.request('GET', of('souq'), { token })).body.data)}`)
      await settle()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const reaches = async (slug: string, host: string, status: string): Promise<Answer['body']> => {
    await until(`${host} ${status}`, async () => (await read(slug, host)).status === status)
    return read(slug, host)
  }
  /** Time goes by, and the domain was looked at since. */
  const later = async (seconds: number, host = 'shop.example.com'): Promise<void> => {
    clock.move(seconds)
    await signIn()
    const now = clock.now().getTime()
    await until(`${host} looked at`, async () => Date.parse((await read('souq', host)).next_check_at ?? '9999-01-01') > now)
  }
  const live = async (slug: string, host: string): Promise<Answer['body']> => {
    expect((await claim(slug, host)).status).toBe(201)
    await prove(slug, host)
    expect((await verify(slug, host)).body.data.status).toBe('verified')
    return reaches(slug, host, 'live')
  }
  const kept = (slug: string) => platform.driver.tenants.get(tenants[slug] ?? '')!
  const mails = async (template: string): Promise<number> =>
    platform.app.get(Registry).db.mail.count({ where: { template, tenant_id: { in: Object.values(tenants) } } })

  it('tells the records, proves, routes, and gets a certificate for the host and what lies beneath it', async () => {
    const claimed = await claim('souq', 'Shop.Example.COM.')
    expect(claimed.status).toBe(201)
    expect(claimed.body.data).toMatchObject({ host: 'shop.example.com', status: 'claimed', url: null, actions: ['verify', 'remove'] })
    expect(claimed.body.data.records[0]).toMatchObject({ type: 'TXT', name: '_cityos.shop.example.com', purpose: 'proof' })
    expect(claimed.body.data.records[1]).toEqual({ type: 'CNAME', name: 'shop.example.com', value: 'souq.localhost', purpose: 'traffic' })

    const unproven = await verify('souq', 'shop.example.com')
    expect(unproven.body.data).toMatchObject({ status: 'claimed', failure: { code: 'txt_missing' } })
    expect(kept('souq').hosts).toEqual(['souq.localhost'])

    await acme.setText('_cityos.shop.example.com', 'cityos-domain=somebody-elses')
    expect((await verify('souq', 'shop.example.com')).body.data.failure.code).toBe('txt_different')

    await prove('souq', 'shop.example.com')
    expect((await verify('souq', 'shop.example.com')).body.data).toMatchObject({ status: 'verified', failure: null })
    const domain = await reaches('souq', 'shop.example.com', 'live')
    expect(domain).toMatchObject({ canonical: true, url: 'https://shop.example.com:8443', failure: null })
    expect(domain.certificate.hosts).toEqual(['shop.example.com', ...['api', 'admin', 'vendor'].map((name) => `${name}.shop.example.com`)])
    expect(kept('souq').hosts.toSorted()).toEqual(['shop.example.com', 'souq.localhost'])
    const { chain, key } = kept('souq').certificates.get('shop.example.com')!
    const certificate = new X509Certificate(chain)
    expect(certificate.checkHost('admin.shop.example.com')).toBe('admin.shop.example.com')
    expect(certificate.fingerprint256).toBe(domain.certificate.fingerprint)
    expect(key).toContain('PRIVATE KEY')
    const tenant = (await platform.request('GET', '/api/v1/tenants/souq', { token })).body.data
    expect(tenant).toMatchObject({ url: 'https://shop.example.com:8443', admin_url: 'http://admin.souq.localhost:8080' })
    expect(tenant.domains).toEqual(['shop.example.com', 'souq.localhost'])
    expect(await mails('domain-live')).toBe(1)
    const registry = platform.app.get(Registry).db
    expect(await registry.domain_challenge.count()).toBe(0)
    const row = await registry.custom_domain.findFirstOrThrow({ where: { host: 'shop.example.com' } })
    expect(row.certificate_sealed).not.toContain('PRIVATE KEY')
  })

  it('lets staff sign in on the console of a live domain, over https only', async () => {
    const ask = (redirect: string) =>
      platform.request(
        'GET',
        `/oauth/authorize?${new URLSearchParams({
          response_type: 'code',
          client_id: 'tenant-console',
          redirect_uri: redirect,
          code_challenge: 'a'.repeat(43),
          code_challenge_method: 'S256',
          resource: `tenant:${tenants['souq']}`,
          state: 'state-1',
        })}`,
      )
    expect((await ask('https://admin.shop.example.com:8443/auth/callback')).status).toBe(200)
    expect((await ask('http://admin.shop.example.com:8080/auth/callback')).status).toBe(400)
    expect((await ask('https://admin.other.example.com:8443/auth/callback')).status).toBe(400)
  })

  it.each([
    ['127.0.0.1', 'ip_address'],
    ['[::1]', 'ip_address'],
    ['https://shop.example.com/', 'malformed'],
    ['shop', 'malformed'],
    ['-a.example.com', 'malformed'],
    ['*.example.com', 'malformed'],
    ['a..example.com', 'malformed'],
    ['souq.localhost', 'reserved'],
    ['admin.shop.example.com', 'reserved'],
    ['co.uk', 'public_suffix'],
    ['github.io', 'public_suffix'],
  ])('refuses to claim %s: %s', async (host, reason) => {
    const refused = await claim('souq', host)
    expect(refused.status, refused.text).toBe(422)
    expect(refused.body.errors[0]).toMatchObject({ code: 'validation_failed', field: 'host', details: { reason } })
  })

  it('takes names in other scripts as DNS has them, and shows them as they were written', async () => {
    const claimed = await claim('souq', 'متجر.example.com')
    expect(claimed.body.data).toMatchObject({ display_host: 'متجر.example.com' })
    expect(claimed.body.data.host).toMatch(/^xn--/)
    await platform.request('DELETE', of('souq', `/${claimed.body.data.host}`), { token })
  })

  it('renews when a third of the life is left, once, and only while the proof is there', async () => {
    const before = await read('souq', 'shop.example.com')
    await later(59 * day)
    expect((await read('souq', 'shop.example.com')).certificate.fingerprint).toBe(before.certificate.fingerprint)
    clock.move(2 * day)
    await signIn()
    await Promise.all([settle(), settle(), settle()])
    await later(60)
    const renewed = await read('souq', 'shop.example.com')
    expect(renewed.certificate.fingerprint).not.toBe(before.certificate.fingerprint)
    const again = kept('souq').certificates.get('shop.example.com')!.chain
    await settle()
    expect(kept('souq').certificates.get('shop.example.com')!.chain).toBe(again)
  })

  it('gives the certificate back to a driver that lost it', async () => {
    kept('souq').certificates.clear()
    await verify('souq', 'shop.example.com')
    await until('handed over', () => kept('souq').certificates.size > 0)
    await later(1)
    expect([...kept('souq').certificates.keys()]).toEqual(['shop.example.com'])
  })

  it('keeps a domain while DNS is silent; warns when the proof is gone; releases it after 72 hours', async () => {
    await acme.fail('_cityos.shop.example.com')
    await later(day + hour)
    expect(await read('souq', 'shop.example.com')).toMatchObject({ status: 'live', failure: { code: 'dns_unreachable' } })
    await acme.fail('_cityos.shop.example.com', false)
    await acme.clearText('_cityos.shop.example.com')
    clock.move(day + hour)
    await signIn()
    const failing = await reaches('souq', 'shop.example.com', 'failing')
    expect(failing).toMatchObject({ failure: { code: 'txt_missing' } })
    expect(Date.parse(failing.released_at) - Date.parse(failing.failing_since)).toBe(72 * hour * 1000)
    expect(await mails('domain-failing')).toBe(1)

    await prove('souq', 'shop.example.com')
    clock.move(2 * hour)
    await signIn()
    expect(await reaches('souq', 'shop.example.com', 'live')).toMatchObject({ failing_since: null, failure: null })
    await acme.clearText('_cityos.shop.example.com')
    clock.move(day + hour)
    await signIn()
    await reaches('souq', 'shop.example.com', 'failing')
    await later(71 * hour)
    expect((await read('souq', 'shop.example.com')).status).toBe('failing')
    clock.move(2 * hour)
    await signIn()
    await reaches('souq', 'shop.example.com', 'lost')
    await until('cleared', () => kept('souq').certificates.size === 0)
    expect(kept('souq').hosts).toEqual(['souq.localhost'])
    expect([...kept('souq').certificates.keys()]).toEqual([])
    expect((await platform.request('GET', '/api/v1/tenants/souq', { token })).body.data.url).toBe('http://souq.localhost:8080')
    expect(await mails('domain-lost')).toBe(1)
  })

  it('makes another live domain the first address, and the next one when that is removed', async () => {
    await live('souq', 'one.example.com')
    await live('souq', 'two.example.com')
    const made = await platform.request('POST', of('souq', '/two.example.com/canonical'), { token })
    expect(made.body.data.canonical).toBe(true)
    const first = async () => (await platform.request('GET', '/api/v1/tenants/souq', { token })).body.data.domains[0]
    expect(await first()).toBe('two.example.com')
    const removed = await platform.request('DELETE', of('souq', '/two.example.com'), { token })
    expect(removed.body.data).toMatchObject({ status: 'removed', actions: [] })
    expect(await first()).toBe('one.example.com')
    await until('cleared', () => kept('souq').certificates.size === 1)
    expect(kept('souq').hosts.toSorted()).toEqual(['one.example.com', 'souq.localhost'])
    expect([...kept('souq').certificates.keys()]).toEqual(['one.example.com'])
  })

  it('does not say whose a domain in use is', async () => {
    const refused = await claim('bazaar', 'one.example.com')
    expect(refused.status).toBe(409)
    expect(refused.body.errors[0].code).toBe('domain_in_use')
    expect(refused.text).not.toMatch(/souq|tnt_/)
  })

  it('counts against the plan', async () => {
    await allow(2)
    expect((await claim('souq', 'three.example.com')).status).toBe(201)
    const refused = await claim('souq', 'four.example.com')
    expect(refused.body.errors[0]).toMatchObject({ code: 'quota_exceeded', details: { limit: 2, used: 2 } })
    await allow(50)
  })

  it('goes on with an order that was under way when the process was killed', async () => {
    expect((await claim('souq', 'killed.example.com')).status).toBe(201)
    await prove('souq', 'killed.example.com')
    await verify('souq', 'killed.example.com')
    const { db } = platform.app.get(Registry)
    // the authority cannot reach the host: the order stands, and is not valid
    const reconciler = platform.app.get(Reconciliation).domains
    await new Promise((resolve) => door.close(resolve))
    const { id } = await read('souq', 'killed.example.com')
    await reconciler.reconcile(id)
    const failed = await read('souq', 'killed.example.com')
    expect(failed).toMatchObject({ status: 'verified', failure: { code: 'certificate_failed' } })
    await new Promise<void>((resolve) => door.listen(doorPort, '127.0.0.1', resolve))
    await verify('souq', 'killed.example.com')
    await reaches('souq', 'killed.example.com', 'live')
    expect(await db.custom_domain.findUniqueOrThrow({ where: { id } })).toMatchObject({ order_url: null, order_failures: 0 })
  })

  it('falls back to the platform host when a certificate runs out and cannot be renewed, and tells owner and operators', async () => {
    await new Promise((resolve) => door.close(resolve))
    try {
      await later(95 * day, 'one.example.com')
      await until('expired', async () => (await read('souq', 'one.example.com')).status === 'verified')
      expect(await read('souq', 'one.example.com')).toMatchObject({
        status: 'verified',
        canonical: false,
        failure: { code: 'certificate_failed' },
      })
      expect(kept('souq').certificates.has('one.example.com')).toBe(false)
      expect((await platform.request('GET', '/api/v1/tenants/souq', { token })).body.data.domains[0]).toBe('souq.localhost')
      const alerts = (await platform.request('GET', '/api/v1/alerts?kind=certificate-expiring&status=open', { token })).body.data
      expect(alerts.length).toBeGreaterThan(0)
    } finally {
      await new Promise<void>((resolve) => door.listen(doorPort, '127.0.0.1', resolve))
    }
  }, 60_000)

  describe('races', { retry: 0 }, () => {
    it('gives a host that two tenants prove in the same moment to one of them', async () => {
      const hosts = ['r1', 'r2', 'r3', 'r4'].map((name) => `${name}.example.com`)
      for (const host of hosts) {
        for (const slug of ['souq', 'bazaar']) {
          expect((await claim(slug, host)).status).toBe(201)
          await prove(slug, host)
        }
      }
      const answers = await Promise.all(hosts.flatMap((host) => ['souq', 'bazaar', 'souq', 'bazaar'].map((slug) => verify(slug, host))))
      for (const answer of answers) expect([200, 409]).toContain(answer.status)
      for (const host of hosts) {
        const states = [await read('souq', host), await read('bazaar', host)].map((domain) => domain.status)
        expect(states.filter((status) => status === 'claimed')).toHaveLength(1)
        const { db } = platform.app.get(Registry)
        expect(await db.tenant_domain.count({ where: { host } })).toBe(1)
      }
    })

    it('takes one of many claims of the same host by one tenant', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => claim('bazaar', 'many.example.com')))
      expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
    })
  })

  it('asks DNS without a cache', async () => {
    const resolver = platform.app.get(DomainResolver)
    expect(await resolver.text('_cityos.cache.example.com')).toEqual({ state: 'absent' })
    await acme.setText('_cityos.cache.example.com', 'now')
    expect(await resolver.text('_cityos.cache.example.com')).toEqual({ state: 'found', values: ['now'] })
  })
})
