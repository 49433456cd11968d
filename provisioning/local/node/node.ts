import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { freePort, isFree } from '../postgres/port.ts'
import { identify, isAlive } from '../process.ts'
import { runFolder } from './api.ts'
import { Archives } from './archives.ts'
import { CertificateStore } from './certificates.ts'
import { DatabaseServer } from './database-server.ts'
import { GatewayLink } from './gateway-link.ts'
import { handlersOf } from './handlers.ts'
import { Journal } from './journal.ts'
import { acquireLock } from './lock.ts'
import { LogFiles } from './log-files.ts'
import type { NodeOptions } from './options.ts'
import { Rehearsals } from './rehearsals.ts'
import { Releases } from './releases.ts'
import { RoutesFile, routesOf } from './routes-file.ts'
import { loadRootKey, Sealer } from './seal.ts'
import { serveNode } from './server.ts'
import type { Service } from './service.ts'
import { controlPlaneService, gatewayService, issuerOf } from './services.ts'
import { StartLimit } from './start-limit.ts'
import { hasState, StateStore } from './state.ts'
import { requireSpace, writeAtomically } from './storage.ts'
import { Tenants } from './tenants.ts'
import { Upgrades } from './upgrades.ts'
import { WakeTimer } from './wake-timer.ts'
import { WarmClones } from './warm-clones.ts'
import { WarmProcesses } from './warm-processes.ts'

/** Longest time from taking a process to its first healthy answer. */
const startTimeoutMs = 45_000
const leastFreeBytes = 200 * 1024 * 1024

/**
 * Everything of the platform on one machine: supervises Postgres, gateway, control plane and data planes, and keeps on
 * disk what it needs to go on alone (design §2).
 */
export class LocalNode {
  readonly options: NodeOptions
  readonly journal: Journal
  readonly store: StateStore
  readonly server: DatabaseServer
  readonly releases: Releases
  readonly tenants: Tenants
  readonly upgrades: Upgrades
  readonly rehearsals: Rehearsals
  readonly gatewayLink: GatewayLink
  readonly archives: Archives
  readonly certificates: CertificateStore
  readonly gateway: Service
  readonly controlPlane: Service
  readonly processes: WarmProcesses
  readonly clock: { now(): Date }
  readonly startedAt: string
  clones: WarmClones | null = null
  phase: 'starting' | 'ready' | 'stopping' = 'starting'
  private readonly lock: { release(): void }
  private readonly sealer: Sealer
  private readonly runDir: string
  private readonly routes: RoutesFile
  private readonly wakeTimer: WakeTimer
  private readonly logs: LogFiles
  private socketServer: Server | null = null
  private stopping: Promise<void> | null = null

  /**
   * Takes the lock and reads what an earlier node left; starts nothing yet.
   * @throws Locked, DamagedFile, DiskFull, or an error that says what is wrong with the root key
   */
  constructor(options: NodeOptions, clock: { now(): Date }, write: (line: string) => void) {
    this.options = options
    this.clock = clock
    this.startedAt = clock.now().toISOString()
    this.journal = new Journal(clock, write)
    mkdirSync(options.dataDir, { recursive: true, mode: 0o711 })
    this.lock = acquireLock(join(this.nodeDir, 'lock'))
    try {
      requireSpace(options.dataDir, leastFreeBytes)
      this.sealer = new Sealer(loadRootKey(join(options.dataDir, 'root.key'), options.rootKey ?? undefined, !hasState(this.nodeDir)))
      this.store = new StateStore(this.nodeDir, { host: '127.0.0.1', port: 8080, base_domain: 'localhost' })
    } catch (error) {
      this.lock.release()
      throw error
    }
    this.runDir = runFolder(options.dataDir)
    this.logs = new LogFiles(this.logsDir)
    this.server = new DatabaseServer({
      dataDir: options.dataDir,
      externalUrl: options.databaseUrl,
      sealer: this.sealer,
      note: (message) => this.journal.note(message),
    })
    this.releases = new Releases(this.store, () => this.server.databases, join(options.dataDir, 'releases'))
    this.processes = new WarmProcesses({
      size: options.warmProcesses,
      memoryMegabytes: options.planeMemory,
      compileCacheDir: this.compileCacheDir,
      logsDir: this.logsDir,
      logOf: (tenantId) => this.tenants.logFile(tenantId),
      note: (message) => this.journal.note(message, { level: 'WARN' }),
    })
    this.archives = new Archives({
      dataDir: options.dataDir,
      databases: () => this.server.databases,
      release: (version) => this.releases.find(version),
      releases: () => this.store.state.releases,
      note: (message) => this.journal.note(message),
      now: () => clock.now(),
    })
    this.certificates = new CertificateStore(join(options.dataDir, 'certificates'), this.sealer.certificateKey)
    this.gatewayLink = new GatewayLink(this.gatewaySocket)
    const limit = new StartLimit(options.startsAtOnce, () => this.refill())
    this.tenants = this.makeTenants(limit)
    this.upgrades = this.makeUpgrades(limit)
    this.rehearsals = this.makeRehearsals()
    this.wakeTimer = new WakeTimer(
      clock,
      () =>
        this.store.tenants.flatMap((record) =>
          record.asleep && record.desired === 'up' && record.next_wake_at ? [{ id: record.id, at: record.next_wake_at }] : [],
        ),
      (id) => this.tenants.wake(id).catch((error: Error) => this.journal.note(error.message, { tenant_id: id, level: 'ERROR' })),
    )
    this.routes = new RoutesFile(
      this.routesFile,
      () => routesOf({ host: `cityos.${this.store.state.settings.base_domain}`, socket: this.controlPlaneSocket }, this.tenants.all()),
      (error) => this.journal.note(`routes: ${String(error)}`, { level: 'ERROR' }),
    )
    const setting = {
      store: this.store,
      logsDir: this.logsDir,
      compileCacheDir: this.compileCacheDir,
      note: (message: string) => this.journal.note(message),
    }
    this.gateway = gatewayService(setting, () => ({
      listen: { host: this.store.state.settings.host, port: this.store.state.settings.port },
      routes_file: this.routesFile,
      node_socket: this.socket,
      control_socket: this.gatewaySocket,
      hold_ms: options.holdMs,
      tls:
        options.tlsPort === null
          ? null
          : { port: options.tlsPort, folder: this.certificates.folder, key: this.sealer.certificateKey.toString('base64') },
    }))
    this.controlPlane = controlPlaneService(
      setting,
      () => this.releases.current,
      () => ({
        listen: { socket: this.controlPlaneSocket },
        database: { url: this.server.databases.address(this.server.databases.registry) },
        root_key: this.sealer.rootKeyBase64,
        node: { socket: this.socket },
        public: this.publicOrigin,
        release_dir: this.releases.current.dir,
        releases: this.store.state.releases,
        data_dir: options.dataDir,
        operator_credential_path: join(options.dataDir, 'operator.json'),
      }),
    )
  }

  get socket(): string {
    return join(this.runDir, 'node.sock')
  }

  get url(): string {
    return issuerOf(this.store.state.settings)
  }

  /**
   * Brings everything up. The control plane alone may fail: storefronts go on without it, and it is tried again.
   * @throws with what to do, when settings, disk, port or database do not allow to run
   */
  async start(): Promise<void> {
    this.socketServer = await serveNode(this.socket, handlersOf(this))
    writeAtomically(join(this.nodeDir, 'node.json'), JSON.stringify({ ...identify(process.pid)!, socket: this.socket }))
    await this.settle()
    if (this.options.releaseDir) this.releases.use(this.options.releaseDir)
    this.journal.note('starting Postgres')
    await this.server.start()
    await this.server.databases.ensurePlatformDatabase(this.server.databases.registry)
    await this.rehearsals.sweep()
    this.archives.sweep()
    this.clones = new WarmClones(this.server.databases, this.options.warmClones, (message) => this.journal.note(message, { level: 'WARN' }))
    await this.routes.publish()
    await this.gateway.start()
    const resumed = this.resume()
    this.warmUp()
    await Promise.all([resumed, this.releases.hasCurrent ? this.controlPlane.startPatiently() : this.withoutControlPlane()])
    const up = this.releases.hasCurrent ? this.controlPlane.firstUp : Promise.resolve()
    up.then(() => {
      if (this.phase === 'starting') this.phase = 'ready'
      this.journal.note(`ready at ${this.url}`)
    })
  }

  /** Ordered end: gateway, data planes, control plane, Postgres. Nothing of the platform runs afterwards. */
  stop(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  /** Lets go of the data directory and leaves running processes as they are (a start that failed before it changed them). */
  abandon(): void {
    this.socketServer?.close()
    this.lock.release()
  }

  /** Takes up every tenant of an earlier node, the processes beside theirs first: a start may need one of them. */
  private async resume(): Promise<void> {
    await this.upgrades.adopt()
    await this.tenants.resume()
    await this.changed()
    this.upgrades.resume()
  }

  /** Whether processes of an earlier node are still at work. */
  get hasSurvivors(): boolean {
    return this.store.tenants.some((record) => record.process !== null && isAlive(record.process))
  }

  /** Publishes what has changed to the gateway and plans the next wake. */
  async changed(): Promise<void> {
    if (this.phase === 'stopping') return
    this.wakeTimer.plan()
    await this.routes.publish()
  }

  private get nodeDir(): string {
    return join(this.options.dataDir, 'node')
  }

  private get logsDir(): string {
    return join(this.options.dataDir, 'logs')
  }

  private get compileCacheDir(): string {
    return join(this.options.dataDir, 'cache', 'compile')
  }

  private get routesFile(): string {
    return join(this.options.dataDir, 'run', 'routes.json')
  }

  private get gatewaySocket(): string {
    return join(this.runDir, 'gateway.sock')
  }

  private get controlPlaneSocket(): string {
    return join(this.runDir, 'control-plane.sock')
  }

  private get publicOrigin() {
    const { base_domain, port } = this.store.state.settings
    return { scheme: 'http' as const, base_domain, port: port === 80 ? null : port }
  }

  private makeTenants(limit: StartLimit): Tenants {
    return new Tenants({
      store: this.store,
      sealer: this.sealer,
      dataDir: this.options.dataDir,
      databases: () => this.server.databases,
      archives: () => this.archives,
      upgrades: () => this.upgrades,
      certificates: this.certificates,
      template: (release) => this.releases.template(release),
      poolUsed: () => this.refill(),
      changed: () => this.changed(),
      newSocket: () => this.newSocket(),
      now: () => this.clock.now(),
      smtpUrl: this.options.smtpUrl,
      common: () => ({
        jwks: this.store.state.jwks,
        issuer: this.url,
        control_plane: { socket: this.controlPlaneSocket },
        supervisor: { socket: this.socket },
        public: this.publicOrigin,
        idle_after: this.options.idleAfter,
      }),
      surroundings: {
        takeProcess: (release, tenantId) => this.processes.take(release, tenantId),
        release: (version) => this.releases.find(version),
        takeBeside: (tenantId, release, over) => this.upgrades.beside(tenantId).take(release, over),
        standbyServes: (tenantId) => this.upgrades.finishLater(tenantId),
        whenThereIsRoom: (start) => limit.run(start),
        note: (tenantId, message) => this.journal.note(message, { tenant_id: tenantId }),
        clock: this.clock,
        startTimeoutMs,
        probeMs: this.options.probeMs,
      },
    })
  }

  private newSocket(): string {
    return join(this.runDir, `p-${randomBytes(5).toString('hex')}.sock`)
  }

  private makeRehearsals(): Rehearsals {
    return new Rehearsals({
      store: this.store,
      databases: () => this.server.databases,
      archives: () => this.archives,
      tenants: () => this.tenants,
      release: (version) => this.releases.find(version),
      freshProcess: (release, logFile) => this.processes.fresh(release, logFile),
      newSocket: () => this.newSocket(),
      now: () => this.clock.now(),
      startTimeoutMs,
      common: () => ({ jwks: this.store.state.jwks, issuer: this.url, public: this.publicOrigin }),
    })
  }

  private makeUpgrades(limit: StartLimit): Upgrades {
    const note = (tenantId: string, message: string): void => this.journal.note(message, { tenant_id: tenantId })
    return new Upgrades({
      store: this.store,
      databases: () => this.server.databases,
      gateway: this.gatewayLink,
      tenants: () => this.tenants,
      changed: () => this.changed(),
      note,
      drainMs: this.options.drainMs,
      beside: {
        freshProcess: (release, tenantId) => this.processes.fresh(release, this.tenants.logFile(tenantId)),
        release: (version) => this.releases.find(version),
        whenThereIsRoom: (start) => limit.run(start),
        note,
        clock: this.clock,
        startTimeoutMs,
      },
    })
  }

  /** Settings of this start: what the command line says, else those of the last one. */
  private async settle(): Promise<void> {
    const former = this.store.state.settings
    const wanted = {
      host: this.options.host ?? former.host,
      port: this.options.port ?? former.port,
      base_domain: this.options.baseDomain ?? former.base_domain,
    }
    const port = wanted.port === 0 ? (former.port && this.options.port !== 0 ? former.port : await freePort()) : wanted.port
    const gateway = this.store.state.services['gateway']
    const ours = gateway !== undefined && isAlive(gateway) && former.port === port && former.host === wanted.host
    if (!ours && !(await isFree(port, wanted.host))) {
      throw new Error(`port ${port} on ${wanted.host} is taken by another program: stop it, or choose another one with --port`)
    }
    this.store.update({ settings: { ...wanted, port } })
  }

  private withoutControlPlane(): void {
    this.journal.note('no release was given: the control plane is not started', { level: 'WARN' })
  }

  /** Template, clones and a warm process of the current release: in the background, nobody waits for them. */
  private warmUp(): void {
    if (!this.releases.hasCurrent) return
    const release = this.releases.current
    this.releases.template(release.version).then(
      (template) => {
        this.clones?.use(template)
        return this.processes.use(release)
      },
      (error: Error) => this.journal.note(`template of release ${release.version}: ${error.message}`, { level: 'ERROR' }),
    )
  }

  private refill(): void {
    if (this.phase === 'stopping') return
    this.processes.refill()
    this.clones?.refill()
  }

  private async end(): Promise<void> {
    this.phase = 'stopping'
    this.journal.note('stopping')
    this.wakeTimer.cancel()
    this.logs.close()
    this.archives.close()
    await this.gateway.stop()
    await Promise.all([this.processes.close(), this.clones?.close(), this.upgrades.shutDown(), this.tenants.shutDown()])
    await this.controlPlane.stop()
    await this.server.stop()
    this.journal.note('stopped')
    this.socketServer?.close()
    rmSync(join(this.nodeDir, 'node.json'), { force: true })
    rmSync(this.runDir, { recursive: true, force: true })
    this.lock.release()
  }
}
