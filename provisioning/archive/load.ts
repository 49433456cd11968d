import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { CopyRequest } from './archive.ts'
import { ArchiveError, damaged } from './archive-error.ts'
import { CopyRows } from './copy-rows.ts'
import { type ArchiveHeader, type ArchiveManifest, contentChecksum, type TableShape } from './manifest.ts'
import { type ArchiveSource, readArchive } from './read.ts'
import { Restraints } from './restraints.ts'
import { RowSplitter, RowSum } from './rows.ts'
import type { CopyRules } from './rules.ts'
import { copyStatement, journalOf, quoted, requiredColumns, sessionSettings, tablesOf } from './tables.ts'

export interface LoadOptions {
  path: ArchiveSource
  identity: string
  /** A database of the archive's schema that nobody uses, as a role that is a member of `ownerRole`. */
  databaseUrl: string
  ownerRole: string
  /** An empty or missing folder for the files. */
  filesDir: string
  copy: CopyRequest | null
  rules: CopyRules
  progress?: (message: string) => void
}

export interface Loaded {
  rowCounts: Record<string, number>
  /** Of the database and files as they are now; equal to the archive's unless it was copied under other keys. */
  contentChecksum: string
  rekeyed: number
  masked: number
}

/**
 * Loads an archive into an empty clone of its schema, in one transaction, and counts again what is there.
 * @throws ArchiveError also when the loaded rows differ from what was sent
 */
export async function loadArchive(options: LoadOptions): Promise<Loaded> {
  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: 'cityos archive' })
  await client.connect()
  try {
    await client.query(sessionSettings)
    await client.query('BEGIN')
    await client.query(`SET LOCAL ROLE ${pg.escapeIdentifier(options.ownerRole)}`)
    const loader = new Loader(client, options)
    const { manifest } = await readArchive(options.path, options.identity, loader)
    await client.query('COMMIT')
    await client.query('ANALYZE')
    return await loader.verified(manifest)
  } finally {
    await client.end()
  }
}

class Loader {
  private readonly client: pg.Client
  private readonly options: LoadOptions
  private readonly copyRows: CopyRows | null
  private readonly sums = new Map<string, RowSum>()
  private readonly change = new Map<string, ((row: Buffer) => Buffer) | null>()
  private shapes: TableShape[] = []
  private restraints: Restraints | null = null
  private current: { table: string; copy: Writable } | null = null

  constructor(client: pg.Client, options: LoadOptions) {
    this.client = client
    this.options = options
    this.copyRows = options.copy ? new CopyRows(options.copy, options.rules) : null
  }

  async header(header: ArchiveHeader): Promise<void> {
    const [there, journal] = [await tablesOf(this.client), await journalOf(this.client)]
    if (JSON.stringify(journal) !== JSON.stringify(header.journal) || JSON.stringify(there) !== JSON.stringify(header.tables)) {
      throw new ArchiveError(
        'archive_newer_schema',
        'the database has another schema than the archive: it needs a clone of the archive’s own release',
      )
    }
    this.shapes = header.tables
    const required = await requiredColumns(this.client)
    for (const table of header.tables) {
      this.sums.set(table.name, new RowSum())
      this.change.set(table.name, this.copyRows?.forTable(table, required.get(table.name) ?? new Set()) ?? null)
    }
    this.restraints = await Restraints.lift(this.client, header.tables)
    if (there.length > 0) await this.client.query(`TRUNCATE ${there.map((table) => quoted(table.name)).join(', ')}`)
  }

  async rows(table: string, rows: Buffer[]): Promise<void> {
    if (this.copyRows?.leavesOut(table)) return
    if (this.current?.table !== table) await this.begin(table)
    const { copy } = this.current!
    const sum = this.sums.get(table)!
    const change = this.change.get(table)
    for (const row of rows) {
      const written = change ? change(row) : row
      sum.add(written)
      if (!copy.write(Buffer.concat([written, lineBreak]))) await once(copy, 'drain')
    }
  }

  async file(sha256: string, content: AsyncIterable<Buffer>): Promise<void> {
    await this.end()
    const path = this.storeOf(sha256)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600, flush: true }))
  }

  async manifest(manifest: ArchiveManifest): Promise<void> {
    await this.end()
    await this.placeFiles(manifest)
    for (const sequence of manifest.sequences) {
      await this.client.query('SELECT setval($1::regclass, $2::bigint, $3)', [
        quoted(sequence.name),
        sequence.last_value,
        sequence.is_called,
      ])
    }
    await this.restraints!.restore()
    this.options.progress?.('loaded; comparing')
  }

  /** Reads every table back. @throws ArchiveError when one holds something else than was sent */
  async verified(manifest: ArchiveManifest): Promise<Loaded> {
    const tables: ArchiveManifest['tables'] = {}
    for (const table of this.shapes) {
      const there = new RowSum()
      const splitter = new RowSplitter()
      for await (const chunk of this.client.query(copyTo(copyStatement(table, 'TO STDOUT'))) as AsyncIterable<Buffer>) {
        for (const row of splitter.push(chunk)) there.add(row)
      }
      const sent = this.sums.get(table.name)!
      if (there.rows !== sent.rows || there.checksum !== sent.checksum) {
        throw damaged(`table ${table.name} was sent ${sent.rows} rows and holds ${there.rows}, or they differ`)
      }
      tables[table.name] = there.result
    }
    return {
      rowCounts: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.rows])),
      contentChecksum: contentChecksum(tables, manifest.files),
      rekeyed: this.copyRows?.rekeyed ?? 0,
      masked: this.copyRows?.masked ?? 0,
    }
  }

  private async begin(table: string): Promise<void> {
    await this.end()
    const shape = this.shapes.find((candidate) => candidate.name === table)
    if (!shape) throw damaged(`table ${table} was not announced`)
    this.current = { table, copy: this.client.query(copyFrom(copyStatement(shape, 'FROM STDIN'))) }
  }

  private async end(): Promise<void> {
    if (!this.current) return
    const { copy } = this.current
    this.current = null
    copy.end()
    await finished(copy)
  }

  private storeOf(sha256: string): string {
    return join(`${this.options.filesDir}.content`, sha256)
  }

  /** From the content store to the paths they had; a content that stands at two paths is copied. */
  private async placeFiles(manifest: ArchiveManifest): Promise<void> {
    const { filesDir } = this.options
    await mkdir(filesDir, { recursive: true, mode: 0o700 })
    for (const file of manifest.files) {
      const target = join(filesDir, file.path)
      if (!target.startsWith(`${filesDir}/`)) throw damaged(`file ${file.path} leads out of its folder`)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      const first = await link(this.storeOf(file.sha256), target).then(
        () => true,
        () => false,
      )
      if (!first) await copyFile(this.storeOf(file.sha256), target)
    }
    await rm(`${filesDir}.content`, { recursive: true, force: true })
  }
}

const lineBreak = Buffer.from('\n')
