import type { DataPlaneDriver, InventoryItem } from '@cityos/provisioning'
import { Inject, Injectable } from '@nestjs/common'
import { Alerts } from '../alert/alerts.ts'
import { Approvals } from '../approval/approvals.ts'
import { AuditAnchors } from '../audit/audit.anchors.ts'
import { Clock } from '../clock.ts'
import { DomainReconciler } from '../domain/domain.reconciler.ts'
import { DomainResolver } from '../domain/resolver.ts'
import { Drivers } from '../drivers.ts'
import { OperationEngine } from '../operations/engine.ts'
import { explain, isTakenOver } from '../operations/runner.ts'
import { PlaneStreams } from '../plane/plane.streams.ts'
import { RegistryIdempotency } from '../registry/idempotency.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { ReleasePruning } from '../release/release.pruning.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { AuthorizationService } from '../sign-in/authorization.service.ts'
import { SupportService } from '../support/support.service.ts'
import { BackupSchedule } from './backup-schedule.ts'
import { suspects } from './drift.ts'
import { FormerAddresses } from './former-addresses.ts'
import { LateOperations } from './late-operations.ts'
import { Recurring } from './recurring.ts'
import { RestoreTests } from './restore-tests.ts'
import { Retention } from './retention.ts'
import { TenantReconciler } from './tenant.reconciler.ts'

/** Tenants that are looked at closely in each round although nothing is known against them: the whole fleet in its turn. */
const closeLooks = 25

/**
 * Calls the reconcilers while this process holds the lease. What has a due date is found by an index over due dates
 * every few seconds; drift is looked for in the whole fleet at once, and only suspects are reconciled one by one.
 */
@Injectable()
export class Reconciliation {
  readonly tenants: TenantReconciler
  readonly retention: Retention
  readonly backups: BackupSchedule
  readonly restoreTests: RestoreTests
  readonly domains: DomainReconciler
  readonly formerAddresses: FormerAddresses
  readonly releases: ReleasePruning
  readonly #late: LateOperations
  readonly #rounds: readonly Recurring[]
  readonly #inventories = new Map<string, Promise<InventoryItem[]>>()
  #seenUpTo = ''

  constructor(
    private readonly registry: Registry,
    sealing: Sealing,
    clock: Clock,
    private readonly drivers: Drivers,
    private readonly engine: OperationEngine,
    private readonly streams: PlaneStreams,
    private readonly authorizations: AuthorizationService,
    private readonly idempotency: RegistryIdempotency,
    private readonly approvals: Approvals,
    private readonly support: SupportService,
    private readonly anchors: AuditAnchors,
    alerts: Alerts,
    platform: PlatformSettings,
    resolver: DomainResolver,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const { log } = settings
    const driverOf = (name: string) => drivers.get(name)
    this.retention = new Retention(registry, sealing, clock)
    this.backups = new BackupSchedule({ registry, sealing, clock, settings: platform, alerts })
    this.restoreTests = new RestoreTests({ registry, sealing, clock, settings: platform, alerts, driverOf, log })
    this.formerAddresses = new FormerAddresses(registry, clock)
    this.releases = new ReleasePruning({ registry, clock, drivers: () => drivers.all() })
    this.#late = new LateOperations(registry, clock, alerts)
    this.tenants = new TenantReconciler({
      registry,
      sealing,
      clock,
      driverOf,
      inventoryOf: (driver) => this.#inventoryOf(driver),
      fence: () => (engine.lease.fence === null ? null : { operationId: 'reconciler', number: Number(engine.lease.fence) }),
    })
    this.domains = new DomainReconciler({
      registry,
      sealing,
      clock,
      settings,
      resolver,
      alerts,
      driverOf,
      fence: () => (engine.lease.fence === null ? null : { operationId: 'reconciler', number: Number(engine.lease.fence) }),
      reconcileTenant: (id) => {
        // routes as they are now, not as the last look at the fleet found them
        this.#inventories.clear()
        return this.tenants.reconcile(id)
      },
    })
    this.#rounds = [
      new Recurring('what is due', 3_000, () => this.due(), log),
      new Recurring('domains', 3_000, () => this.serveDomains(), log),
      new Recurring('drift', 15_000, () => this.drift(), log),
      new Recurring('backups', 10_000, () => this.backUp(), log),
      new Recurring('restore tests', 20_000, () => this.testRestores(), log),
      new Recurring('what has run out', 60_000, () => this.tidy(), log),
    ]
  }

  start(): void {
    for (const round of this.#rounds) round.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((round) => round.stop()))
  }

  /** One look at everything. */
  async sweep(): Promise<void> {
    await this.due()
    await this.serveDomains()
    await this.drift()
    await this.backUp()
    await this.tidy()
  }

  /** What time alone does to tenants and requests. */
  async due(): Promise<void> {
    if (!this.engine.holdsLease) return
    await this.#each(await this.retention.due(), 'its time has come', (id) => this.retention.reconcile(id))
    await this.approvals.expire()
    await this.#each(await this.formerAddresses.due(), 'a former address has run out', (id) => this.formerAddresses.reconcile(id))
    await this.support.endDue()
  }

  /** Custom domains: proofs, routes, certificates. In a round of its own: a certificate authority takes its time. */
  async serveDomains(): Promise<void> {
    if (!this.engine.holdsLease) return
    await this.#each(await this.domains.due(), 'domain', (id) => this.domains.reconcile(id))
  }

  /** What is not as wanted, and a few of the others. */
  async drift(): Promise<void> {
    if (!this.engine.holdsLease) return
    this.#inventories.clear()
    const ids = await suspects(this.registry.db, (driver) => this.#inventoryOf(this.drivers.get(driver)))
    await this.#each([...new Set([...ids, ...(await this.#nextInTurn())])], 'drift repaired', async (id) => {
      const repairs = await this.tenants.reconcile(id)
      return repairs.length > 0 ? repairs : null
    })
  }

  /** Daily backups, and what may go. */
  async backUp(): Promise<void> {
    if (!this.engine.holdsLease) return
    await this.backups.adopt()
    await this.#each(await this.backups.due(), 'backup', (id) => this.backups.reconcile(id))
    await this.#each(await this.backups.dueForThinning(), 'a backup may go', (id) => this.backups.thin(id))
  }

  /** One after the other: each loads a whole tenant into a scratch database. */
  async testRestores(): Promise<void> {
    if (!this.engine.holdsLease) return
    await this.#each(await this.restoreTests.due(), 'backup tested', (id) => this.restoreTests.reconcile(id))
  }

  /** What operators are told, and what is kept for a time only. */
  async tidy(): Promise<void> {
    if (!this.engine.holdsLease) return
    await this.backups.watch()
    await this.#late.watch()
    await this.anchors.anchor()
    await this.#each(await this.releases.due(), 'an old release may go', (version) => this.releases.reconcile(version))
    await Promise.all([this.streams.prune(), this.authorizations.prune(), this.idempotency.prune()])
  }

  /** Reconciles one tenant after the other; what fails is said and tried again in the next round. */
  async #each(ids: readonly string[], done: string, reconcile: (id: string) => Promise<unknown>): Promise<void> {
    const { log } = this.settings
    for (const id of ids) {
      if (this.#rounds.some((round) => round.stopped)) return
      try {
        const outcome = await reconcile(id)
        if (outcome !== null) log.info({ id, outcome }, done)
      } catch (error) {
        log.warn({ id, reason: explain(error), taken_over: isTakenOver(error) }, `${done}: not yet`)
      }
    }
  }

  /** The next few tenants by id, from the beginning again after the last. */
  async #nextInTurn(): Promise<string[]> {
    const rows = await this.registry.db.tenant.findMany({
      where: { deleted_at: null, id: { gt: this.#seenUpTo } },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: closeLooks,
    })
    this.#seenUpTo = rows.length < closeLooks ? '' : rows.at(-1)!.id
    return rows.map((row) => row.id)
  }

  #inventoryOf(driver: DataPlaneDriver): Promise<InventoryItem[]> {
    const known = this.#inventories.get(driver.name) ?? driver.inventory()
    this.#inventories.set(driver.name, known)
    return known
  }
}
