import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, type Dirent } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { gzipSync } from 'node:zlib'
import { Encrypter } from 'age-encryption'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { type Pack, pack } from 'tar-stream'
import { type ArchiveReport, archiveVersion } from './archive.ts'
import { ArchiveError } from './archive-error.ts'
import { type ArchiveHeader, type ArchiveManifest, contentOf, type TableShape } from './manifest.ts'
import { RowSplitter, RowSum } from './rows.ts'
import { copyStatement, journalOf, sequencesOf, sessionSettings, tablesOf } from './tables.ts'

/** Bytes of rows that make one entry: what is held in memory at a time. */
const chunkBytes = 1024 * 1024

export interface PackOptions {
  id: string
  tenantId: string
  /** The tenant document; it holds no secret. */
  tenant: Record<string, unknown>
  release: string
  /** The tenant's database, as a role that may read everything in it. */
  databaseUrl: string
  filesDir: string
  /** `age1…` */
  recipient: string
  takenAt: Date
  progress?: (message: string) => void
}

export interface WriteOptions extends PackOptions {
  /** Where the archive lies in the end; beside it its draft. */
  target: string
}

/**
 * Writes a tenant's archive to a file. It is written under another name, flushed and renamed, so that `target` is a whole
 * archive or none.
 * @throws ArchiveError disk_full; then nothing is left behind
 */
export async function writeArchive(options: WriteOptions): Promise<ArchiveReport> {
  const draft = `${options.target}.tmp`
  await mkdir(dirname(options.target), { recursive: true, mode: 0o700 })
  try {
    const report = await packArchive(options, createWriteStream(draft, { mode: 0o600, flush: true }))
    await rename(draft, options.target)
    await flushFolder(dirname(options.target))
    return report
  } catch (error) {
    await rm(draft, { force: true })
    if (isDiskFull(error)) {
      const message = `the disk that holds ${dirname(options.target)} is full: free some space and try again; nothing is left of the attempt`
      throw new ArchiveError('disk_full', message, { cause: error })
    }
    throw error
  }
}

/**
 * A tenant's archive as a stream into `sink`, which is ended: one repeatable-read snapshot, at most a few chunks in memory.
 * When it fails the sink is destroyed: what came out of it until then is no archive.
 */
export async function packArchive(options: PackOptions, sink: Writable): Promise<ArchiveReport> {
  const began = performance.now()
  const tar = pack()
  const file = createHash('sha256')
  let sizeBytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      file.update(chunk)
      sizeBytes += chunk.length
      done(null, chunk)
    },
  })
  const encrypter = new Encrypter()
  encrypter.addRecipient(options.recipient)
  const plain = Readable.toWeb(Readable.from(tar)) as ReadableStream<Uint8Array>
  const sealed = await encrypter.encrypt(plain as unknown as globalThis.ReadableStream<Uint8Array>)
  const written = pipeline(Readable.fromWeb(sealed as unknown as ReadableStream<Uint8Array>), measure, sink)
  // Whichever side fails first ends the other one.
  const filled = fill(tar, options).catch((error: Error) => {
    tar.destroy(error)
    throw error
  })
  written.catch((error: Error) => tar.destroy(error))
  const [outcome, disk] = await Promise.allSettled([filled, written])
  if (disk.status === 'rejected' && outcome.status === 'fulfilled') throw disk.reason
  if (outcome.status === 'rejected') throw disk.status === 'rejected' && isDiskFull(disk.reason) ? disk.reason : outcome.reason
  const { header, manifest } = outcome.value
  return {
    ...contentOf(header, manifest),
    sizeBytes,
    checksum: file.digest('hex'),
    milliseconds: Math.round(performance.now() - began),
  }
}

async function fill(tar: Pack, options: PackOptions): Promise<{ header: ArchiveHeader; manifest: ArchiveManifest }> {
  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: 'cityos archive' })
  await client.connect()
  try {
    await client.query(sessionSettings)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const header: ArchiveHeader = {
      format: 'cityos-tenant-archive',
      version: archiveVersion,
      id: options.id,
      tenant_id: options.tenantId,
      tenant: options.tenant,
      release: options.release,
      taken_at: options.takenAt.toISOString(),
      journal: await journalOf(client),
      tables: await tablesOf(client),
    }
    await entry(tar, 'archive.json', Buffer.from(JSON.stringify(header)))
    const tables: ArchiveManifest['tables'] = {}
    for (const table of header.tables) {
      tables[table.name] = await writeTable(tar, client, table)
      options.progress?.(`${table.name}: ${tables[table.name]!.rows} rows`)
    }
    const sequences = await sequencesOf(client)
    await client.query('COMMIT')
    const files = await writeFiles(tar, options.filesDir)
    options.progress?.(`${files.length} files`)
    const manifest: ArchiveManifest = { tables, sequences, files }
    await entry(tar, 'manifest.json', Buffer.from(JSON.stringify(manifest)))
    tar.finalize()
    return { header, manifest }
  } finally {
    await client.end()
  }
}

async function writeTable(tar: Pack, client: pg.Client, table: TableShape): Promise<{ rows: number; checksum: string }> {
  const sum = new RowSum()
  const splitter = new RowSplitter()
  let gathered: Buffer[] = []
  let bytes = 0
  let number = 0
  const flush = async () => {
    if (gathered.length === 0) return
    number += 1
    await entry(tar, `tables/${table.name}/${String(number).padStart(6, '0')}.copy.gz`, gzipSync(Buffer.concat(gathered), { level: 3 }))
    gathered = []
    bytes = 0
  }
  for await (const chunk of client.query(copyTo(copyStatement(table, 'TO STDOUT'))) as AsyncIterable<Buffer>) {
    for (const row of splitter.push(chunk)) {
      sum.add(row)
      gathered.push(row, lineBreak)
      bytes += row.length + 1
      if (bytes >= chunkBytes) await flush()
    }
  }
  await flush()
  return sum.result
}

const lineBreak = Buffer.from('\n')

/** Files by the hash of their content, each once. One that disappears meanwhile was no longer part of the tenant. */
async function writeFiles(tar: Pack, filesDir: string): Promise<ArchiveManifest['files']> {
  const files: ArchiveManifest['files'] = []
  const stored = new Set<string>()
  for (const path of await walk(filesDir)) {
    const absolute = join(filesDir, path)
    const known = await hashFile(absolute)
    if (!known) continue
    files.push({ path: path.split(sep).join('/'), ...known })
    if (stored.has(known.sha256)) continue
    stored.add(known.sha256)
    const target = tar.entry({ name: `files/${known.sha256}`, size: known.size, mtime: new Date(0) })
    await pipeline(createReadStream(absolute, { end: Math.max(known.size - 1, 0) }), target)
  }
  return files
}

async function walk(dir: string): Promise<string[]> {
  let entries: Dirent[]
  try {
    entries = await readdir(dir, { recursive: true, withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter((item) => item.isFile() && !item.name.endsWith('.tmp'))
    .map((item) => relative(dir, join(item.parentPath, item.name)))
    .sort()
}

async function hashFile(path: string): Promise<{ sha256: string; size: number } | null> {
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return { sha256: hash.digest('hex'), size }
}

/** Resolves when the entry was taken up: a slow disk slows the database down, instead of filling memory. */
function entry(tar: Pack, name: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const target = tar.entry({ name, size: content.length, mtime: new Date(0) }, (error) => (error ? reject(error) : resolve()))
    target.on('error', reject)
    target.end(content)
  })
}

async function flushFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}
