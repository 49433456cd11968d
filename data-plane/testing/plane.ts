import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Binding, type Client, createClient } from '@cityos/contract'
import { createLog, createPlaneApp, EventStreams } from '@cityos/http'
import { startTestPostgres } from '@cityos/provisioning/testing'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { Background } from '../platform/background/background.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { AppModule } from '../src/app.module.ts'
import { httpSettings } from '../src/settings.ts'

export interface TestPlane {
  app: NestFastifyApplication
  binding: Binding
  /** Calls the plane over HTTP. @param headers e.g. a cart token or a session */
  client(headers?: Record<string, string>): Client
  /** Boots a second time over the same database, as after a crash. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const dataPlane = path.resolve(import.meta.dirname, '..')

/** One data plane with a database of its own: real Postgres, real HTTP, its control plane away. @param changes e.g. the keys of staff tokens */
export async function startTestPlane(changes: Partial<Binding> = {}): Promise<TestPlane> {
  const postgres = await startTestPostgres()
  const folder = mkdtempSync(path.join(tmpdir(), 'cityos-plane-'))
  const database = await postgres.tenantDatabase(dataPlane)
  const journal = JSON.parse(readFileSync(path.join(dataPlane, 'migrations.json'), 'utf8')) as string[]
  writeFileSync(path.join(folder, 'release.json'), JSON.stringify({ version: 'test', schema: journal.at(-1)?.replace('.sql', '') }))
  const binding = { ...bindingFor(database.url, folder), ...changes }
  let app = await boot(binding)
  return {
    get app() {
      return app
    },
    binding,
    client: (headers = {}) => clientOf(app, headers),
    restart: async () => {
      await halt(app)
      app = await boot(binding)
    },
    stop: async () => {
      await halt(app)
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The composition of `serve`, without pages, sleep and the stream to the control plane. */
async function boot(binding: Binding): Promise<NestFastifyApplication> {
  const log = createLog('data-plane', { tenant_id: binding.tenant.id })
  const tenant = new TenantContext(binding)
  const settings = httpSettings(binding, tenant, log, { allowsOrigin: async () => false, onAnswered: () => {} })
  const app = await createPlaneApp(AppModule.for({ binding, tenant, log, settings }), { log, surfaceOf: settings.surfaceOf })
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
      name: { en: 'Test', ar: 'اختبار' },
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
    },
    listen: { host: '127.0.0.1', port: 0 },
    database: { url, direct_url: url },
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
