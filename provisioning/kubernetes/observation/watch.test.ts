import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Change, ClusterWatch, type WatchParts } from './watch.ts'

const kind = { kind: 'NetworkPolicy', path: '/apis/networking.k8s.io/v1/networkpolicies' }
const metadata = (name: string, resourceVersion: string) => ({ name, namespace: 'tenant-1', resourceVersion })

/** A crowded machine takes its time. */
const patient = { timeout: 10_000 }

/** An API server that speaks list and watch of one kind, and does as the test says. */
class ScriptedServer {
  readonly requests: URL[] = []
  readonly accepts: (string | undefined)[] = []
  present: object[] = []
  /** Objects on a page of a list. */
  perPage = 100
  version = '10'
  /** Answers instead of the usual ones, first come first served. */
  readonly refusals: { status: number }[] = []
  #open: ServerResponse | undefined
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  async start(): Promise<KubeConfig> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const config = new KubeConfig()
    const { port } = this.#server.address() as AddressInfo
    config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' })
    return config
  }

  send(type: string, object: object): void {
    this.#open?.write(`${JSON.stringify({ type, object })}\n`)
  }

  /** The connection breaks off. */
  drop(): void {
    this.#open?.destroy()
    this.#open = undefined
  }

  get watching(): boolean {
    return this.#open !== undefined
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://server')
    this.requests.push(url)
    this.accepts.push(request.headers.accept)
    const refusal = this.refusals.shift()
    if (refusal) {
      response.writeHead(refusal.status).end('{"message":"no"}')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    if (url.searchParams.has('watch')) {
      this.#open = response
      response.flushHeaders()
    } else response.end(JSON.stringify(this.#page(Number(url.searchParams.get('continue') ?? 0))))
  }

  #page(from: number): object {
    const next = from + this.perPage
    const more = next < this.present.length ? { continue: String(next) } : {}
    return { metadata: { resourceVersion: this.version, ...more }, items: this.present.slice(from, next) }
  }
}

let server: ScriptedServer
let watch: ClusterWatch
let parts: WatchParts
let heard: Change[]
let faults: unknown[]
let answering = false

beforeEach(async () => {
  server = new ScriptedServer()
  heard = []
  faults = []
  const kubeConfig = await server.start()
  const answers = (_: string, error: unknown) => {
    answering = error === null
    if (error !== null) faults.push(error)
  }
  parts = { kubeConfig, heard: (change) => void heard.push(change), answers }
  watch = new ClusterWatch({ ...parts, kinds: [kind] })
})
afterEach(async () => {
  await watch.stop()
  await server.stop()
})
const names = () => heard.map(({ phase, name }) => `${phase} ${name}`)
const watching = () => expect.poll(() => server.watching, patient).toBe(true)

describe('the watch of a cluster', () => {
  it('hears what is there, and then what happens, and asks for metadata only', async () => {
    server.present = [{ metadata: metadata('deny', '9') }]
    watch.start()
    await watching()
    server.send('DELETED', { metadata: metadata('deny', '11') })
    await expect.poll(names, patient).toEqual(['LISTED deny', 'DELETED deny'])
    expect(heard[0]).toEqual({ namespace: 'tenant-1', kind: 'NetworkPolicy', name: 'deny', phase: 'LISTED' })
    expect(server.accepts.every((accept) => accept?.includes('as=PartialObjectMetadata'))).toBe(true)
    expect(server.requests.every((url) => url.searchParams.get('labelSelector') === 'cityos.dev/tenant')).toBe(true)
  })

  it('hears what is there page by page, and goes on from where the list was', async () => {
    server.perPage = 2
    server.present = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ metadata: metadata(name, '9') }))
    watch.start()
    await watching()
    expect(names()).toEqual(['LISTED a', 'LISTED b', 'LISTED c', 'LISTED d', 'LISTED e'])
    expect(server.requests).toHaveLength(4)
    expect(server.requests.at(-1)?.searchParams.get('resourceVersion')).toBe('10')
  })

  it('hears what something should be, and not what has become of it, where nothing depends on that', async () => {
    watch = new ClusterWatch({ ...parts, kinds: [{ ...kind, wishOnly: true }] })
    watch.start()
    await watching()
    const written = (version: string, name: string, ...by: object[]) =>
      server.send('MODIFIED', { metadata: { ...metadata(name, version), managedFields: by } })
    const wish = (time: string) => ({ manager: 'kubectl-edit', time })
    const status = (time: string) => ({ manager: 'kube-controller-manager', subresource: 'status', time })
    written('10', 'scaled', wish('2026-11-23T10:00:00Z'), status('2026-11-23T10:00:01Z'))
    written('11', 'edited', wish('2026-11-23T10:00:02Z'), status('2026-11-23T10:00:01Z'))
    written('12', 'both at once', wish('2026-11-23T10:00:03Z'), status('2026-11-23T10:00:03Z'))
    await expect.poll(names, patient).toEqual(['MODIFIED edited', 'MODIFIED both at once'])
  })

  it('hears of something that only repeats itself once', async () => {
    watch = new ClusterWatch({ ...parts, kinds: [{ ...kind, onceOnly: true }] })
    watch.start()
    await watching()
    for (const type of ['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'] as const) server.send(type, { metadata: metadata('back-off', '10') })
    await expect.poll(names, patient).toEqual(['ADDED back-off', 'DELETED back-off'])
  })

  it('goes on after an interruption from where it was', async () => {
    watch.start()
    await watching()
    server.send('BOOKMARK', { metadata: { resourceVersion: '42' } })
    server.send('MODIFIED', { metadata: metadata('web', '43') })
    await expect.poll(names, patient).toEqual(['MODIFIED web'])
    server.drop()
    await watching()
    await expect.poll(() => server.requests.at(-1)?.searchParams.get('resourceVersion'), patient).toBe('43')
    await expect.poll(() => answering, patient).toBe(true)
    expect(server.requests.filter((url) => !url.searchParams.has('watch'))).toHaveLength(1)
  })

  it('hears everything again where the cluster no longer knows that version', async () => {
    server.present = [{ metadata: metadata('deny', '9') }]
    watch.start()
    await watching()
    server.send('ERROR', { code: 410, message: 'too old resource version' })
    await expect.poll(names, patient).toEqual(['LISTED deny', 'LISTED deny'])
  })

  it('tries again when the cluster fails, and says so', async () => {
    server.refusals.push({ status: 500 }, { status: 403 })
    server.present = [{ metadata: metadata('deny', '9') }]
    watch.start()
    await expect.poll(names, patient).toEqual(['LISTED deny'])
    expect(faults).toMatchObject([{ code: 500 }, { code: 403 }])
  })
})
