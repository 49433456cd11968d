import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cache, freePort, install, onPath, run } from './stand-in.ts'

/** A certificate authority (`pebble`) and the DNS it asks (`pebble-challtestsrv`). */

const version = 'v2.10.1'
const programs = ['pebble', 'pebble-challtestsrv']
/** Seconds a certificate is good for: 90 days. */
const validity = 7_776_000

/** Whether the tests against it can run here; in CI they must. */
export const canRunPebble = onPath('go') || process.env['CI'] === 'true'

/** A running authority: where it is asked, which root it signs with, and the DNS a test writes. */
export class AcmeServers {
  readonly directory: string
  /** PEM file of the authority's own https, to be trusted by whoever asks it. */
  readonly caFile: string
  /** `address:port` of the name server. */
  readonly dnsServer: string
  readonly #dir: string
  readonly #processes: ChildProcess[]
  readonly #dnsOrigin: string
  readonly #management: number

  private constructor(
    dir: string,
    processes: ChildProcess[],
    ports: { acme: number; management: number; dns: number; dnsManagement: number },
  ) {
    this.#dir = dir
    this.#processes = processes
    this.#management = ports.management
    this.#dnsOrigin = `http://127.0.0.1:${ports.dnsManagement}`
    this.directory = `https://localhost:${ports.acme}/dir`
    this.caFile = join(dir, 'server.pem')
    this.dnsServer = `127.0.0.1:${ports.dns}`
  }

  /** @param httpPort where the authority looks for answers to its challenges: every name leads to 127.0.0.1 */
  static async start(httpPort: number): Promise<AcmeServers> {
    const folder = join(cache, `pebble-${version}`)
    install(folder, (at) =>
      run('go', ['install', ...programs.map((name) => `github.com/letsencrypt/pebble/v2/cmd/${name}@${version}`)], {
        GOBIN: at,
        GOFLAGS: '-modcacherw',
      }),
    )
    const dir = mkdtempSync(join(tmpdir(), 'cityos-acme-'))
    const [acme, management, dns, dnsManagement] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
    const key = join(dir, 'server.key')
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-keyout',
      key,
      '-out',
      join(dir, 'server.pem'),
      ...names,
    ])
    const config = {
      listenAddress: `127.0.0.1:${acme}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(dir, 'server.pem'),
      privateKey: key,
      httpPort,
      tlsPort: 1,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
      retryAfter: { authz: 1, order: 1 },
      profiles: { default: { description: 'ninety days', validityPeriod: validity } },
    }
    writeFileSync(join(dir, 'pebble.json'), JSON.stringify({ pebble: config }))
    const silent = { stdio: 'ignore' as const }
    const unused = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', '']
    const address = `127.0.0.1:${dns}`
    const names4 = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '']
    const processes = [
      spawn(
        join(folder, 'pebble-challtestsrv'),
        ['-dnsserver', address, '-management', `127.0.0.1:${dnsManagement}`, ...names4, ...unused],
        silent,
      ),
      spawn(join(folder, 'pebble'), ['-config', join(dir, 'pebble.json'), '-dnsserver', address], {
        ...silent,
        env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' },
      }),
    ]
    const servers = new AcmeServers(dir, processes, { acme, management, dns, dnsManagement })
    await servers.#ready().catch(async (error: Error) => {
      await servers.stop()
      throw error
    })
    return servers
  }

  /** Sets a TXT record. */
  async setText(name: string, value: string): Promise<void> {
    await this.#dns('set-txt', { host: `${name}.`, value })
  }

  async clearText(name: string): Promise<void> {
    await this.#dns('clear-txt', { host: `${name}.` })
  }

  /** Makes the name server fail for a name, or answer again. */
  async fail(name: string, fails = true): Promise<void> {
    await this.#dns(fails ? 'set-servfail' : 'clear-servfail', { host: `${name}.` })
  }

  /** PEM of the root that the issued certificates lead to. */
  root(): Promise<string> {
    return this.#get('/roots/0')
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#processes.map(
        (process) =>
          new Promise<void>((resolve) => {
            if (process.exitCode !== null) return resolve()
            process.once('exit', () => resolve())
            process.kill('SIGKILL')
          }),
      ),
    )
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async #dns(path: string, body: object): Promise<void> {
    const answer = await fetch(`${this.#dnsOrigin}/${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  }

  #get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port: this.#management, path, ca: readFileSync(this.caFile), servername: 'localhost' },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (part: string) => {
            text += part
          })
          answer.once('end', () => resolve(text))
        },
      )
      outgoing.once('error', reject)
      outgoing.end()
    })
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + 45_000
    for (;;) {
      try {
        await Promise.all([this.root(), this.#dns('clear-txt', { host: 'ready.test.' })])
        return
      } catch (error) {
        if (performance.now() > deadline || this.#processes.some((process) => process.exitCode !== null)) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
}
