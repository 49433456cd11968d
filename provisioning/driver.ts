import type { PlaneHealth, TenantDocument } from '@cityos/contract'
import type {
  ArchivePlace,
  ArchiveReport,
  ExportRequest,
  ImportReport,
  ImportRequest,
  StoredArchive,
  TestRequest,
} from './archive/archive.ts'
import type { MigrationReport, ProbeReport, RehearsalReport, RehearsalRequest, TrafficSample, WhichProcess } from './upgrade.ts'

export type {
  ArchivePlace,
  ArchiveReport,
  ExportRequest,
  ImportReport,
  ImportRequest,
  StoredArchive,
  TestRequest,
} from './archive/archive.ts'
export type {
  Check,
  MigrationReport,
  ProbeReport,
  RehearsalReport,
  RehearsalRequest,
  TrafficSample,
  WhichProcess,
} from './upgrade.ts'

/** Where a release's build lies and what its database looks like. */
export interface Release {
  /** Semantic version plus build, unique: `0.1.0+3f2a91c`. */
  version: string
  /** Folder with `data-plane.mjs`, `migrations/`, `assets/`, `console/`. */
  dir: string
  /** Name of the last migration. */
  schema: string
}

/**
 * Who asks and with which right: the operation's id and its lease's fencing number. A driver refuses a number lower
 * than the highest it has seen for that tenant (`StaleFence`), so that a runner that lost its lease changes nothing.
 */
export interface Fence {
  operationId: string
  number: number
}

/** Secrets of one tenant: made once by the control plane, sealed at rest, sent over a pipe. */
export interface TenantSecrets {
  /** 32 bytes, base64. */
  tenantKey: string
  /** 32 bytes, base64. */
  planeKey: string
}

/** One thing a driver keeps for tenants; the property tests compare inventories. */
export interface InventoryItem {
  kind: 'database' | 'role' | 'process' | 'route' | 'files' | 'secret' | 'backup' | 'certificate'
  name: string
  tenantId: string | null
}

/** A certificate for a host of a tenant and what lies beneath it. */
export interface HostCertificate {
  tenantId: string
  /** The custom host it was got for; names the certificate. */
  host: string
  /** Every name it is good for. */
  hosts: string[]
  /** PEM, the host's own certificate first. */
  chain: string
  /** PEM; sealed at rest by whoever keeps it. */
  key: string
}

export interface RuntimeState {
  runtime: 'starting' | 'running' | 'asleep' | 'crashed' | 'absent'
  /** Crashes since the last healthy minute. */
  restarts: number
  memoryBytes: number | null
  cpuSeconds: number | null
  /** Release of the process that serves; null when none runs. Left out by nodes of the release before. */
  release?: string | null
  /** The process beside, while there is one. */
  beside?: { release: string; memoryBytes: number | null; startedAt: string } | null
  startedAt: string | null
  nextWakeAt: string | null
  lastError: string | null
}

/**
 * How a desired tenant becomes a running one. Every method is idempotent: names of outside things derive from the
 * tenant's id, so a repeat finds what an earlier call made. Every change carries a fence.
 */
export interface DataPlaneDriver {
  readonly name: 'local' | 'kubernetes'

  /** Makes the release known (template database, warm pool); cheap when it already is. */
  prepareRelease(release: Release): Promise<void>

  /**
   * Forgets a release that nobody needs any more: its template database, and its folder where it lies in this platform's
   * store. A repeat, also after a half of it, finds nothing left to do.
   * @throws when a tenant here still has it
   */
  dropRelease(version: string): Promise<void>

  /** Public keys of staff tokens, for data planes that are started while the control plane is away. */
  publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void>

  /** Database with its two logins, at the release's schema: a warm clone if there is one, else a fresh clone. */
  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }>
  dropDatabase(tenantId: string, fence: Fence): Promise<void>

  /** Hands over document and secrets and keeps them sealed, so that the tenant can be woken without the control plane. */
  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void>
  forget(tenantId: string, fence: Fence): Promise<void>

  /** A running, bound data plane of the configured release; resolves when it answers its own health check. */
  start(tenantId: string, fence: Fence): Promise<void>
  stop(tenantId: string, fence: Fence): Promise<void>

  /** Loads the demo catalogue through the running data plane; a second run changes nothing. */
  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }>

  /**
   * Public hosts that lead to the tenant; replaces the former set. An empty list takes it off the gateway. Resolves when the gateway
   * knows. @throws DomainError route_refused
   */
  route(tenantId: string, hosts: string[], fence: Fence): Promise<void>

  /** Serves these hosts over TLS from now on, without interrupting anybody; replaces the former certificate of the host. */
  putCertificate(certificate: HostCertificate, fence: Fence): Promise<void>
  removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void>

  sleep(tenantId: string): Promise<void>
  wake(tenantId: string): Promise<void>

  /**
   * Writes the tenant's archive (design §3): one snapshot of its database, its files, encrypted for `recipient`. Complete
   * or not there at all; a repeat with the same id finds the finished one.
   * @throws DomainError not_found; disk_full as `dependency_unavailable` that says so
   */
  exportArchive(request: ExportRequest, fence: Fence): Promise<ArchiveReport>

  /**
   * Loads an archive beside the tenant as its *incoming* database and files, brought to `release`; what the tenant has
   * stays as it is. The whole archive is checked before anything is loaded, and what was loaded is counted again after it.
   * @throws DomainError archive_damaged | archive_wrong_key | archive_newer_schema | not_found
   */
  importArchive(request: ImportRequest, fence: Fence): Promise<ImportReport>

  /**
   * Makes a place for the tenant ready in another cell, with nothing in it yet and no process: it is the tenant's *incoming*
   * place, into which an archive with this cell is loaded. Then `activateIncoming`, `restoreFormer`, `dropIncoming` and
   * `dropFormer` are about these places: the incoming one is taken in one moment, on the way back it loses its database before
   * the former one is taken again, and a place that is dropped goes as a whole.
   * @throws DomainError already_exists when something of the tenant is there already | validation_failed by a driver without cells
   */
  prepareInCell(tenantId: string, cell: string, fence: Fence): Promise<void>

  /** Incoming takes the tenant's place; what the tenant had becomes its *former* database and files. The tenant must be stopped. */
  activateIncoming(tenantId: string, fence: Fence): Promise<void>
  /** The way back: the former database and files take their place again; what was active is incoming again. */
  restoreFormer(tenantId: string, fence: Fence): Promise<void>
  dropIncoming(tenantId: string, fence: Fence): Promise<void>
  dropFormer(tenantId: string, fence: Fence): Promise<void>

  /** The database itself refuses writes from now on (or takes them again); sessions that are open end. */
  setReadOnly(tenantId: string, readOnly: boolean, fence: Fence): Promise<void>

  /** Restores an archive into a scratch database, compares row counts and checksums with its manifest, and drops it. Touches no tenant. */
  testArchive(request: TestRequest): Promise<ImportReport>

  /** Finished archives, of one tenant or of all. */
  listArchives(tenantId?: string): Promise<StoredArchive[]>
  deleteArchive(place: ArchivePlace, fence: Fence): Promise<void>

  /**
   * Brings the tenant's database to the release's schema while the old process goes on running: the release's expand
   * migrations, and those contract migrations which the configured (running) release carries already. Idempotent.
   * @throws when a migration fails; those before it stay applied, which the running release does not mind
   */
  migrate(tenantId: string, release: string, fence: Fence): Promise<MigrationReport>

  /**
   * A second process of `release` on the same tenant: it answers its health check, gets no requests, runs no timer, relay
   * or workflow. A repeat finds it; one of another release is replaced. Works for a sleeping tenant, which stays asleep.
   */
  startBeside(tenantId: string, release: string, fence: Fence): Promise<void>

  /**
   * Reads, a quote, a hold released again, on the process that serves or the one beside; leaves no trace in ledger, audit
   * or numbers. A failed probe is a report, never an error; so is a process that is not there.
   */
  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport>

  /**
   * The document handed over last and the process beside, both of one release, become active in one moment; requests under
   * way on the old process end there, then it hands over its lease, closes its streams with a reconnect hint, and ends.
   * Resolves when the new process serves and holds the lease. A repeat goes on where the last call stopped; a process beside
   * that is gone is started again; a sleeping tenant goes on sleeping, at the new release.
   * @returns whether every request that was under way on the old process ended by itself
   * @throws when the new process cannot be started: then the old one goes on serving
   */
  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }>

  /** Ends the process beside, if there is one. */
  stopBeside(tenantId: string, fence: Fence): Promise<void>

  /**
   * A quarantined scratch copy of an archive, brought to `release`: migrate, boot, the whole journey with the sandbox
   * provider, row counts compared; then everything of it is dropped. Touches no tenant. A step that fails is a report.
   */
  rehearse(request: RehearsalRequest, fence: Fence): Promise<RehearsalReport>

  /** Requests as the gateway has counted them, by tenant and release. Empty while it is away. */
  traffic(): Promise<TrafficSample[]>

  state(tenantId: string): Promise<RuntimeState>
  health(tenantId: string): Promise<PlaneHealth | null>
  logs(tenantId: string, lines: number): Promise<string[]>
  inventory(): Promise<InventoryItem[]>
}

/** Refusal of a change whose fence is older than one already seen. */
export class StaleFence extends Error {
  constructor(tenantId: string) {
    super(`a newer operation has taken over tenant ${tenantId}`)
    this.name = 'StaleFence'
  }
}
