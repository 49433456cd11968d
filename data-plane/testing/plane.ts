import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type AnyEndpoint,
  type Binding,
  type Call,
  type Client,
  createClient,
  type Page,
  type Result,
  type TenantDocument,
} from '@cityos/contract'
import {
  type Actor,
  ApiCaller,
  createLog,
  createPlaneApp,
  EventStreams,
  guest,
  RequestContext,
  type RequestContextFields,
} from '@cityos/http'
import { startTestPostgres, type TestDatabase } from '@cityos/provisioning/testing'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { InstalledVertical } from '../core/vertical/define-vertical.ts'
import { Background } from '../platform/background/background.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { AppModule } from '../src/app.module.ts'
import { httpSettings } from '../src/settings.ts'
import { verticalModules } from '../src/verticals.ts'

export interface TestPlane {
  app: NestFastifyApplication
  binding: Binding
  database: TestDatabase
  /** Calls an operation without a connection, as `as`: gate, authorisation and validation as over HTTP; the answer must fit its schema. */
  call<E extends AnyEndpoint>(endpoint: E, call?: Call<E>, as?: Caller): Promise<Result<E>>
  /** Calls the plane over HTTP. @param headers e.g. a cart token or a session */
  client(headers?: Record<string, string>): Client
  /** Another process of the same tenant over the same database, as during an upgrade. */
  beside(): Promise<Pick<TestPlane, 'client' | 'stop'>>
  /** Boots a second time over the same database, as after a crash. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface Caller extends Pick<RequestContextFields, 'locale' | 'idempotencyKey' | 'cartToken' | 'stream'> {
  actor?: Actor
}

/** A tenant admin of the tenant under test. */
export const admin: Actor = {
  kind: 'staff',
  sub: 'usr_00000000000000000000000000',
  email: 'admin@test',
  name: 'Admin',
  sid: 'sid_test',
  grants: [{ role: 'tenant-admin', tenant_id: null, nodes: [] }],
  expiresAt: new Date(8.64e15),
}

export const vendorActor = (vendorId: string, role = 'owner'): Actor => ({
  kind: 'vendor',
  userId: `vus_${vendorId.slice(4)}`,
  vendorId,
  role,
  sessionId: 'ses_test',
})

const dataPlane = path.resolve(import.meta.dirname, '..')

/**
 * One data plane with a database of its own: real Postgres, real HTTP, its control plane away.
 * @param changes e.g. the keys of staff tokens
 * @param tenant what differs from an ordinary test tenant
 * @param verticals what the release has the code for
 */
export async function startTestPlane(
  changes: Partial<Binding> = {},
  tenant: Partial<TenantDocument> = {},
  verticals: readonly InstalledVertical[] = verticalModules,
): Promise<TestPlane> {
  const postgres = await startTestPostgres({ tenants: dataPlane })
  const folder = mkdtempSync(path.join(tmpdir(), 'cityos-plane-'))
  const database = await postgres.tenantDatabase(dataPlane)
  const journal = JSON.parse(readFileSync(path.join(dataPlane, 'migrations.json'), 'utf8')) as string[]
  writeFileSync(path.join(folder, 'release.json'), JSON.stringify({ version: 'test', schema: journal.at(-1)?.replace('.sql', '') }))
  // The seed draws its pictures from the release folder.
  symlinkSync(path.join(dataPlane, 'seed'), path.join(folder, 'seed'))
  symlinkSync(path.join(dataPlane, 'node_modules/@fontsource/ibm-plex-sans-arabic/files'), path.join(folder, 'fonts'))
  const usual = bindingFor(database.url, folder)
  const binding = { ...usual, tenant: { ...usual.tenant, ...tenant }, ...changes }
  let app = await boot(binding, verticals)
  return {
    get app() {
      return app
    },
    binding,
    database,
    call: (endpoint, call, as) => callIn(app, endpoint, call, as),
    client: (headers = {}) => clientOf(app, headers),
    beside: async () => {
      const other = await boot(binding, verticals)
      return { client: (headers = {}) => clientOf(other, headers), stop: () => halt(other) }
    },
    restart: async () => {
      await halt(app)
      app = await boot(binding, verticals)
    },
    stop: async () => {
      await halt(app)
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function callIn<E extends AnyEndpoint>(
  app: NestFastifyApplication,
  endpoint: E,
  call: Call<E> = {},
  as: Caller = {},
): Promise<Result<E>> {
  const ctx = new RequestContext({ surface: 'api', host: 'test.localhost', ...as, actor: as.actor ?? guest })
  const result = await app.get(ApiCaller).call(endpoint, call, ctx)
  const answers: unknown[] = endpoint.kind === 'list' ? (result as Page<unknown>).items : [result]
  for (const answer of answers) endpoint.response.parse(answer)
  return result
}

/** The composition of `serve`, without pages, sleep and the stream to the control plane. */
async function boot(binding: Binding, verticals: readonly InstalledVertical[]): Promise<NestFastifyApplication> {
  const log = createLog('data-plane', { tenant_id: binding.tenant.id })
  const tenant = new TenantContext(binding)
  const settings = httpSettings(binding, tenant, log, { allowsOrigin: async () => false, onAnswered: () => {} })
  const app = await createPlaneApp(AppModule.for({ binding, tenant, log, settings, verticals }), { log, surfaceOf: settings.surfaceOf })
  await app.get(Background).start()
  await app.getHttpAdapter().getInstance().listen({ host: '127.0.0.1', port: 0 })
  return app
}

async function halt(app: NestFastifyApplication): Promise<void> {
  app.get(EventStreams).closeAll()
  app.getHttpServer().closeAllConnections()
  await app.get(Background).stop()
  await app.close()
}

function bindingFor(url: string, folder: string): Binding {
  return {
    tenant: {
      id: 'ten_01jd0000000000000000000000',
      version: 1,
      slug: 'test',
      name: { en: 'Test', fr: 'Test', ar: 'اختبار' },
      status: 'active',
      plan: 'standard',
      verticals: ['catalogue'],
      locales: ['en', 'fr', 'ar'],
      default_locale: 'en',
      currencies: ['SAR', 'USD'],
      default_currency: 'SAR',
      timezone: 'Asia/Riyadh',
      country: 'SA',
      theme: { brand: '#0f766e', radius: 'medium', logo_url: null },
      release: 'test',
      domains: ['test.localhost'],
      test: true,
      quarantined: false,
      read_only: false,
      limits: {},
    },
    listen: { host: '127.0.0.1', port: 0 },
    database: { url: url, direct_url: url },
    secrets: { tenant_key: randomBytes(32).toString('base64'), plane_key: randomBytes(32).toString('base64') },
    jwks: { keys: [] },
    issuer: 'http://cityos.localhost',
    control_plane: { socket: path.join(folder, 'no-control-plane.sock') },
    supervisor: null,
    public: { scheme: 'http', base_domain: 'localhost', port: null },
    files_dir: path.join(folder, 'files'),
    release_dir: folder,
    idle_after: 0,
  }
}

function clientOf(app: NestFastifyApplication, headers: Record<string, string>): Client {
  const { port } = app.getHttpServer().address() as AddressInfo
  return createClient({ origin: '', headers: () => headers, fetch: (url, init) => fetchAt(port, String(url), init ?? {}) })
}

/** `fetch` refuses to set Host, and the host picks the store. */
function fetchAt(port: number, url: string, init: RequestInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path: url,
        method: init.method ?? 'GET',
        headers: { ...(init.headers as Record<string, string>), host: 'test.localhost' },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve(
            new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500, headers: answer.headers as Record<string, string> }),
          ),
        )
      },
    )
    request.on('error', reject)
    request.end(init.body as string | undefined)
  })
}
