import { rmSync } from 'node:fs'
import type { Binding } from '@cityos/contract'
import { createLog, createPlaneApp, EventStreams, type Log } from '@cityos/http'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { KeySources } from '../platform/auth/key-sources.ts'
import { Background } from '../platform/background/background.ts'
import { Database } from '../platform/db/index.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { AppModule } from './app.module.ts'
import { ControlStream } from './control-stream/control-stream.ts'
import { ReportPush } from './control-stream/report-push.ts'
import { keepAssets } from './kept-assets.ts'
import { Activity } from './life/activity.ts'
import { SleepReport } from './life/sleep.ts'
import { Takeover } from './life/takeover.ts'
import { Traffic } from './life/traffic.ts'
import { pages } from './pages.ts'
import { requireFit } from './release-check.ts'
import { httpSettings, type LateSettings } from './settings.ts'

/** A data plane that answers. */
export interface Serving {
  readonly app: NestFastifyApplication
  readonly log: Log
  /** Stops accepting, finishes what runs, gives the lease up, closes the database. */
  close(): Promise<void>
}

/** Longest time that requests in flight get to finish (design §4: streams are closed with a reconnect hint). */
const drainMilliseconds = 8_000
/** How often connections without a request are closed meanwhile. */
const idleMilliseconds = 20

/** Boots one tenant: opens its database, takes its lease if it is free and it does not leave that to another process, listens. */
export async function serve(binding: Binding): Promise<Serving> {
  const log = createLog('data-plane', { tenant_id: binding.tenant.id })
  const tenant = new TenantContext(binding)
  const late: LateSettings = { allowsOrigin: async () => false, onAnswered: () => {} }
  const settings = httpSettings(binding, tenant, log, late)
  const app = await createPlaneApp(AppModule.for({ binding, tenant, log, settings }), {
    log,
    mount: pages({ ...binding, former_release_dirs: await formerReleases(binding, log) }),
    surfaceOf: settings.surfaceOf,
    watch: (instance, composed) => composed.get(Traffic).watch(instance),
  })
  await requireFit(binding, app.get(Database))
  const activity = app.get(Activity)
  const keys = app.get(KeySources)
  late.onAnswered = (ctx) => activity.touch(ctx)
  late.allowsOrigin = async (origin) => (await keys.origins()).includes(origin)

  const background = app.get(Background)
  const stream = app.get(ControlStream)
  const report = app.get(ReportPush)
  const sleep = app.get(SleepReport)
  await background.start(binding.standby === true || binding.role === 'web')
  await listen(app, binding)
  stream.start()
  if (!binding.standby) app.get(Takeover).begin()
  log.info({ release: binding.tenant.release, ...(binding.role ? { role: binding.role } : {}) }, 'tenant is up')

  return {
    app,
    log,
    close: async () => {
      sleep.stop()
      app.get(EventStreams).closeAll()
      await drained(app)
      await background.stop()
      await stream.stop()
      await report.stop()
      await app.close()
      log.info('tenant is down')
      log.flush()
    },
  }
}

/** Folders with the hashed files of other releases. A volume that cannot be written holds nobody up. */
async function formerReleases(binding: Binding, log: Log): Promise<string[]> {
  const { kept_assets_dir: kept, release_dir, tenant, role, former_release_dirs: former = [] } = binding
  if (kept === undefined || role === 'worker') return former
  return keepAssets(kept, { dir: release_dir, version: tenant.release }, new Date()).catch((error: unknown) => {
    log.warn({ error }, 'files of this release could not be kept for pages that stay open')
    return former
  })
}

async function listen(app: NestFastifyApplication, { listen: place }: Binding): Promise<void> {
  const instance = app.getHttpAdapter().getInstance()
  if ('socket' in place) {
    rmSync(place.socket, { force: true })
    await instance.listen({ path: place.socket })
  } else await instance.listen({ host: place.host, port: place.port })
}

/** No new connections; idle ones are closed; resolves when the last request is answered, or when time is up. */
async function drained(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timeout = setTimeout(resolve, drainMilliseconds)
  server.close(() => resolve())
  // Again and again: a connection whose answer ends only now is kept by the other side, and would be waited for.
  const closing = setInterval(() => server.closeIdleConnections(), idleMilliseconds)
  await promise
  clearInterval(closing)
  clearTimeout(timeout)
  server.closeAllConnections()
}
