import { createHash } from 'node:crypto'
import { DomainError, type ErrorCode, type PlaneHealth, type TenantDocument } from '@cityos/contract'
import {
  type ArchivePlace,
  type ArchiveReport,
  type DataPlaneDriver,
  type ExportRequest,
  type Fence,
  type HostCertificate,
  type ImportReport,
  type ImportRequest,
  type InventoryItem,
  type MigrationReport,
  type ProbeReport,
  type RehearsalReport,
  type RehearsalRequest,
  type Release,
  type RuntimeState,
  StaleFence,
  type StoredArchive,
  type TenantSecrets,
  type TestRequest,
  type TrafficSample,
  type WhichProcess,
} from '@cityos/provisioning'
import { recipientOf } from '@cityos/provisioning/archive-key'

/** A database is what was put into it: `empty`, or the archive it was loaded from. */
type Content = string | null

interface Archive extends StoredArchive {
  recipient: string
  content: string
}

/** Where a tenant that moves to another cell also has something. */
interface Other {
  role: 'incoming' | 'former'
  cell: string | null
  database: Content
  readOnly: boolean
}

interface Kept {
  /** Null: where the platform has put it. */
  cell: string | null
  other: Other | null
  database: Content
  incoming: Content
  former: Content
  readOnly: boolean
  document: TenantDocument | null
  secrets: TenantSecrets | null
  hosts: string[]
  certificates: Map<string, HostCertificate>
  process: boolean
  /** Release of the process that serves, and of the one beside it. */
  active: string | null
  beside: string | null
  /** Releases whose migrations the database has. */
  schemas: Set<string>
  asleep: boolean
  seeded: boolean
  fence: number
}

type Method = Exclude<keyof DataPlaneDriver, 'name' | 'publishKeys' | 'inventory' | 'state' | 'logs' | 'listArchives'>

/**
 * A driver without a machine that keeps the rules of the port strictly: fences, idempotence, and order (no process
 * without database and document, no route to a host of another tenant). `failing` makes a method fail, before or after
 * its effect.
 */
export class MemoryDriver implements DataPlaneDriver {
  readonly name: DataPlaneDriver['name']
  readonly tenants = new Map<string, Kept>()
  readonly releases = new Set<string>()
  readonly calls: string[] = []
  readonly archives = new Map<string, Archive>()
  keys: { keys: Record<string, unknown>[] } = { keys: [] }
  failing: { method: Method; when: 'before' | 'after'; times: number } | null = null
  /** Refuses a method for good, as a driver does that knows better. */
  refusing: { method: Method; code: ErrorCode } | null = null
  /** What is wrong with a release: it fails its rehearsal, its migration or its probes, or does not start. */
  readonly defects = new Map<string, 'rehearsal' | 'migration' | 'boot' | 'probes'>()
  /** What the gateway has counted; tests put it there. */
  counted: TrafficSample[] = []

  constructor(name: DataPlaneDriver['name'] = 'local') {
    this.name = name
  }

  async publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void> {
    this.keys = jwks
  }

  prepareRelease(release: Release): Promise<void> {
    return this.#call('prepareRelease', () => void this.releases.add(release.version))
  }

  dropRelease(version: string): Promise<void> {
    return this.#call('dropRelease', () => {
      const user = [...this.tenants.entries()].find(([, kept]) => [kept.active, kept.beside, kept.document?.release].includes(version))
      if (user) throw new Error(`release ${version} is in use: tenant ${user[0]} has it`)
      this.releases.delete(version)
    })
  }

  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }> {
    return this.#change('ensureDatabase', tenantId, fence, (kept) => {
      if (!this.releases.has(release)) throw new Error(`release ${release} was not prepared`)
      kept.database ??= 'empty'
      kept.schemas.add(release)
      return { pooled: false }
    })
  }

  dropDatabase(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('dropDatabase', tenantId, fence, (kept) => {
      if (kept.process) throw new Error('a process still uses the database')
      Object.assign(kept, { database: null, incoming: null, former: null, readOnly: false, seeded: false, schemas: new Set() })
    })
  }

  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    return this.#change('configure', document.id, fence, (kept) => {
      if (kept.secrets && kept.secrets.tenantKey !== secrets.tenantKey) throw new Error('the tenant key of a tenant never changes here')
      if (!kept.document || kept.document.version <= document.version) kept.document = document
      kept.secrets = secrets
    })
  }

  forget(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('forget', tenantId, fence, (kept) => {
      Object.assign(kept, { document: null, secrets: null, hosts: [], process: false, active: null, beside: null, asleep: false })
      kept.certificates.clear()
    })
  }

  start(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('start', tenantId, fence, (kept) => {
      if (!kept.database || !kept.document || !kept.secrets) throw new Error('start needs database, document and secrets')
      if (!kept.process) kept.active = kept.document.release
      kept.process = true
      kept.asleep = false
    })
  }

  stop(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('stop', tenantId, fence, (kept) => {
      Object.assign(kept, { process: false, asleep: false, active: null, beside: null })
    })
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.#change('seed', tenantId, fence, (kept) => {
      if (!kept.process) throw new Error('seeding goes through the running data plane')
      const changed = !kept.seeded
      kept.seeded = true
      return { changed }
    })
  }

  route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    return this.#change('route', tenantId, fence, (kept) => {
      for (const [other, { hosts: taken }] of this.tenants) {
        if (other !== tenantId && taken.some((host) => hosts.includes(host))) throw new Error(`a host already leads to ${other}`)
      }
      kept.hosts = [...hosts]
    })
  }

  putCertificate(certificate: HostCertificate, fence: Fence): Promise<void> {
    return this.#change('putCertificate', certificate.tenantId, fence, (kept) => {
      if (!certificate.hosts.includes(certificate.host)) throw new Error('a certificate is for its own host first')
      for (const [other, { certificates }] of this.tenants) {
        if (other !== certificate.tenantId && certificates.has(certificate.host)) throw new Error(`the host has a certificate of ${other}`)
      }
      kept.certificates.set(certificate.host, certificate)
    })
  }

  removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void> {
    return this.#change('removeCertificate', tenantId, fence, (kept) => void kept.certificates.delete(host))
  }

  sleep(tenantId: string): Promise<void> {
    return this.#call('sleep', () =>
      this.#existing(tenantId, (kept) => Object.assign(kept, { process: false, active: null, asleep: true })),
    )
  }

  wake(tenantId: string): Promise<void> {
    return this.#call('wake', () =>
      this.#existing(tenantId, (kept) =>
        Object.assign(kept, { process: true, active: kept.active ?? kept.document!.release, asleep: false }),
      ),
    )
  }

  async state(tenantId: string): Promise<RuntimeState> {
    const kept = this.tenants.get(tenantId)
    const runtime = !kept?.document ? 'absent' : kept.process ? 'running' : kept.asleep ? 'asleep' : 'absent'
    const beside = kept?.beside ? { release: kept.beside, memoryBytes: null, startedAt: '2026-01-01T00:00:00.000Z' } : null
    const nothingMore = { restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
    return { runtime, release: kept?.process ? kept.active : null, beside, ...nothingMore }
  }

  health(tenantId: string): Promise<PlaneHealth | null> {
    return this.#call('health', () => {
      const kept = this.tenants.get(tenantId)
      return kept?.process && kept.document ? healthOf(kept.document, kept.active ?? kept.document.release) : null
    })
  }

  exportArchive(request: ExportRequest, fence: Fence): Promise<ArchiveReport> {
    return this.#change('exportArchive', request.tenantId, fence, (kept) => {
      const done = this.archives.get(request.archiveId)
      if (done) return done
      if (!kept.database || !kept.document) throw new DomainError('not_found', { message: 'there is nothing to archive' })
      const archive = archiveOf(request, kept.document.release, kept.database)
      this.archives.set(request.archiveId, archive)
      return archive
    })
  }

  async importArchive(request: ImportRequest, fence: Fence): Promise<ImportReport> {
    const archive = await this.#open(request)
    return this.#change('importArchive', request.tenantId, fence, (kept) => {
      if (!this.releases.has(request.release)) throw new Error(`release ${request.release} was not prepared`)
      if (request.cell !== undefined) {
        if (kept.other?.role !== 'incoming' || kept.other.cell !== request.cell) throw new Error('no place was prepared in that cell')
        kept.other.database = archive.content
      } else kept.incoming = archive.content
      const copied = request.copy ? { rekeyed: 1, masked: request.copy.maskPersonalData ? 1 : 0 } : { rekeyed: 0, masked: 0 }
      return { ...archive, ...copied, migrated: [] }
    })
  }

  prepareInCell(tenantId: string, cell: string, fence: Fence): Promise<void> {
    return this.#change('prepareInCell', tenantId, fence, (kept) => {
      if (kept.cell === cell) throw new DomainError('invalid_transition', { message: `it is in ${cell} already` })
      kept.other ??= { role: 'incoming', cell, database: null, readOnly: false }
      if (kept.other.role !== 'incoming' || kept.other.cell !== cell) throw new Error('one move at a time')
    })
  }

  activateIncoming(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('activateIncoming', tenantId, fence, (kept) => {
      if (kept.other?.role === 'former') return
      if (kept.other) {
        if (kept.process) throw new Error('a process still uses the database')
        if (!kept.other.database) throw new Error('nothing was loaded')
        return changePlaces(kept, kept.other, 'former')
      }
      if (kept.process) throw new Error('a process still uses the database')
      if (kept.incoming) Object.assign(kept, { former: kept.database, database: kept.incoming, incoming: null, readOnly: false })
      if (!kept.database) throw new Error('nothing was loaded')
    })
  }

  restoreFormer(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('restoreFormer', tenantId, fence, (kept) => {
      if (kept.other?.role === 'former') {
        // Without its database no process there serves.
        Object.assign(kept, { database: null, process: false, active: null })
        return changePlaces(kept, kept.other, 'incoming')
      }
      if (kept.other) return
      if (kept.process) throw new Error('a process still uses the database')
      if (kept.former) Object.assign(kept, { incoming: kept.database, database: kept.former, former: null })
    })
  }

  dropIncoming(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('dropIncoming', tenantId, fence, (kept) => {
      if (kept.other?.role === 'incoming') kept.other = null
      kept.incoming = null
    })
  }

  dropFormer(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('dropFormer', tenantId, fence, (kept) => {
      if (kept.other?.role === 'former') kept.other = null
      kept.former = null
    })
  }

  setReadOnly(tenantId: string, readOnly: boolean, fence: Fence): Promise<void> {
    return this.#change('setReadOnly', tenantId, fence, (kept) => {
      kept.readOnly = readOnly
    })
  }

  async testArchive(request: TestRequest): Promise<ImportReport> {
    const archive = await this.#open(request)
    return this.#call('testArchive', () => ({ ...archive, migrated: [], rekeyed: 0, masked: 0 }))
  }

  async listArchives(tenantId?: string): Promise<StoredArchive[]> {
    return [...this.archives.values()].filter((archive) => tenantId === undefined || archive.tenantId === tenantId)
  }

  deleteArchive(place: ArchivePlace, fence: Fence): Promise<void> {
    return this.#change('deleteArchive', place.tenantId, fence, () => void this.archives.delete(place.archiveId))
  }

  /** The archive, if it is whole and this is its key. */
  async #open(request: { archive: ArchivePlace; identity: string }): Promise<Archive> {
    const archive = this.archives.get(request.archive.archiveId)
    if (!archive) throw new DomainError('not_found', { message: `there is no archive ${request.archive.archiveId}` })
    if ((await recipientOf(request.identity)) !== archive.recipient) throw new DomainError('archive_wrong_key')
    if (archive.content === 'damaged') throw new DomainError('archive_damaged')
    return archive
  }

  migrate(tenantId: string, release: string, fence: Fence): Promise<MigrationReport> {
    return this.#change('migrate', tenantId, fence, (kept) => {
      this.#requirePrepared(release)
      if (!kept.database) throw new Error('there is no database to migrate')
      if (this.defects.get(release) === 'migration') throw new Error(`a migration of ${release} failed`)
      const applied = kept.schemas.has(release) ? [] : [`0001_${release}.sql`]
      kept.schemas.add(release)
      return { applied, milliseconds: 1 }
    })
  }

  startBeside(tenantId: string, release: string, fence: Fence): Promise<void> {
    return this.#change('startBeside', tenantId, fence, (kept) => {
      this.#requirePrepared(release)
      if (!kept.document || !kept.schemas.has(release)) throw new Error('a process needs a document and the schema of its release')
      if (this.defects.get(release) === 'boot') throw new Error(`${release} ended while it started`)
      kept.beside = release
    })
  }

  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport> {
    return this.#change('probe', tenantId, fence, (kept) => {
      const release = which === 'beside' ? kept.beside : kept.process ? kept.active : null
      const ok = release !== null && this.defects.get(release) !== 'probes'
      const message = release === null ? 'there is no such process' : ok ? null : '500'
      return { ok, checks: ['read.home', 'quote', 'hold'].map((name) => ({ name, ok, milliseconds: 1, message })) }
    })
  }

  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }> {
    return this.#change('switchOver', tenantId, fence, (kept) => {
      const release = kept.document?.release
      if (!release) throw new Error('no document says which release is to serve')
      if (kept.beside !== release && kept.active !== release) {
        if (kept.beside !== null) throw new Error(`${kept.beside} is beside it, and the document says ${release}`)
        if (!kept.schemas.has(release) || this.defects.get(release) === 'boot') throw new Error(`${release} cannot be started`)
      }
      // one that sleeps goes on sleeping: it wakes at the release of its document
      Object.assign(kept, { beside: null, active: kept.process ? release : null })
      return { drained: true }
    })
  }

  stopBeside(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('stopBeside', tenantId, fence, (kept) => {
      kept.beside = null
    })
  }

  async rehearse(request: RehearsalRequest, _fence: Fence): Promise<RehearsalReport> {
    const archive = await this.#open(request)
    return this.#call('rehearse', () => {
      this.#requirePrepared(request.release)
      const defect = this.defects.get(request.release)
      const steps = ['load', 'migrate', 'boot', 'compare'].map((name) => {
        const ok = !(defect === 'rehearsal' && name === 'compare') && !(defect === 'boot' && name === 'boot')
        return { name, ok, milliseconds: 1, message: ok ? null : 'it does not work' }
      })
      const rowCounts = { archive: archive.rowCounts, migrated: archive.rowCounts }
      return { ok: steps.every((step) => step.ok), steps, applied: [], rowCounts, milliseconds: 4 }
    })
  }

  traffic(): Promise<TrafficSample[]> {
    return this.#call('traffic', () => this.counted)
  }

  #requirePrepared(release: string): void {
    if (!this.releases.has(release)) throw new Error(`release ${release} was not prepared`)
  }

  async logs(): Promise<string[]> {
    return []
  }

  async inventory(): Promise<InventoryItem[]> {
    const archives = [...this.archives.values()].map(
      (archive): InventoryItem => ({ kind: 'backup', name: archive.archiveId, tenantId: archive.tenantId }),
    )
    return [
      ...archives,
      ...[...this.tenants].flatMap(([tenantId, kept]) => [
        ...(kept.database ? [item('database', tenantId, kept.database), item('role', tenantId)] : []),
        ...(kept.other ? [item('files', tenantId, `${kept.other.role} in ${kept.other.cell} ${kept.other.database}`)] : []),
        ...(kept.cell ? [item('files', tenantId, `in ${kept.cell}`)] : []),
        ...(kept.incoming ? [item('database', tenantId, `incoming ${kept.incoming}`)] : []),
        ...(kept.former ? [item('database', tenantId, `former ${kept.former}`)] : []),
        ...(kept.readOnly ? [item('database', tenantId, 'read-only')] : []),
        ...(kept.document ? [item('files', tenantId)] : []),
        ...(kept.secrets ? [item('secret', tenantId)] : []),
        ...(kept.process ? [item('process', tenantId, kept.active ?? '')] : []),
        ...(kept.beside ? [item('process', tenantId, `beside ${kept.beside}`)] : []),
        ...[...kept.certificates.keys()].map((name): InventoryItem => ({ kind: 'certificate', name, tenantId })),
        ...kept.hosts.map((name): InventoryItem => ({ kind: 'route', name, tenantId })),
      ]),
    ]
  }

  #change<T>(method: Method, tenantId: string, fence: Fence, effect: (kept: Kept) => T): Promise<T> {
    return this.#call(method, () => {
      const kept: Kept = this.tenants.get(tenantId) ?? {
        cell: null,
        other: null,
        database: null,
        incoming: null,
        former: null,
        readOnly: false,
        document: null,
        secrets: null,
        hosts: [],
        certificates: new Map(),
        process: false,
        active: null,
        beside: null,
        schemas: new Set(),
        asleep: false,
        seeded: false,
        fence: 0,
      }
      if (fence.number < kept.fence) throw new StaleFence(tenantId)
      kept.fence = fence.number
      this.tenants.set(tenantId, kept)
      return effect(kept)
    })
  }

  #existing(tenantId: string, effect: (kept: Kept) => void): void {
    const kept = this.tenants.get(tenantId)
    if (!kept?.document) throw new Error(`tenant ${tenantId} is not configured`)
    effect(kept)
  }

  /** Every answer comes a turn later, as from another process. */
  async #call<T>(method: Method, effect: () => T): Promise<T> {
    this.calls.push(method)
    await new Promise((resolve) => setImmediate(resolve))
    const fails = this.failing?.method === method && this.failing.times > 0 ? this.failing : null
    if (this.refusing?.method === method) throw new DomainError(this.refusing.code)
    if (fails) fails.times -= 1
    if (fails?.when === 'before') throw new Error(`${method} was made to fail before its effect`)
    const result = effect()
    if (fails?.when === 'after') throw new Error(`${method} was made to fail after its effect`)
    return result
  }
}

function changePlaces(kept: Kept, other: Other, leftAs: Other['role']): void {
  const { cell, database, readOnly } = kept
  Object.assign(kept, { cell: other.cell, database: other.database, readOnly: other.readOnly })
  kept.other = { role: leftAs, cell, database, readOnly }
}

function item(kind: InventoryItem['kind'], tenantId: string, what = ''): InventoryItem {
  return { kind, name: `${kind} ${tenantId} ${what}`.trim(), tenantId }
}

/** An archive that says what was in the database it was taken from. */
function archiveOf(request: ExportRequest, release: string, content: string): Archive {
  const checksum = createHash('sha256').update(content).digest('hex')
  return {
    tenantId: request.tenantId,
    archiveId: request.archiveId,
    recipient: request.recipient,
    content: content === 'empty' ? request.archiveId : content,
    release,
    schema: 'test',
    takenAt: '2026-01-01T00:00:00.000Z',
    rowCounts: { 'public.thing': content.length },
    files: { count: 0, bytes: 0 },
    contentChecksum: checksum,
    sizeBytes: content.length,
    checksum,
    milliseconds: 1,
  }
}

function healthOf(document: TenantDocument, release: string): PlaneHealth {
  const usage = {
    orders: 0,
    gmv_amount: 0,
    products: 0,
    customers: 0,
    database_bytes: 0,
    memory_bytes: 0,
    requests: 0,
    last_request_at: null,
  }
  return {
    status: 'ok',
    release,
    schema: 'test',
    uptime_s: 1,
    tenant_version: document.version,
    dependencies: {},
    next_due_at: null,
    usage,
  }
}
