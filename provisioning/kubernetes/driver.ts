import type { Binding, Cell, PlaneHealth, TenantDocument } from '@cityos/contract'
import type {
  ArchivePlace,
  ArchiveReport,
  DataPlaneDriver,
  ExportRequest,
  Fence,
  HostCertificate,
  ImportReport,
  ImportRequest,
  InventoryItem,
  ProbeReport,
  RehearsalReport,
  RehearsalRequest,
  Release,
  RuntimeState,
  StoredArchive,
  TenantSecrets,
  TestRequest,
  TrafficSample,
  WhichProcess,
} from '../driver.ts'
import { Sealer } from '../local/node/seal.ts'
import { databaseName } from '../local/postgres/databases.ts'
import { MigrationReport } from '../upgrade.ts'
import { Archives } from './archives/archives.ts'
import { ClusterJobs } from './archives/jobs.ts'
import { Rehearsals } from './archives/rehearsals.ts'
import { FolderArchives } from './archives/store.ts'
import { TenantJobs } from './archives/tenant-jobs.ts'
import { CellDatabases } from './cell-databases.ts'
import type { CellSource } from './cells.ts'
import { inventoryOf } from './inventory.ts'
import { Lifecycle } from './lifecycle.ts'
import { Moves } from './moves.ts'
import { namespaceOf } from './names.ts'
import { type PlaneClient, podClient } from './plane-client.ts'
import { PlaneAsker } from './planes.ts'
import { runtimeOf } from './runtime-state.ts'
import type { StackObject } from './stack/protocol.ts'
import { StackRunner } from './stack/runner.ts'
import { TenantStore } from './tenant-store.ts'
import { keysSetting, Tenants } from './tenants.ts'
import { Upgrades } from './upgrades.ts'

export interface KubernetesDriverOptions {
  cells: CellSource
  /** Postgres for the driver's own memory and Pulumi's state. */
  stateUrl: string
  /** 32 bytes: seals secrets, and derives logins and the stacks' passphrases. */
  rootKey: Buffer
  /** Issuer of staff tokens: `https://cityos.example`. */
  issuer: string
  public: Binding['public']
  /** Folder of `charts/data-plane`. */
  chartDir: string
  /** Program that runs Pulumi: `stack.mjs` of the release. */
  stackTask: string
  /** Folder for the tenants' archives, shared by all control planes of the platform; null: there are none. */
  archivesDir?: string | null
  /** Folder for Pulumi's workspaces; may be emptied at any time. */
  workDir: string
  /** Folders with `pulumi` and its Kubernetes provider, before those on PATH. */
  toolDirs?: string[]
  smtpUrl?: string | null
  /** How many stacks are worked on at once. */
  stacksAtOnce?: number
  /** Milliseconds: longest time until a release's pods are ready. */
  readyWithinMs?: number
  /** Milliseconds: longest time until gateways have taken a route. */
  routedWithinMs?: number
  planes?: PlaneClient
  now?: () => Date
  note?: (tenantId: string, message: string) => void
}

/** The driver of clusters: each tenant is a namespace and a Pulumi stack, its database lies on the cell's Postgres. */
export class KubernetesDriver implements DataPlaneDriver {
  readonly name = 'kubernetes'
  private readonly options: KubernetesDriverOptions
  private readonly store: TenantStore
  private readonly databases: CellDatabases
  private readonly tenants: Tenants
  private readonly planes: PlaneAsker
  private readonly upgrades: Upgrades
  private readonly life: Lifecycle
  private readonly jobs: TenantJobs
  private readonly moves: Moves
  private readonly archives: Archives
  private readonly rehearsals: Rehearsals

  constructor(options: KubernetesDriverOptions) {
    const { cells, chartDir, issuer, smtpUrl = null, now = () => new Date(), note = () => undefined } = options
    const { readyWithinMs = 120_000, routedWithinMs = 30_000, archivesDir = null } = options
    const sealer = new Sealer(options.rootKey)
    this.options = options
    this.store = new TenantStore(options.stateUrl)
    this.databases = new CellDatabases(this.store, sealer)
    this.tenants = new Tenants({
      store: this.store,
      cells,
      databases: this.databases,
      sealer,
      runner: new StackRunner({
        task: options.stackTask,
        dir: options.workDir,
        toolDirs: options.toolDirs ?? [],
        // Pulumi knows this one of the scheme's two names.
        backend: { url: options.stateUrl.replace(/^postgresql:/, 'postgres:') },
        atOnce: options.stacksAtOnce ?? 2,
        note,
      }),
      chartDir,
      issuer,
      public: options.public,
      smtpUrl,
      now,
      note,
      readyWithinMs,
      routedWithinMs,
    })
    const secretsOf: Tenants['secretsOf'] = (record) => this.tenants.secretsOf(record)
    this.planes = new PlaneAsker({ client: options.planes ?? podClient, cells, store: this.store, secretsOf, now })
    this.upgrades = new Upgrades(this.tenants, this.planes)
    this.life = new Lifecycle(this.tenants, this.upgrades, this.planes)
    this.jobs = new TenantJobs(this.tenants, new ClusterJobs({ readyWithinMs, note }))
    const store = archivesDir === null ? null : new FolderArchives(archivesDir, now)
    this.moves = new Moves(this.tenants, this.jobs)
    this.archives = new Archives({ tenants: this.tenants, store, jobs: this.jobs, moves: this.moves })
    this.rehearsals = new Rehearsals(this.tenants, this.archives, this.jobs)
  }

  async close(): Promise<void> {
    await this.databases.close()
    await this.store.close()
  }

  prepareRelease(release: Release): Promise<void> {
    return this.databases.remember(release)
  }

  async dropRelease(version: string): Promise<void> {
    await this.databases.forget(await this.options.cells.all(), version)
  }

  publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void> {
    return this.store.putSetting(keysSetting, jwks)
  }

  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }> {
    return this.tenants.fenced(tenantId, fence, ({ cluster }) => this.databases.ensure(cluster.cell, tenantId, release))
  }

  async dropDatabase(tenantId: string, fence: Fence): Promise<void> {
    const known = await this.store.find(tenantId)
    if (known?.desired === 'up') await this.life.stop(tenantId, fence)
    await this.tenants.fenced(tenantId, fence, ({ cluster }) => this.databases.of(cluster.cell).dropTenant(tenantId))
  }

  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    return this.life.configure(document, secrets, fence)
  }

  forget(tenantId: string, fence: Fence): Promise<void> {
    return this.life.forget(tenantId, fence)
  }

  start(tenantId: string, fence: Fence): Promise<void> {
    return this.life.start(tenantId, fence)
  }

  stop(tenantId: string, fence: Fence): Promise<void> {
    return this.life.stop(tenantId, fence)
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.life.seed(tenantId, fence)
  }

  route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    return this.life.route(tenantId, hosts, fence)
  }

  putCertificate(certificate: HostCertificate, fence: Fence): Promise<void> {
    return this.life.putCertificate(certificate, fence)
  }

  removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void> {
    return this.life.removeCertificate(tenantId, host, fence)
  }

  sleep(tenantId: string): Promise<void> {
    return this.life.sleep(tenantId)
  }

  wake(tenantId: string): Promise<void> {
    return this.life.wake(tenantId)
  }

  /** Wakes the sleepers that have something to do by now; to be called every few seconds by whoever leads. */
  wakeDue(): Promise<string[]> {
    return this.life.wakeDue()
  }

  setReadOnly(tenantId: string, readOnly: boolean, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async ({ cluster }) => {
      const server = this.databases.of(cluster.cell)
      const name = databaseName(tenantId)
      if (await server.exists(name)) await server.states.setReadOnly(name, readOnly)
    })
  }

  migrate(tenantId: string, release: string, fence: Fence): Promise<MigrationReport> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      await this.jobs.ensurePlace(held)
      const carried = await this.databases.carriedBy(held.record.document?.release ?? null, release)
      const work = { task: 'migrate' as const, databaseUrl: this.jobs.ownerUrl(held), carried }
      // The journal is the release's own, and so is the image: the control plane needs neither.
      const done = this.jobs.perform(held, { name: 'migration', release, volume: false, work }, (pod) => pod.run())
      return MigrationReport.parse(await done)
    })
  }

  startBeside(tenantId: string, release: string, fence: Fence): Promise<void> {
    return this.upgrades.startBeside(tenantId, release, fence)
  }

  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport> {
    return this.upgrades.probe(tenantId, which, fence)
  }

  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }> {
    return this.upgrades.switchOver(tenantId, fence)
  }

  stopBeside(tenantId: string, fence: Fence): Promise<void> {
    return this.upgrades.stopBeside(tenantId, fence)
  }

  /** Puts back what somebody deleted or changed in the tenant's namespace. @returns what was done, in words; none when nothing had to be */
  repair(tenantId: string, fence: Fence): Promise<string[]> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      if (!held.record.has_stack || !held.record.document) return []
      const changes = await this.tenants.apply(held, { refresh: true })
      return Object.entries(changes).flatMap(([op, count]) => (op === 'same' || count === 0 ? [] : [`${op} ${count}`]))
    })
  }

  /** What the tenant's stack holds, as of its last run; asks no cluster. */
  async objects(tenantId: string): Promise<StackObject[]> {
    return (await this.store.find(tenantId))?.objects ?? []
  }

  /** Asks a cell's Postgres whether it lets the platform in and can be worked with. @throws saying what is wrong with it */
  checkDatabase(cell: Cell): Promise<void> {
    return this.databases.check(cell)
  }

  traffic(): Promise<TrafficSample[]> {
    return this.planes.traffic()
  }

  async state(tenantId: string): Promise<RuntimeState> {
    const record = await this.store.find(tenantId)
    if (!record?.document)
      return { runtime: 'absent', restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
    return runtimeOf(await this.tenants.clusterOf(record), record)
  }

  async health(tenantId: string): Promise<PlaneHealth | null> {
    const record = await this.store.find(tenantId)
    if (!record?.document || record.desired === 'down' || record.asleep) return null
    return this.planes.health(await this.tenants.clusterOf(record), record)
  }

  /** The last lines of all its pods together, in the order of their times. */
  async logs(tenantId: string, lines: number): Promise<string[]> {
    const record = await this.store.find(tenantId)
    if (!record?.has_stack) return []
    const cluster = await this.tenants.clusterOf(record)
    const namespace = namespaceOf(tenantId, cluster.cell)
    const pods = await cluster.pods(namespace)
    const each = await Promise.all(pods.map(({ metadata }) => cluster.log(namespace, metadata?.name ?? '', lines)))
    // Every line begins with its time.
    const together = each.flat().sort()
    return together.slice(-lines).map((line) => line.slice(line.indexOf(' ') + 1))
  }

  inventory(): Promise<InventoryItem[]> {
    return inventoryOf({ cells: this.options.cells, databases: this.databases, store: this.store, archives: () => this.archives.places() })
  }

  prepareInCell(tenantId: string, cell: string, fence: Fence): Promise<void> {
    return this.moves.prepare(tenantId, cell, fence)
  }

  exportArchive(request: ExportRequest, fence: Fence): Promise<ArchiveReport> {
    return this.archives.write(request, fence)
  }

  importArchive(request: ImportRequest, fence: Fence): Promise<ImportReport> {
    return this.archives.load(request, fence)
  }

  activateIncoming(tenantId: string, fence: Fence): Promise<void> {
    return this.archives.activate(tenantId, fence)
  }

  restoreFormer(tenantId: string, fence: Fence): Promise<void> {
    return this.archives.restoreFormer(tenantId, fence)
  }

  dropIncoming(tenantId: string, fence: Fence): Promise<void> {
    return this.archives.dropIncoming(tenantId, fence)
  }

  dropFormer(tenantId: string, fence: Fence): Promise<void> {
    return this.archives.dropFormer(tenantId, fence)
  }

  testArchive(request: TestRequest): Promise<ImportReport> {
    return this.archives.test(request)
  }

  listArchives(tenantId?: string): Promise<StoredArchive[]> {
    return this.archives.list(tenantId)
  }

  deleteArchive(place: ArchivePlace, fence: Fence): Promise<void> {
    return this.archives.delete(place, fence)
  }

  rehearse(request: RehearsalRequest, fence: Fence): Promise<RehearsalReport> {
    return this.rehearsals.run(request, fence)
  }
}
