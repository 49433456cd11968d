import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Binding } from '@cityos/contract'
import { AnswerWriter, ApiCaller, type Mount, mountConsole, RequestContexts, type Surface } from '@cityos/http'
import type { FastifyInstance } from 'fastify'
import { ThemeService } from '../core/theme/theme.service.ts'
import { Clock } from '../platform/clock/clock.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { mountStorefront } from '../storefront/mount.ts'
import { leadToNewAddress } from './former-hosts.ts'
import { verticalPages } from './vertical-pages.ts'

/** Pages beside the API: the shop on the tenant's own hosts, the console on `admin.` and `vendor.`. */
export function pages(binding: Binding): Mount {
  return async (scope, app) => {
    const contexts = app.get(RequestContexts)
    const writer = app.get(AnswerWriter)
    const { scheme, port } = binding.public
    const former = binding.former_release_dirs ?? []
    leadToNewAddress(scope, app.get(TenantContext), { scheme, port })
    await onSurface(scope, 'store', (shop) =>
      mountStorefront(shop, {
        contexts,
        writer,
        caller: app.get(ApiCaller),
        tenant: app.get(TenantContext),
        clock: app.get(Clock),
        publicOrigin: { scheme, port },
        assetsDir: join(binding.release_dir, 'assets'),
        formerAssetsDirs: former.map((dir) => join(dir, 'assets')),
        look: async (preview) => (preview && (await app.get(ThemeService).previewed(preview))) || app.get(ThemeService).published(),
        verticals: verticalPages,
      }),
    )
    const consoleDir = join(binding.release_dir, 'console/tenant')
    if (!existsSync(join(consoleDir, 'index.html'))) return
    for (const surface of ['admin', 'vendor'] as const) {
      await onSurface(scope, surface, (console) =>
        mountConsole(
          console,
          consoleDir,
          (request, reply) => writer.notFound(reply, contexts.bare(request)),
          former.map((dir) => join(dir, 'console/tenant')),
        ),
      )
    }
  }
}

/** A scope whose routes answer only where the host leads to `surface`. */
async function onSurface(scope: FastifyInstance, surface: Surface, mount: (scope: FastifyInstance) => Promise<void>): Promise<void> {
  await scope.register(async (inner) => {
    inner.addHook('onRoute', (route) => {
      route.constraints = { ...route.constraints, surface }
    })
    await mount(inner as FastifyInstance)
  })
}
