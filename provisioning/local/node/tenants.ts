import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Binding, DomainError, type PlaneHealth, planeProtocol } from '@cityos/contract'
import { errors, jwtVerify } from 'jose'
import { type Fence, type InventoryItem, StaleFence, type TenantSecrets } from '../../driver.ts'
import { Turns } from '../../turns.ts'
import { type Databases, databaseName, type TenantLogins } from '../postgres/databases.ts'
import { tenantLogins } from '../postgres/logins.ts'
import { usage } from '../process.ts'
import type { NodeRequest, NodeResponse } from './api.ts'
import type { Archives } from './archives.ts'
import type { CertificateStore } from './certificates.ts'
import { Child } from './child.ts'
import { inventoryOf } from './inventory.ts'
import { lastLines } from './log-files.ts'
import { Plane, type PlaneSurroundings } from './plane.ts'
import { askPlaneAt } from './plane-link.ts'
import type { Sealer } from './seal.ts'
import type { ReleaseRecord, StateStore, TenantRecord } from './state.ts'
import type { Upgrades } from './upgrades.ts'

export interface TenantsOptions {
  store: StateStore
  sealer: Sealer
  dataDir: string
  databases: () => Databases
  archives: () => Archives
  upgrades: () => Upgrades
  certificates: CertificateStore
  /** Name of a release's template database. */
  template: (release: string) => Promise<string>
  /** A clone or a process of the pool was used up. */
  poolUsed: () => void
  changed: () => Promise<void>
  surroundings: Omit<PlaneSurroundings, 'store' | 'bindingOf' | 'changed'>
  /** The parts of a binding that are the same for all tenants. */
  common: () => Pick<Binding, 'jwks' | 'issuer' | 'control_plane' | 'supervisor' | 'public' | 'idle_after'>
  /** `SMTP_URL`, for data planes. */
  smtpUrl: string | null
  newSocket: () => string
  now: () => Date
}

/** What the driver asks for one tenant. Changes of one tenant run one after the other, each behind its fence. */
export class Tenants {
  private readonly options: TenantsOptions
  private readonly planes = new Map<string, Plane>()
  private readonly turns = new Turns()

  constructor(options: TenantsOptions) {
    this.options = options
  }

  /** Takes up every tenant of an earlier node. */
  async resume(): Promise<void> {
    await Promise.all(
      this.options.store.tenants.map((record) =>
        this.planeOf(record.id).resume((identity) => Child.adopt(identity, this.logFile(record.id))),
      ),
    )
  }

  async shutDown(): Promise<void> {
    await Promise.all([...this.planes.values()].map((plane) => plane.shutDown()))
  }

  all(): { record: Readonly<TenantRecord>; plane: Plane }[] {
    return this.options.store.tenants.map((record) => ({ record, plane: this.planeOf(record.id) }))
  }

  ensureDatabase({ tenantId, release, fence }: NodeRequest<'ensureDatabase'>): Promise<{ pooled: boolean }> {
    return this.fenced(tenantId, fence, async () => {
      const answer = await this.options.databases().ensureTenant(tenantId, await this.options.template(release), this.logins(tenantId))
      if (answer.pooled) this.options.poolUsed()
      return answer
    })
  }

  dropDatabase({ tenantId, fence }: NodeRequest<'dropDatabase'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      if (this.known(tenantId).desired === 'up') await this.planeOf(tenantId).stop()
      await this.options.upgrades().endOthers(tenantId)
      await this.options.databases().dropTenant(tenantId)
      return null
    })
  }

  configure({ tenantId, document, secrets, fence }: NodeRequest<'configure'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      const former = this.known(tenantId).document
      mkdirSync(this.filesDir(tenantId), { recursive: true, mode: 0o700 })
      this.options.store.updateTenant(tenantId, {
        // An older document never replaces a newer one.
        document: former && former.version > document.version ? former : document,
        secrets: this.options.sealer.seal(JSON.stringify(secrets), `tenant ${tenantId}`),
      })
      await this.options.changed()
      return null
    })
  }

  forget({ tenantId, fence }: NodeRequest<'forget'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      await this.planeOf(tenantId).stop()
      await this.options.upgrades().endOthers(tenantId)
      rmSync(this.filesDir(tenantId), { recursive: true, force: true })
      rmSync(this.mailDir(tenantId), { recursive: true, force: true })
      for (const which of ['incoming', 'former'] as const) this.options.archives().dropFiles(tenantId, which)
      this.options.certificates.removeAllOf(tenantId)
      for (const file of [this.logFile(tenantId), this.rehearsalLogFile(tenantId)]) rmSync(file, { force: true })
      this.options.store.updateTenant(tenantId, { document: null, secrets: null, hosts: [] })
      await this.options.changed()
      return null
    })
  }

  start({ tenantId, fence }: NodeRequest<'start'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      const { process, document } = this.known(tenantId)
      const plane = this.planeOf(tenantId)
      // Nobody notices, also when it is not an upgrade that asks for it.
      if (process && process.release !== document?.release && plane.runtime === 'running') await this.options.upgrades().replace(tenantId)
      await plane.start()
      await this.options.changed()
      this.options.poolUsed()
      return null
    })
  }

  stop({ tenantId, fence }: NodeRequest<'stop'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      await this.planeOf(tenantId).stop()
      await this.options.upgrades().endOthers(tenantId)
      await this.options.changed()
      return null
    })
  }

  seed({ tenantId, fence }: NodeRequest<'seed'>): Promise<{ changed: boolean }> {
    return this.fenced(tenantId, fence, async () => {
      await this.planeOf(tenantId).wake()
      const answer = await this.ask(tenantId, 'POST', '/internal/seed', 300_000)
      return { changed: (answer as { changed: boolean }).changed }
    })
  }

  route({ tenantId, hosts, fence }: NodeRequest<'route'>): Promise<null> {
    return this.fenced(tenantId, fence, async () => {
      const taken = this.options.store.tenants.find((other) => other.id !== tenantId && other.hosts.some((host) => hosts.includes(host)))
      if (taken)
        throw new DomainError('domain_in_use', {
          message: `${hosts.find((host) => taken.hosts.includes(host))} leads to tenant ${taken.id}`,
        })
      this.options.store.updateTenant(tenantId, { hosts })
      await this.options.changed()
      return null
    })
  }

  async sleep(tenantId: string, nextDueAt?: string | null): Promise<void> {
    const known = this.known(tenantId)
    const due = nextDueAt === undefined ? ((await this.healthOf(known.id))?.next_due_at ?? null) : nextDueAt
    await this.planeOf(tenantId).sleep(due)
    await this.options.changed()
  }

  async wake(tenantId: string, options: { patient?: boolean } = {}): Promise<string | null> {
    this.known(tenantId)
    const plane = this.planeOf(tenantId)
    await plane.wake(options)
    await this.options.changed()
    this.options.poolUsed()
    return plane.socket
  }

  state(tenantId: string): NodeResponse<'state'> {
    if (!this.options.store.tenant(tenantId)) {
      return { runtime: 'absent', restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
    }
    const { process } = this.options.upgrades().beside(tenantId)
    const beside = process && {
      release: process.release,
      memoryBytes: usage(process.pid).memoryBytes,
      startedAt: process.started_at,
    }
    return { ...this.planeOf(tenantId).state(), beside }
  }

  /** The data plane's own report; null while it is not awake (asking never wakes it) or does not answer. */
  async healthOf(tenantId: string): Promise<PlaneHealth | null> {
    if (!this.options.store.tenant(tenantId) || !this.planeOf(tenantId).socket) return null
    return this.ask(tenantId, 'GET', '/internal/health', 5_000).then(
      (health) => health as PlaneHealth,
      () => null,
    )
  }

  logs(tenantId: string, lines: number): Promise<string[]> {
    return lastLines(this.logFile(tenantId), lines)
  }

  inventory(): Promise<InventoryItem[]> {
    const { dataDir, databases, archives, upgrades, certificates } = this.options
    const parts = { databases: databases(), archives: archives(), upgrades: upgrades(), certificates }
    return inventoryOf({ dataDir, ...parts, tenants: this.all() })
  }

  /** A record that says nothing any more goes; its fencing number is kept apart. */
  private removeIfBlank(tenantId: string): void {
    const record = this.options.store.tenant(tenantId)
    if (!record || record.document || record.secrets || record.hosts.length > 0 || record.desired === 'up') return
    this.options.store.removeTenant(tenantId)
    this.planes.delete(tenantId)
    this.options.upgrades().forget(tenantId)
  }

  private known(tenantId: string): Readonly<TenantRecord> {
    const record = this.options.store.tenant(tenantId)
    if (!record) throw new DomainError('not_found', { message: `tenant ${tenantId} is not known on this node` })
    return record
  }

  planeOf(tenantId: string): Plane {
    let plane = this.planes.get(tenantId)
    if (!plane) {
      const { store, surroundings } = this.options
      const changed = () => void this.options.changed()
      plane = new Plane(tenantId, {
        ...surroundings,
        store,
        changed,
        bindingOf: (record, release, standby) => this.bindingOf(record, release, standby),
      })
      this.planes.set(tenantId, plane)
    }
    return plane
  }

  /** @param standby for a process beside the one that serves: it is a build of `release`, whatever the document says */
  bindingOf(record: Readonly<TenantRecord>, release: ReleaseRecord, standby: boolean): Binding {
    if (!record.document || !record.secrets) throw new Error(`tenant ${record.id} is not configured yet`)
    const secrets = this.secrets(record)
    const databases = this.options.databases()
    const url = databases.address(databaseName(record.id), this.logins(record.id).application)
    return {
      tenant: { ...record.document, release: release.version },
      ...(standby ? { standby } : {}),
      listen: { socket: this.options.newSocket() },
      database: { url, direct_url: url },
      secrets: { tenant_key: secrets.tenantKey, plane_key: secrets.planeKey },
      files_dir: this.filesDir(record.id),
      mail: { smtp_url: this.options.smtpUrl, mailbox_dir: this.mailDir(record.id) },
      release_dir: release.dir,
      former_release_dirs: this.options.store.state.releases.flatMap((known) => (known.dir === release.dir ? [] : [known.dir])).reverse(),
      protocol: planeProtocol,
      ...this.options.common(),
    }
  }

  secretsOf(tenantId: string): TenantSecrets {
    return this.secrets(this.known(tenantId))
  }

  private secrets(record: Readonly<TenantRecord>): TenantSecrets {
    if (!record.secrets) throw new Error(`tenant ${record.id} has no secrets yet: configure it first`)
    return JSON.parse(this.options.sealer.open(record.secrets, `tenant ${record.id}`)) as TenantSecrets
  }

  logins(tenantId: string): TenantLogins {
    return tenantLogins(this.options.sealer, tenantId)
  }

  private filesDir(tenantId: string): string {
    return join(this.options.dataDir, 'files', tenantId)
  }

  /** What the process of a rehearsal said; kept when it failed. */
  rehearsalLogFile(tenantId: string): string {
    return join(this.options.dataDir, 'logs', `rehearsal-${tenantId}.log`)
  }

  private mailDir(tenantId: string): string {
    return join(this.options.dataDir, 'mail', tenantId)
  }

  logFile(tenantId: string): string {
    return join(this.options.dataDir, 'logs', `${tenantId}.log`)
  }

  /** Whether this tenant's data plane has signed a token for the node, in the last minute. */
  async hasSigned(tenantId: string, token: string): Promise<boolean> {
    const record = this.options.store.tenant(tenantId)
    if (!record?.secrets) return false
    try {
      const { payload } = await jwtVerify(token, Buffer.from(this.secrets(record).planeKey, 'base64'), {
        algorithms: ['HS256'],
        audience: 'node',
        issuer: 'data-plane',
        maxTokenAge: 65,
        currentDate: this.options.now(),
        clockTolerance: 5,
      })
      return payload['tenant_id'] === tenantId
    } catch (error) {
      if (error instanceof errors.JOSEError) return false
      throw error
    }
  }

  /** A request to the data plane itself, with a 60-second token of the tenant's plane key. */
  private async ask(tenantId: string, method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<unknown> {
    const { socket } = this.planeOf(tenantId)
    if (!socket) throw new Error(`the data plane of ${tenantId} is not awake`)
    return this.askAt(tenantId, socket, method, path, timeoutMs)
  }

  /** The same, of whichever of the tenant's processes listens on this socket. */
  askAt(tenantId: string, socket: string, method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<unknown> {
    const { planeKey } = this.secrets(this.known(tenantId))
    return askPlaneAt({ tenantId, socket, planeKey }, method, path, { timeoutMs, now: this.options.now() })
  }

  /** Runs a change after the tenant's earlier ones, unless a newer operation has taken over. */
  fenced<T>(tenantId: string, fence: Fence, change: () => Promise<T>): Promise<T> {
    return this.turns.run(tenantId, () => {
      const { store } = this.options
      const highest = store.tenant(tenantId)?.fence ?? store.state.fences[tenantId] ?? 0
      if (fence.number < highest) throw new StaleFence(tenantId)
      if (fence.number > highest || !store.tenant(tenantId)) store.updateTenant(tenantId, { fence: fence.number })
      return change().finally(() => this.removeIfBlank(tenantId))
    })
  }
}
