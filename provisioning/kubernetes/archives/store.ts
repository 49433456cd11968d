import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DomainError } from '@cityos/contract'
import { type ArchivePlace, type ArchiveReport, StoredArchive } from '../../archive/archive.ts'
import { DiskFull, readJson, writeAtomically } from '../../local/node/storage.ts'

/** Where the archives of tenants in clusters are kept: whole ones only, each with the report of its making. */
export interface ArchiveStore {
  /** Null when there is none, or none that is whole. */
  find(place: ArchivePlace): Promise<StoredArchive | null>
  /** The bytes of one that is there. */
  open(place: ArchivePlace): Readable
  /**
   * Takes a new one in: it lies there under its name when all of it has come and `confirm` has agreed, or not at all.
   * @param fill writes the archive into the stream, ends it, and says what the archive's writer says of it
   * @param confirm throws when whoever asked may not any more
   */
  keep(place: ArchivePlace, fill: (sink: Writable) => Promise<ArchiveReport>, confirm: () => Promise<void>): Promise<StoredArchive>
  /** Where archives are, of one tenant or of all. */
  places(tenantId?: string): Promise<ArchivePlace[]>
  delete(place: ArchivePlace): Promise<void>
}

/** Milliseconds after which a draft that nobody writes any more belongs to a process that was killed. */
const draftIsDead = 3_600_000

/** A folder as the local driver has it: `<tenant>/<id>.age` and beside it its note, which is written last. */
export class FolderArchives implements ArchiveStore {
  private readonly dir: string
  private readonly now: () => Date

  constructor(dir: string, now: () => Date) {
    this.dir = dir
    this.now = now
  }

  async find(place: ArchivePlace): Promise<StoredArchive | null> {
    const note = readJson(this.note(place), StoredArchive, 'delete this backup; another one has to be taken')
    return note && (await isThere(this.file(place))) ? note : null
  }

  open(place: ArchivePlace): Readable {
    return createReadStream(this.file(place))
  }

  async keep(place: ArchivePlace, fill: (sink: Writable) => Promise<ArchiveReport>, confirm: () => Promise<void>): Promise<StoredArchive> {
    const folder = join(this.dir, place.tenantId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await this.sweep(folder)
    const draft = `${this.file(place)}.${randomBytes(4).toString('hex')}.tmp`
    const hash = createHash('sha256')
    let size = 0
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        size += chunk.length
        done(null, chunk)
      },
    })
    try {
      const written = pipeline(meter, createWriteStream(draft, { mode: 0o600, flush: true }))
      const filled = fill(meter).catch((error: Error) => {
        meter.destroy(error)
        throw error
      })
      const [report, disk] = await Promise.allSettled([filled, written])
      if (disk.status === 'rejected' && (disk.reason as NodeJS.ErrnoException).code === 'ENOSPC') throw new DiskFull(folder)
      if (report.status === 'rejected') throw report.reason
      if (disk.status === 'rejected') throw disk.reason
      if (size !== report.value.sizeBytes || hash.digest('hex') !== report.value.checksum)
        throw new Error(`the archive did not come whole: ${size} bytes of ${report.value.sizeBytes}`)
      await confirm()
      await rename(draft, this.file(place))
      await flush(folder)
      const stored = StoredArchive.parse({ ...report.value, ...place })
      // Written last: an archive without its note is none.
      writeAtomically(this.note(place), `${JSON.stringify(stored)}\n`)
      return stored
    } catch (error) {
      await rm(draft, { force: true })
      if (error instanceof DiskFull)
        throw new DomainError('dependency_unavailable', {
          message: `the volume that holds the archives is full: make it larger, or delete backups; nothing is left of the attempt`,
          details: { dependency: 'archives' },
          cause: error,
        })
      throw error
    }
  }

  async places(tenantId?: string): Promise<ArchivePlace[]> {
    const folders = tenantId === undefined ? await namesIn(this.dir) : [tenantId]
    const found = await Promise.all(
      folders.map(async (folder) =>
        (await namesIn(join(this.dir, folder)))
          .filter((name) => name.endsWith('.json'))
          .map((name) => ({ tenantId: folder, archiveId: name.slice(0, -'.json'.length) })),
      ),
    )
    return found.flat()
  }

  async delete(place: ArchivePlace): Promise<void> {
    // The note first: from then on it is none.
    await rm(this.note(place), { force: true })
    await rm(this.file(place), { force: true })
    await rmdir(join(this.dir, place.tenantId)).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error
    })
  }

  /** Removes what a killed process left half-written, and archives that never got their note. */
  private async sweep(folder: string): Promise<void> {
    const names = await namesIn(folder)
    for (const name of names) {
      const isDraft = name.endsWith('.tmp')
      const isOrphan = name.endsWith('.age') && !names.includes(name.replace(/age$/, 'json'))
      if (!isDraft && !isOrphan) continue
      const path = join(folder, name)
      const touched = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => null, // taken away by another sweep
      )
      if (touched !== null && this.now().getTime() - touched > draftIsDead) await rm(path, { force: true })
    }
  }

  private file({ tenantId, archiveId }: ArchivePlace): string {
    return join(this.dir, tenantId, `${archiveId}.age`)
  }

  private note({ tenantId, archiveId }: ArchivePlace): string {
    return join(this.dir, tenantId, `${archiveId}.json`)
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

/** What was renamed stays renamed, also after a power cut. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
