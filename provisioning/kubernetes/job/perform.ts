import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { DomainError } from '@cityos/contract'
import type { ImportReport } from '../../archive/archive.ts'
import { bringForward, journalUpTo, namesOf } from '../../archive/journal.ts'
import { loadArchive } from '../../archive/load.ts'
import { type ArchiveHeader, type ArchiveManifest, contentOf } from '../../archive/manifest.ts'
import { readArchive } from '../../archive/read.ts'
import { readRules } from '../../archive/rules.ts'
import { packArchive } from '../../archive/write.ts'
import { withConnection } from '../../local/postgres/connection.ts'
import { ownerRole } from '../../local/postgres/databases.ts'
import { type Migration, migrate, readMigrations } from '../../migrate.ts'
import { migrateTenant } from '../../migrate-tenant.ts'
import { readReleaseFolder } from '../../release-folder.ts'
import { rehearse } from './rehearsal.ts'
import type { JobTask, JobWork } from './task.ts'

export type Progress = (message: string) => void
type Destined = Extract<JobWork, { task: 'load' | 'rehearse' }>

/** What an archive said of itself when it was read from beginning to end. */
export interface CheckedArchive {
  header: ArchiveHeader
  manifest: ArchiveManifest
}

/** The work of one Job. The archive comes twice where one is loaded: it is checked as a whole before anything is made. */
export class JobWorker {
  readonly task: JobTask
  private readonly progress: Progress
  private checked: CheckedArchive | null = null

  constructor(task: JobTask, progress: Progress) {
    this.task = task
    this.progress = progress
  }

  async tidy(): Promise<void> {
    for (const folder of this.task.remove) {
      await rm(folder, { recursive: true, force: true })
      await rm(`${folder}.content`, { recursive: true, force: true })
    }
  }

  /** Writes the tenant's archive into `sink`. @returns its report */
  write(sink: Writable): Promise<unknown> {
    const { work } = this.task
    if (work.task !== 'write') throw new Error(`this job does not write an archive: it is to ${work.task}`)
    return packArchive({ ...work, progress: this.progress }, sink)
  }

  /** Reads the archive as a whole, and looks whether this release knows its schema. @throws ArchiveError | DomainError archive_newer_schema */
  async check(archive: Readable): Promise<unknown> {
    const { identity } = this.destined()
    const checked = await readArchive(archive, identity)
    journalUpTo(checked.header, await this.migrations(), await this.version())
    this.checked = checked
    return contentOf(checked.header, checked.manifest)
  }

  /** @param archive once more, where the work is about one */
  async run(archive: Readable): Promise<unknown> {
    const { work } = this.task
    switch (work.task) {
      case 'load':
        return this.load(archive, work)
      case 'rehearse': {
        const checked = this.requireChecked()
        const load = async () => (await this.loadAsItWas(archive, work)).rowCounts
        const forward = async () => bringForward(work.databaseUrl, await this.migrations(), namesOf(checked.header))
        return rehearse({ work, releaseDir: this.task.releaseDir, release: await this.version(), load, forward })
      }
      case 'migrate':
        return migrateTenant(work.databaseUrl, await this.migrations(), new Set(work.carried))
      case 'tidy':
        return { removed: this.task.remove.length }
      case 'write':
        throw new Error('this job writes an archive: ask for it')
    }
  }

  private async load(archive: Readable, work: Extract<JobWork, { task: 'load' }>): Promise<ImportReport> {
    const began = performance.now()
    const { header, manifest } = this.requireChecked()
    const loaded = await this.loadAsItWas(archive, work)
    const migrated = work.forward ? await bringForward(work.databaseUrl, await this.migrations(), namesOf(header)) : []
    return {
      ...contentOf(header, manifest),
      ...loaded,
      schema: (migrated.at(-1) ?? header.journal.at(-1)!.name).replace(/\.sql$/, ''),
      migrated,
      milliseconds: Math.round(performance.now() - began),
    }
  }

  /** The archive's own schema, made of this release's journal, and its content. */
  private async loadAsItWas(archive: Readable, work: Destined) {
    const { header } = this.requireChecked()
    const journal = journalUpTo(header, await this.migrations(), await this.version())
    await withConnection(work.databaseUrl, 'archive', (client) => migrate(client, journal, ownerRole, { carried: namesOf(header) }))
    this.progress('its schema is there')
    return loadArchive({
      path: archive,
      identity: work.identity,
      databaseUrl: work.databaseUrl,
      ownerRole,
      filesDir: work.filesDir,
      copy: work.task === 'load' ? work.copy : null,
      rules: readRules(this.task.releaseDir),
      progress: this.progress,
    })
  }

  private destined(): Destined {
    const { work } = this.task
    if (work.task === 'load' || work.task === 'rehearse') return work
    throw new Error(`this job takes no archive: it is to ${work.task}`)
  }

  private requireChecked(): CheckedArchive {
    if (!this.checked) throw new Error('the archive has to be checked first')
    return this.checked
  }

  private migrations(): Promise<Migration[]> {
    return readMigrations(join(this.task.releaseDir, 'migrations'))
  }

  private async version(): Promise<string> {
    const manifest = await readReleaseFolder(this.task.releaseDir)
    if (!manifest) throw new DomainError('unknown_release', { message: `there is no release in ${this.task.releaseDir}` })
    return manifest.version
  }
}
