import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ControlPlaneBinding } from '@cityos/contract'
import { AnswerWriter, createPlaneApp, EventStreams, type Log, Metrics, mountConsole, RequestContexts } from '@cityos/http'
import type { DataPlaneDriver } from '@cityos/provisioning'
import type { CellSource } from '@cityos/provisioning/kubernetes/cells'
import type { Clusters } from '@cityos/provisioning/kubernetes/clusters'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'
import { AppModule } from './app.module.ts'
import { BillingClerk } from './billing/billing.clerk.ts'
import { CellService } from './cell/cell.service.ts'
import { RegistryCells } from './cell/cell.source.ts'
import { CellWatches } from './cell/cell.watches.ts'
import type { Clock } from './clock.ts'
import { answerChallenges } from './domain/challenges.ts'
import { type DomainSettings, readDomainSettings } from './domain/domain.settings.ts'
import { GovernanceCache } from './governance/governance.cache.ts'
import { PolicyDelivery } from './governance/policy.delivery.ts'
import { CitySeed } from './hierarchy/city.seed.ts'
import { keepInside } from './inner-door.ts'
import { Mailer } from './mail/mailer.ts'
import { OperationEngine } from './operations/engine.ts'
import { PlaneStreams } from './plane/plane.streams.ts'
import { Reconciliation } from './reconcilers/reconciliation.ts'
import { migrateRegistry } from './registry/migrations.ts'
import { Registry } from './registry/registry.ts'
import { Sealing } from './registry/sealing.ts'
import { Signals } from './registry/signals.ts'
import { ReleaseIntake } from './release/release.intake.ts'
import { requireKnownPlanes } from './release/start-check.ts'
import { RolloutWork } from './rollout/rollout.work.ts'
import { platformHost, type Settings } from './settings.ts'
import { Expiry } from './sign-in/expiry.ts'
import { KeyRotation } from './sign-in/key-rotation.ts'
import { SigningKeys } from './sign-in/signing-keys.ts'
import { IdentityUpkeep } from './sign-in/upkeep.ts'
import { FirstOperator } from './staff/first-operator.ts'
import { StripeWorker } from './stripe/stripe.worker.ts'

export interface ControlPlaneOptions {
  binding: ControlPlaneBinding
  log: Log
  drivers: readonly DataPlaneDriver[]
  /** Makes the driver of a platform whose binding says `kubernetes`; its cells are the registry's. */
  kubernetes?: (cells: CellSource) => Promise<{ driver: DataPlaneDriver; clusters: Clusters; close?(): Promise<void> }>
  /** Folder of the registry's migrations; the release's own unless told otherwise. */
  migrationsDir?: string
  clock?: Clock
  /** The environment's `SMTP_URL` unless told otherwise. */
  smtpUrl?: string | null
  /** The environment's unless told otherwise. */
  domains?: Partial<DomainSettings>
  checkAnswers?: boolean
}

/** A control plane that has started: `app` answers requests, operations go on, reconcilers look. */
export interface ControlPlane {
  app: NestFastifyApplication
  /** Finishes what is under way and lets go of everything. */
  close(): Promise<void>
}

/** Brings the registry to its schema, makes what a first start needs, and takes up the operations that were under way. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binding, log } = options
  await requireKnownPlanes(binding.database.url)
  await migrateRegistry(binding.database.url, options.migrationsDir ?? join(binding.release_dir, 'registry'))
  const consoleDir = join(binding.release_dir, 'console', 'operator')
  const settings: Settings = {
    binding,
    log,
    version: await versionOf(binding.release_dir),
    startedAt: new Date(),
    consoleDir: existsSync(consoleDir) ? consoleDir : null,
    smtpUrl: options.smtpUrl === undefined ? (process.env['SMTP_URL'] ?? null) : options.smtpUrl,
    domains: { ...readDomainSettings(process.env), ...options.domains },
  }
  const registry = new Registry(binding.database.url)
  const sealing = new Sealing(binding.root_key)
  const cells = new RegistryCells(registry, sealing)
  const kubernetes = binding.kubernetes && options.kubernetes ? await options.kubernetes(cells) : null
  const drivers = [...options.drivers, ...(kubernetes ? [kubernetes.driver] : [])]
  const clusters = kubernetes ? { cells, clusters: kubernetes.clusters } : null
  const parts = {
    settings,
    registry,
    sealing,
    drivers,
    clusters,
    ...(options.clock ? { clock: options.clock } : {}),
    checkAnswers: options.checkAnswers ?? false,
  }
  const app = await createPlaneApp(AppModule.with(parts), {
    log,
    watch: keepInside,
    mount: async (scope, composed) => {
      answerChallenges(scope, composed.get(Registry))
      await mountOperatorConsole(scope, composed, settings)
    },
  })
  await app.get(ReleaseIntake).atStart()
  await app.get(CellService).atStart()
  await app.get(Expiry).load()
  await app.get(SigningKeys).ensure()
  await app.get(FirstOperator).ensure()
  await app.get(CitySeed).ensure()
  await app.get(Signals).start()
  addMetrics(app)
  app.get(OperationEngine).start()
  app.get(Reconciliation).start()
  app.get(CellWatches).start()
  app.get(RolloutWork).start()
  app.get(BillingClerk).start()
  app.get(StripeWorker).start()
  app.get(GovernanceCache).start((error) => log.warn({ error }, 'governance could not be read again yet'))
  app.get(PolicyDelivery).start()
  app.get(Mailer).start()
  app.get(IdentityUpkeep).start()
  app.get(KeyRotation).publish()
  return {
    app,
    async close() {
      await app.get(KeyRotation).stop()
      await app.get(IdentityUpkeep).stop()
      app.get(EventStreams).closeAll()
      await app.get(Mailer).stop()
      await app.get(PolicyDelivery).stop()
      await app.get(StripeWorker).stop()
      await app.get(BillingClerk).stop()
      await app.get(RolloutWork).stop()
      await app.get(CellWatches).stop()
      await app.get(Reconciliation).stop()
      await app.get(OperationEngine).stop()
      await app.close()
      await kubernetes?.close?.()
    },
  }
}

function addMetrics(app: NestFastifyApplication): void {
  const metrics = app.get(Metrics)
  const { db } = app.get(Registry)
  metrics.gauge('cityos_tenants', 'Tenants that are not deleted', () => db.tenant.count({ where: { deleted_at: null } }))
  metrics.gauge('cityos_operations_active', 'Operations under way', () =>
    db.operation.count({ where: { status: { in: ['queued', 'running', 'waiting', 'undoing'] } } }),
  )
  metrics.gauge('cityos_operations_failed', 'Operations that failed and were not retried', () =>
    db.operation.count({ where: { status: 'failed' } }),
  )
  metrics.gauge('cityos_mail_dead', 'Mails given up until somebody requeues them', () => db.mail.count({ where: { status: 'dead' } }))
  metrics.gauge('cityos_plane_streams', 'Data planes connected to the control stream', () => app.get(PlaneStreams).connections)
}

/** The operator console answers on the platform's host only; other hosts get the API's 404. */
async function mountOperatorConsole(scope: FastifyInstance, app: NestFastifyApplication, settings: Settings): Promise<void> {
  if (settings.consoleDir === null) return
  const host = new RegExp(`^${platformHost(settings).replaceAll('.', '\\.')}(:\\d+)?$`, 'i')
  scope.addHook('onRoute', (route) => {
    route.constraints = { host }
  })
  const { binding } = settings
  const others = binding.releases.filter((release) => release.dir !== binding.release_dir)
  await mountConsole(
    scope,
    settings.consoleDir,
    (request, reply) => app.get(AnswerWriter).notFound(reply, app.get(RequestContexts).bare(request)),
    others.map((release) => join(release.dir, 'console', 'operator')),
  )
}

async function versionOf(releaseDir: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(join(releaseDir, 'release.json'), 'utf8')) as { version: string }).version
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'unbuilt'
    throw error
  }
}
