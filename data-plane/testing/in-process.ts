import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyEndpoint, Binding, Call, Result, TenantDocument } from '@cityos/contract'
import { type Actor, ApiCaller, createLog, createPlaneApp, guest, RequestContext, type RequestContextFields } from '@cityos/http'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@cityos/provisioning/testing'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { Background } from '../platform/background/background.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { AppModule } from '../src/app.module.ts'
import { httpSettings } from '../src/settings.ts'

const dataPlane = new URL('..', import.meta.url).pathname

/** One tenant's plane in this process: the whole application on a real database, without a socket and a control plane. */
export interface TestPlane {
  app: NestFastifyApplication
  database: TestDatabase
  binding: Binding
  /** Calls an operation as HTTP would: gate, authorisation, validation, answer checked against its schema. */
  call<E extends AnyEndpoint>(endpoint: E, call?: Call<E>, as?: Caller): Promise<Result<E>>
  close(): Promise<void>
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

let server: Promise<TestPostgres> | undefined

/** The Postgres of this test file, started with the first plane. */
export function testPostgres(): Promise<TestPostgres> {
  server ??= startTestPostgres()
  return server
}

export async function stopTestPostgres(): Promise<void> {
  await (await server)?.stop()
  server = undefined
}

/** Boots the plane of a fresh tenant. @param tenant what differs from an ordinary test tenant */
export async function testPlane(tenant: Partial<TenantDocument> = {}): Promise<TestPlane> {
  const id = `tnt_${randomBytes(13).toString('hex')}`
  const database = await (await testPostgres()).tenantDatabase(dataPlane, id)
  const dir = mkdtempSync(join(tmpdir(), 'cityos-plane-'))
  const binding = bindingOf(id, database, dir, tenant)
  const context = new TenantContext(binding)
  const log = createLog('data-plane', { tenant_id: id })
  log.level = 'error'
  const settings = httpSettings(binding, context, log, { allowsOrigin: async () => false, onAnswered: () => {} })
  const app = await createPlaneApp(AppModule.for({ binding, tenant: context, log, settings: { ...settings, checkAnswers: true } }), {
    log,
    surfaceOf: settings.surfaceOf,
  })
  await app.init()
  await app.get(Background).start()
  const caller = app.get(ApiCaller)
  return {
    app,
    database,
    binding,
    call: (endpoint, call = {}, as = {}) =>
      caller.call(endpoint, call, new RequestContext({ surface: 'api', host: 'test.localhost', ...as, actor: as.actor ?? guest })),
    close: async () => {
      await app.get(Background).stop()
      await app.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function bindingOf(id: string, database: TestDatabase, dir: string, tenant: Partial<TenantDocument>): Binding {
  return {
    tenant: {
      id,
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
      limits: {},
      ...tenant,
    },
    listen: { socket: join(dir, 'plane.sock') },
    database: { url: database.url, direct_url: database.url },
    secrets: { tenant_key: randomBytes(32).toString('base64'), plane_key: randomBytes(32).toString('base64') },
    jwks: { keys: [] },
    issuer: 'http://cityos.localhost',
    control_plane: { socket: join(dir, 'nobody.sock') },
    supervisor: null,
    public: { scheme: 'http', base_domain: 'localhost', port: null },
    files_dir: join(dir, 'files'),
    release_dir: releaseIn(dir),
    idle_after: 0,
  }
}

/** A release folder with what a plane reads from it: its schema's name and the seed's pictures. */
function releaseIn(dir: string): string {
  const release = join(dir, 'release')
  mkdirSync(release)
  const journal = JSON.parse(readFileSync(join(dataPlane, 'migrations.json'), 'utf8')) as string[]
  writeFileSync(join(release, 'release.json'), JSON.stringify({ version: 'test', schema: journal.at(-1)!.replace(/\.sql$/, '') }))
  symlinkSync(join(dataPlane, 'seed'), join(release, 'seed'))
  return release
}
