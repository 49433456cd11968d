import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError, type TenantDocument } from '@cityos/contract'
import type { z } from 'zod'
import {
  type ArchivePlace,
  ArchiveReport,
  ImportReport,
  type ImportRequest,
  StoredArchive,
  type TestRequest,
} from '../../archive/archive.ts'
import { bringForward, namesOf } from '../../archive/journal.ts'
import { contentOf } from '../../archive/manifest.ts'
import { readRules } from '../../archive/rules.ts'
import { Checked, LoadedShape } from '../../archive/task.ts'
import { readMigrations } from '../../migrate.ts'
import { besideName, type Databases, databaseName, ownerRole, type TenantLogins } from '../postgres/databases.ts'
import { templateOf } from './archive-journal.ts'
import { ArchiveProcesses } from './archive-process.ts'
import { StartLimit } from './start-limit.ts'
import type { ReleaseRecord } from './state.ts'
import { readJson, writeAtomically } from './storage.ts'

export interface ArchivesOptions {
  dataDir: string
  databases: () => Databases
  release: (version: string) => ReleaseRecord
  /** Releases this node knows, for an archive whose tenant is not here. */
  releases: () => readonly ReleaseRecord[]
  note: (message: string) => void
  now: () => Date
}

/** What an archive was loaded into for a look; `drop` leaves nothing of it. */
export interface Scratch {
  database: string
  filesDir: string
  report: ImportReport
  checked: z.infer<typeof Checked>
  drop(): Promise<void>
}

const scratchPrefix = 'scratch_'

/** A tenant's archives on this machine, and the databases and files they are loaded into: *incoming* beside the tenant's own. */
export class Archives {
  private readonly options: ArchivesOptions
  private readonly processes: ArchiveProcesses
  /** One at a time: an archive may take as much of the machine as is left. */
  private readonly limit = new StartLimit(1, () => undefined)

  constructor(options: ArchivesOptions) {
    this.options = options
    this.processes = new ArchiveProcesses(options.dataDir)
  }

  /** Removes what a killed node left half-made. */
  sweep(): void {
    const incoming = join(this.options.dataDir, 'incoming')
    for (const name of existsSync(incoming) ? readdirSync(incoming) : [])
      if (name.startsWith(scratchPrefix)) rmSync(join(incoming, name), { recursive: true, force: true })
    for (const tenantId of this.folders()) {
      for (const name of readdirSync(this.folder(tenantId))) {
        const isDraft = name.endsWith('.tmp')
        const isOrphan = name.endsWith('.age') && !existsSync(this.noteFile(tenantId, name.slice(0, -'.age'.length)))
        if (isDraft || isOrphan) rmSync(join(this.folder(tenantId), name), { force: true })
      }
    }
  }

  close(): void {
    this.processes.close()
  }

  /** @param document the tenant's present document */
  async write(place: ArchivePlace, recipient: string, document: TenantDocument): Promise<ArchiveReport> {
    const finished = this.read(place)
    if (finished) return ArchiveReport.parse(finished)
    const { databases, now } = this.options
    const report = await this.limit.run(() =>
      this.processes.perform({
        task: 'write',
        id: place.archiveId,
        tenantId: place.tenantId,
        tenant: document,
        release: document.release,
        databaseUrl: databases().address(databaseName(place.tenantId)),
        filesDir: this.filesDir(place.tenantId),
        recipient,
        target: this.file(place),
        takenAt: now(),
      }),
    )
    const stored = StoredArchive.parse({ ...(report as object), ...place })
    // Written last: an archive without its note is none.
    writeAtomically(this.noteFile(place.tenantId, place.archiveId), `${JSON.stringify(stored)}\n`)
    this.options.note(`archive ${place.archiveId}: ${stored.sizeBytes} bytes in ${stored.milliseconds} ms`)
    return ArchiveReport.parse(stored)
  }

  list(tenantId?: string): StoredArchive[] {
    return this.places(tenantId).flatMap((place) => this.read(place) ?? [])
  }

  /** Where finished archives lie, by the names of their notes alone: cheap enough for an inventory of the whole fleet. */
  places(tenantId?: string): ArchivePlace[] {
    return this.folders()
      .filter((folder) => tenantId === undefined || folder === tenantId)
      .flatMap((folder) =>
        readdirSync(this.folder(folder))
          .filter((name) => name.endsWith('.json'))
          .map((name) => ({ tenantId: folder, archiveId: name.slice(0, -'.json'.length) })),
      )
  }

  delete(place: ArchivePlace): void {
    // The note first: from then on it is none.
    rmSync(this.noteFile(place.tenantId, place.archiveId), { force: true })
    rmSync(this.file(place), { force: true })
    if (existsSync(this.folder(place.tenantId)) && readdirSync(this.folder(place.tenantId)).length === 0)
      rmSync(this.folder(place.tenantId), { recursive: true })
  }

  /** Loads an archive into the tenant's incoming database and files. A repeat finds the loaded one. */
  async load(request: ImportRequest): Promise<ImportReport> {
    const { tenantId } = request
    const name = besideName(tenantId, 'incoming')
    const key = JSON.stringify([request.archive, request.release, request.copy?.maskPersonalData ?? null])
    const databases = this.options.databases()
    if (await databases.exists(name)) {
      const note = JSON.parse((await databases.states.noteOf(name)) ?? 'null') as { key: string; report: unknown } | null
      if (note?.key === key) return ImportReport.parse(note.report)
    }
    const release = this.options.release(request.release)
    const report = await this.limit.run(() => this.loadInto(name, this.besideDir(tenantId, 'incoming'), request, release))
    await databases.states.setNote(name, JSON.stringify({ key, report }))
    return report
  }

  /** Restores into a scratch database, compares, and drops it. @throws DomainError archive_damaged when anything differs */
  async test(request: TestRequest): Promise<ImportReport> {
    const newest = () => this.options.releases().at(-1)
    const { report, checked, drop } = await this.loadScratch(
      request,
      (wanted) => this.options.releases().find((known) => known.version === wanted) ?? newest(),
    )
    await drop()
    if (report.contentChecksum !== contentOf(checked.header, checked.manifest).contentChecksum) {
      throw new DomainError('archive_damaged', { message: 'what was restored differs from the archive' })
    }
    return report
  }

  /**
   * Loads an archive at its own schema into a scratch database and scratch files, which nobody else finds.
   * @param releaseOf which release's journal knows the archive's, by the version the archive names
   */
  async loadScratch(request: TestRequest, releaseOf: (version: string) => ReleaseRecord | undefined): Promise<Scratch> {
    const database = `${scratchPrefix}${randomBytes(8).toString('hex')}`
    const filesDir = join(this.options.dataDir, 'incoming', database)
    const drop = async (): Promise<void> => {
      await this.options.databases().dropDatabase(database)
      rmSync(filesDir, { recursive: true, force: true })
      rmSync(`${filesDir}.content`, { recursive: true, force: true })
    }
    try {
      return await this.limit.run(async () => {
        const checked = await this.check(request.archive, request.identity)
        const release = releaseOf(checked.header.release)
        if (!release) throw new DomainError('unknown_release', { message: 'this node knows no release to test the archive with' })
        const whole = { ...request, tenantId: request.archive.tenantId, release: '', copy: null }
        const report = await this.loadChecked(database, filesDir, whole, release, checked, false)
        return { database, filesDir, report, checked, drop }
      })
    } catch (error) {
      await drop()
      throw error
    }
  }

  /** Incoming becomes the tenant's own, what it had becomes former; safe to repeat after any half of it. */
  async activate(tenantId: string, logins: TenantLogins): Promise<void> {
    const databases = this.options.databases()
    const [own, incoming, former] = [databaseName(tenantId), besideName(tenantId, 'incoming'), besideName(tenantId, 'former')]
    if (await databases.exists(incoming)) {
      if (await databases.exists(own)) {
        await databases.dropDatabase(former)
        await databases.states.rename(own, former)
      }
      await databases.states.rename(incoming, own)
    }
    if (!(await databases.exists(own))) throw new DomainError('not_found', { message: `nothing was loaded for ${tenantId}` })
    await databases.letIn(own, logins)
    const files = this.filesDir(tenantId)
    if (existsSync(this.besideDir(tenantId, 'incoming'))) {
      if (existsSync(files)) {
        rmSync(this.besideDir(tenantId, 'former'), { recursive: true, force: true })
        move(files, this.besideDir(tenantId, 'former'))
      }
      move(this.besideDir(tenantId, 'incoming'), files)
    }
  }

  async restoreFormer(tenantId: string): Promise<void> {
    const databases = this.options.databases()
    const [own, incoming, former] = [databaseName(tenantId), besideName(tenantId, 'incoming'), besideName(tenantId, 'former')]
    if (await databases.exists(former)) {
      if (await databases.exists(own)) {
        await databases.dropDatabase(incoming)
        await databases.states.rename(own, incoming)
      }
      await databases.states.rename(former, own)
    }
    const files = this.filesDir(tenantId)
    if (existsSync(this.besideDir(tenantId, 'former'))) {
      if (existsSync(files)) {
        rmSync(this.besideDir(tenantId, 'incoming'), { recursive: true, force: true })
        move(files, this.besideDir(tenantId, 'incoming'))
      }
      move(this.besideDir(tenantId, 'former'), files)
    }
  }

  async dropBeside(tenantId: string, which: 'incoming' | 'former'): Promise<void> {
    await this.options.databases().dropDatabase(besideName(tenantId, which))
    this.dropFiles(tenantId, which)
  }

  dropFiles(tenantId: string, which: 'incoming' | 'former'): void {
    rmSync(this.besideDir(tenantId, which), { recursive: true, force: true })
    rmSync(`${this.besideDir(tenantId, which)}.content`, { recursive: true, force: true })
  }

  /** Tenants with files beside their own. */
  filesBeside(): { name: string; tenantId: string }[] {
    return (['incoming', 'former'] as const).flatMap((which) => {
      const dir = join(this.options.dataDir, which)
      return existsSync(dir) ? readdirSync(dir).map((name) => ({ name: `${which}/${name}`, tenantId: name.replace(/\.content$/, '') })) : []
    })
  }

  private async loadInto(database: string, filesDir: string, request: ImportRequest, release: ReleaseRecord): Promise<ImportReport> {
    return this.loadChecked(database, filesDir, request, release, await this.check(request.archive, request.identity), true)
  }

  /** Everything is read and compared before anything is made. */
  private async check(place: ArchivePlace, identity: string) {
    if (!this.read(place))
      throw new DomainError('not_found', { message: `there is no archive ${place.archiveId} of ${place.tenantId} on this node` })
    return Checked.parse(await this.processes.perform({ task: 'check', path: this.file(place), identity }))
  }

  private async loadChecked(
    database: string,
    filesDir: string,
    request: ImportRequest,
    release: ReleaseRecord,
    checked: Awaited<ReturnType<Archives['check']>>,
    forward: boolean,
  ): Promise<ImportReport> {
    const began = performance.now()
    const { header, manifest } = checked
    const migrations = await readMigrations(join(release.dir, 'migrations'))
    const databases = this.options.databases()
    await databases.replaceByClone(await templateOf(databases, header, migrations, release), database)
    rmSync(filesDir, { recursive: true, force: true })
    rmSync(`${filesDir}.content`, { recursive: true, force: true })
    mkdirSync(filesDir, { recursive: true, mode: 0o700 })
    const loaded = LoadedShape.parse(
      await this.processes.perform({
        task: 'load',
        path: this.file(request.archive),
        identity: request.identity,
        databaseUrl: databases.address(database),
        ownerRole,
        filesDir,
        copy: request.copy,
        rules: readRules(release.dir),
      }),
    )
    const migrated = forward ? await bringForward(databases.address(database), migrations, namesOf(header)) : []
    return {
      ...contentOf(header, manifest),
      ...loaded,
      schema: (migrated.at(-1) ?? header.journal.at(-1)!.name).replace(/\.sql$/, ''),
      migrated,
      milliseconds: Math.round(performance.now() - began),
    }
  }

  private read(place: ArchivePlace): StoredArchive | null {
    if (!existsSync(this.file(place))) return null
    return readJson(this.noteFile(place.tenantId, place.archiveId), StoredArchive, 'delete this backup; another one has to be taken')
  }

  private folders(): string[] {
    const dir = join(this.options.dataDir, 'backups')
    return existsSync(dir) ? readdirSync(dir) : []
  }

  private folder(tenantId: string): string {
    return join(this.options.dataDir, 'backups', tenantId)
  }

  private file(place: ArchivePlace): string {
    return join(this.folder(place.tenantId), `${place.archiveId}.age`)
  }

  private noteFile(tenantId: string, archiveId: string): string {
    return join(this.folder(tenantId), `${archiveId}.json`)
  }

  private filesDir(tenantId: string): string {
    return join(this.options.dataDir, 'files', tenantId)
  }

  private besideDir(tenantId: string, which: 'incoming' | 'former'): string {
    return join(this.options.dataDir, which, tenantId)
  }
}

function move(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true, mode: 0o700 })
  renameSync(from, to)
}
