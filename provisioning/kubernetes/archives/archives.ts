import { randomBytes } from 'node:crypto'
import { DomainError } from '@cityos/contract'
import {
  type ArchivePlace,
  ArchiveReport,
  type ExportRequest,
  ImportReport,
  type ImportRequest,
  type StoredArchive,
  type TestRequest,
} from '../../archive/archive.ts'
import type { Fence } from '../../driver.ts'
import { besideName, databaseName } from '../../local/postgres/databases.ts'
import { tenantLogins } from '../../local/postgres/logins.ts'
import type { Moves } from '../moves.ts'
import { documentOf, type Held, type Tenants } from '../tenants.ts'
import type { ArchiveStore } from './store.ts'
import { noNamespace, scratchName, type TenantJobs } from './tenant-jobs.ts'

export interface ArchivesParts {
  tenants: Tenants
  /** Null where the platform has no place for archives. */
  store: ArchiveStore | null
  jobs: TenantJobs
  moves: Moves
}

/** Archives of tenants in clusters: a Job of the tenant makes and loads them, the control plane keeps them. */
export class Archives {
  private readonly parts: ArchivesParts

  constructor(parts: ArchivesParts) {
    this.parts = parts
  }

  /** See `DataPlaneDriver.exportArchive`. */
  async write({ tenantId, archiveId, recipient }: ExportRequest, fence: Fence): Promise<ArchiveReport> {
    const { tenants, jobs } = this.parts
    const store = this.requireStore()
    const place = { tenantId, archiveId }
    return tenants.fenced(tenantId, fence, async (held) => {
      const finished = await store.find(place)
      if (finished) return ArchiveReport.parse(finished)
      requireKnown(held)
      await jobs.ensurePlace(held)
      const document = documentOf(held.record)
      const report = await jobs.perform(
        held,
        {
          name: 'archive-write',
          release: held.record.active_release ?? document.release,
          volume: true,
          work: {
            task: 'write',
            id: archiveId,
            tenantId,
            tenant: document,
            release: document.release,
            databaseUrl: jobs.ownerUrl(held, databaseName(tenantId)),
            filesDir: jobs.folder(held.record.files_dir),
            recipient,
            takenAt: tenants.parts.now(),
          },
        },
        (pod) =>
          store.keep(
            place,
            (sink) => pod.fetch(sink),
            () => this.confirm(held),
          ),
      )
      tenants.parts.note(tenantId, `archive ${archiveId}: ${report.sizeBytes} bytes in ${report.milliseconds} ms`)
      return ArchiveReport.parse(report)
    })
  }

  /** See `DataPlaneDriver.importArchive`. A repeat finds the loaded one. */
  async load(request: ImportRequest, fence: Fence): Promise<ImportReport> {
    const { tenants, jobs } = this.parts
    const { tenantId } = request
    const key = JSON.stringify([request.archive, request.release, request.copy?.maskPersonalData ?? null])
    const store = this.requireStore()
    return tenants.fenced(tenantId, fence, async (own) => {
      requireKnown(own)
      // In another cell it lies alone, so it has the tenant's own names from the start.
      const elsewhere = request.cell === undefined ? null : await this.parts.moves.incoming(own, request.cell)
      const held = elsewhere ?? own
      const name = elsewhere ? databaseName(tenantId) : besideName(tenantId, 'incoming')
      const databases = this.databasesOf(held)
      if (held.record.incoming_dir && (await databases.exists(name))) {
        const note = JSON.parse((await databases.states.noteOf(name)) ?? 'null') as { key: string; report: unknown } | null
        if (note?.key === key) return ImportReport.parse(note.report)
      }
      await requireArchive(store, request.archive)
      await jobs.ensurePlace(held)
      const incoming = `files-${randomBytes(6).toString('hex')}`
      const { incoming_dir: former, stale_dirs } = held.record
      held.record = await tenants.change(held, { incoming_dir: incoming, stale_dirs: former ? [...stale_dirs, former] : stale_dirs })
      await databases.replaceByEmpty(name)
      await databases.letIn(name, tenantLogins(tenants.parts.sealer, tenantId))
      const loaded = await jobs.perform(
        held,
        {
          name: 'archive-load',
          release: request.release,
          volume: true,
          work: {
            task: 'load',
            identity: request.identity,
            databaseUrl: jobs.ownerUrl(held, name),
            filesDir: jobs.folder(incoming),
            copy: request.copy,
            forward: true,
          },
        },
        async (pod) => {
          await pod.check(store.open(request.archive))
          return pod.run(store.open(request.archive))
        },
      )
      const report = ImportReport.parse(loaded)
      await this.confirm(held)
      await databases.states.setNote(name, JSON.stringify({ key, report }))
      return report
    })
  }

  /** Restores into a scratch database and scratch files, compares, and drops both. @throws DomainError archive_damaged when anything differs */
  async test({ archive, identity }: TestRequest): Promise<ImportReport> {
    const { tenants, jobs } = this.parts
    const store = this.requireStore()
    const stored = await requireArchive(store, archive)
    // Not `not_found`, which would be said of the archive.
    if (!(await tenants.parts.store.find(archive.tenantId))?.document) throw noNamespace(archive.tenantId)
    const held = await tenants.unfenced(archive.tenantId, (each) => jobs.ready(each))
    const { record } = held
    const isKnown = (await tenants.parts.store.release(stored.release)) !== null
    const report = await jobs.withScratch(held, scratchName('test', record.id), async (database) => {
      const work = {
        task: 'load' as const,
        identity,
        databaseUrl: jobs.ownerUrl(held, database),
        filesDir: jobs.scratchFolder,
        copy: null,
        forward: false,
      }
      const release = isKnown ? stored.release : documentOf(record).release
      return jobs.perform(held, { name: 'archive-test', release, volume: false, work }, async (pod) => {
        await pod.check(store.open(archive))
        return ImportReport.parse(await pod.run(store.open(archive)))
      })
    })
    if (report.contentChecksum !== stored.contentChecksum)
      throw new DomainError('archive_damaged', { message: 'what was restored differs from the archive' })
    return report
  }

  /** Incoming becomes the tenant's own, what it had becomes former; safe to repeat after any half of it. */
  activate(tenantId: string, fence: Fence): Promise<void> {
    const { tenants } = this.parts
    return tenants.fenced(tenantId, fence, async (held) => {
      if (held.record.other) return this.parts.moves.take(held)
      requireStopped(held)
      const databases = this.databasesOf(held)
      const [own, incoming, former] = [databaseName(tenantId), besideName(tenantId, 'incoming'), besideName(tenantId, 'former')]
      if (await databases.exists(incoming)) {
        if (await databases.exists(own)) {
          await databases.dropDatabase(former)
          await databases.states.rename(own, former)
        }
        await databases.states.rename(incoming, own)
      }
      if (!(await databases.exists(own))) throw new DomainError('not_found', { message: `nothing was loaded for ${tenantId}` })
      await databases.letIn(own, tenantLogins(tenants.parts.sealer, tenantId))
      const { files_dir, incoming_dir, former_dir, stale_dirs, served } = held.record
      if (!incoming_dir) return
      // Of a tenant that has never served there are no files of before.
      const before = served ? files_dir : null
      const change = { files_dir: incoming_dir, incoming_dir: null, former_dir: before }
      held.record = await tenants.change(held, { ...change, stale_dirs: former_dir ? [...stale_dirs, former_dir] : stale_dirs })
    })
  }

  /** The way back: the former database and files take their place again; what was active is incoming again. */
  restoreFormer(tenantId: string, fence: Fence): Promise<void> {
    const { tenants } = this.parts
    return tenants.fenced(tenantId, fence, async (held) => {
      if (held.record.other) return this.parts.moves.giveBack(held)
      requireStopped(held)
      const databases = this.databasesOf(held)
      const [own, incoming, former] = [databaseName(tenantId), besideName(tenantId, 'incoming'), besideName(tenantId, 'former')]
      if (await databases.exists(former)) {
        if (await databases.exists(own)) {
          await databases.dropDatabase(incoming)
          await databases.states.rename(own, incoming)
        }
        await databases.states.rename(former, own)
      }
      const { files_dir, incoming_dir, former_dir, stale_dirs } = held.record
      if (!former_dir) return
      const change = { files_dir: former_dir, former_dir: null, incoming_dir: files_dir }
      held.record = await tenants.change(held, { ...change, stale_dirs: incoming_dir ? [...stale_dirs, incoming_dir] : stale_dirs })
    })
  }

  /** The database goes now; files of a copy that was never used go with the next Job that has the volume. */
  dropIncoming(tenantId: string, fence: Fence): Promise<void> {
    return this.parts.tenants.fenced(tenantId, fence, async (held) => {
      if (held.record.other) return this.parts.moves.remove(held, 'incoming')
      await this.databasesOf(held).dropDatabase(besideName(tenantId, 'incoming'))
      await this.giveUp(held, 'incoming_dir')
    })
  }

  /** What the tenant had before is removed for good, its files too. */
  dropFormer(tenantId: string, fence: Fence): Promise<void> {
    return this.parts.tenants.fenced(tenantId, fence, async (held) => {
      if (held.record.other) return this.parts.moves.remove(held, 'former')
      await this.databasesOf(held).dropDatabase(besideName(tenantId, 'former'))
      await this.giveUp(held, 'former_dir')
      if (held.record.stale_dirs.length === 0 || !held.record.has_stack) return
      await this.parts.jobs.ensurePlace(held)
      const release = held.record.active_release ?? documentOf(held.record).release
      await this.parts.jobs.perform(held, { name: 'tidy', release, volume: true, work: { task: 'tidy' } }, (pod) => pod.run())
    })
  }

  async list(tenantId?: string): Promise<StoredArchive[]> {
    const { store } = this.parts
    if (!store) return []
    const found = await Promise.all((await store.places(tenantId)).map((place) => store.find(place)))
    return found.flatMap((each) => each ?? [])
  }

  places(): Promise<ArchivePlace[]> {
    return this.parts.store?.places() ?? Promise.resolve([])
  }

  delete(place: ArchivePlace, fence: Fence): Promise<void> {
    return this.parts.tenants.fenced(place.tenantId, fence, async () => this.parts.store?.delete(place))
  }

  /** @throws DomainError that says what to set */
  requireStore(): ArchiveStore {
    if (this.parts.store) return this.parts.store
    throw new DomainError('dependency_unavailable', {
      message: 'this platform has no place for archives of tenants in clusters: give it `archives` (docs/kubernetes.md)',
      details: { dependency: 'archives' },
    })
  }

  private async giveUp(held: Held, which: 'incoming_dir' | 'former_dir'): Promise<void> {
    const dir = held.record[which]
    if (!dir) return
    held.record = await this.parts.tenants.change(held, { [which]: null, stale_dirs: [...held.record.stale_dirs, dir] })
  }

  private databasesOf({ cluster }: Held) {
    return this.parts.tenants.parts.databases.of(cluster.cell)
  }

  /** @throws StaleFence when a newer operation has taken over meanwhile */
  private async confirm(held: Held): Promise<void> {
    await this.parts.tenants.change(held, {})
  }
}

export async function requireArchive(store: ArchiveStore, place: ArchivePlace): Promise<StoredArchive> {
  const stored = await store.find(place)
  if (stored) return stored
  throw new DomainError('not_found', { message: `there is no archive ${place.archiveId} of ${place.tenantId} on this platform` })
}

export function requireKnown({ record }: Held): void {
  if (!record.document || !record.secrets)
    throw new DomainError('not_found', { message: `tenant ${record.id} is not known to the Kubernetes driver` })
}

/** Databases may be swapped only while nobody uses them. */
export function requireStopped({ record }: Held): void {
  if (record.desired === 'up') throw new DomainError('invalid_transition', { message: `stop ${record.id} first: its data plane is in use` })
}
