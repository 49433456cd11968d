import { request as secureRequest } from 'node:https'
import type { CustomDomain } from '@cityos/control-plane/contract'
import { AcmeServers, canRunPebble } from '@cityos/control-plane/testing/acme-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort, Platform } from './platform.ts'

/** A platform with a certificate authority and name servers of its own. */
describe.skipIf(!canRunPebble)('a shop at a domain of its own', () => {
  const host = 'shop.example.com'
  let acme: AcmeServers
  let platform: Platform
  let tlsPort: number
  let root: string

  beforeAll(async () => {
    const port = await freePort()
    acme = await AcmeServers.start(port)
    root = await acme.root()
    tlsPort = await freePort()
    platform = await Platform.start({
      port,
      environment: {
        CITYOS_ACME_DIRECTORY: acme.directory,
        CITYOS_ACME_CA_FILE: acme.caFile,
        CITYOS_DNS_SERVER: acme.dnsServer,
        CITYOS_TLS_PORT: String(tlsPort),
      },
    })
    await platform.json(['tenant', 'create', 'souq', '--name', 'Souq', '--owner', 'owner@souq.test', '--wait'])
  })

  afterAll(async () => {
    await platform?.end()
    await acme?.stop()
  })

  const overTls = (name: string, path: string): Promise<{ status: number; text: string; headers: Record<string, unknown> }> =>
    new Promise((resolve, reject) => {
      const asked = {
        host: '127.0.0.1',
        port: tlsPort,
        servername: name,
        ca: root,
        path,
        headers: { host: `${name}:${tlsPort}` },
        agent: false as const,
      }
      const outgoing = secureRequest(asked, (answer) => {
        let text = ''
        answer.on('data', (part: Buffer) => {
          text += part.toString()
        })
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
      })
      outgoing.once('error', reject)
      outgoing.end()
    })
  const listed = async (): Promise<CustomDomain> => (await platform.json<CustomDomain[]>(['domain', 'list', 'souq']))[0]!

  test('is claimed, proven, certified and browsed over https, also while the control plane is away; then given up', async () => {
    const claimed = await platform.json<CustomDomain>(['domain', 'add', 'souq', host])
    const printed = await platform.cityos(['domain', 'verify', 'souq', host])
    expect(printed.code).toBe(1)
    expect(printed.stdout + printed.stderr).toContain(`_cityos.${host}`)
    const unknown = await platform.request(host, '/', { headers: { accept: 'application/json' } })
    expect([unknown.status, (await unknown.json()).errors[0].code]).toEqual([404, 'unknown_host'])

    const proof = claimed.records.find((record) => record.type === 'TXT')!
    await acme.setText(proof.name, proof.value)
    expect((await platform.json<CustomDomain>(['domain', 'verify', 'souq', host])).status).toBe('verified')
    await eventually(async () => (await listed()).status === 'live', `${host} is live`)
    expect(await listed()).toMatchObject({ canonical: true, url: `https://${host}:${tlsPort}` })

    const page = await overTls(host, '/en')
    expect(page.status).toBe(200)
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000')
    const cookies = [page.headers['set-cookie'] ?? []].flat() as string[]
    for (const cookie of cookies) expect(cookie).toContain('Secure')
    // known, and asks for the shop's key
    expect((await overTls(`api.${host}`, '/v1/store/tenant')).status).toBe(401)
    const signIn = await overTls(`admin.${host}`, '/auth/sign-in')
    expect(String(signIn.headers['location'])).toContain(encodeURIComponent(`https://admin.${host}:${tlsPort}/auth/callback`))
    const plain = await platform.request(host, '/en', { redirect: 'manual' })
    expect([plain.status, plain.headers.get('location')]).toEqual([308, `https://${host}:${tlsPort}/en`])

    await platform.kill(await platform.pid('control-plane'))
    expect((await overTls(host, '/en')).status).toBe(200)
    await eventually(async () => (await platform.cityos(['domain', 'list', 'souq'])).code === 0, 'the control plane is back')

    await platform.json(['domain', 'remove', 'souq', host])
    await eventually(async () => (await platform.request(host, '/')).status === 404, `${host} leads nowhere`)
    await expect(overTls(host, '/en')).rejects.toThrow()
  })
})
