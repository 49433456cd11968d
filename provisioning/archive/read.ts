import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { gunzipSync } from 'node:zlib'
import { Decrypter } from 'age-encryption'
import { extract } from 'tar-stream'
import { archiveVersion } from './archive.ts'
import { ArchiveError, damaged } from './archive-error.ts'
import { ArchiveHeader, ArchiveManifest } from './manifest.ts'
import { RowSplitter, RowSum } from './rows.ts'

/** Bytes an entry of rows may have: a larger one is not ours. */
const largestChunk = 512 * 1024 * 1024

/** What a reader meets, in the archive's order. */
export interface ArchiveVisitor {
  header?(header: ArchiveHeader): Promise<void>
  rows?(table: string, rows: Buffer[]): Promise<void>
  file?(sha256: string, content: AsyncIterable<Buffer>): Promise<void>
  manifest?(manifest: ArchiveManifest): Promise<void>
}

/** A file by its path, or the bytes as they come. */
export type ArchiveSource = string | Readable

/**
 * Reads an archive once, from beginning to end, and compares everything with its manifest on the way.
 * @param identity `AGE-SECRET-KEY-1…`
 * @throws ArchiveError not_found | archive_wrong_key | archive_damaged | archive_newer_schema (a later format)
 */
export async function readArchive(
  from: ArchiveSource,
  identity: string,
  visitor: ArchiveVisitor = {},
): Promise<{ header: ArchiveHeader; manifest: ArchiveManifest }> {
  if (typeof from === 'string' && !existsSync(from)) throw new ArchiveError('not_found', `there is no archive at ${from}`)
  const plain = await open(typeof from === 'string' ? createReadStream(from) : from, identity)
  const check = new Check()
  const entries = extract()
  const source = Readable.fromWeb(plain)
  source.on('error', (error) => entries.destroy(error))
  source.pipe(entries)
  try {
    for await (const entry of entries) {
      const { name, size = 0 } = entry.header
      const stream = entry as unknown as AsyncIterable<Buffer>
      if (name.startsWith('files/')) await visitFile(name.slice('files/'.length), stream, check, visitor)
      else if (name.startsWith('tables/')) await visitRows(name, await gather(stream, size), check, visitor)
      else if (name === 'archive.json') {
        const header = check.start(parse(await gather(stream, size)))
        await visit(() => visitor.header?.(header))
      } else if (name === 'manifest.json') {
        const manifest = check.finish(parse(await gather(stream, size)))
        await visit(() => visitor.manifest?.(manifest))
      } else throw damaged(`"${name.slice(0, 80)}" does not belong into it`)
    }
  } catch (error) {
    source.destroy()
    if (error instanceof VisitorFailed) throw error.cause
    throw error instanceof ArchiveError ? error : damaged(error instanceof Error ? error.message : String(error), error)
  }
  return check.whole()
}

async function open(bytes: Readable, identity: string): Promise<ReadableStream<Uint8Array>> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const sealed = Readable.toWeb(bytes) as ReadableStream<Uint8Array>
  try {
    const opened = await decrypter.decrypt(sealed as unknown as globalThis.ReadableStream<Uint8Array>)
    return opened as unknown as ReadableStream<Uint8Array>
  } catch (cause) {
    if (cause instanceof Error && /no identity matched/.test(cause.message)) {
      throw new ArchiveError(
        'archive_wrong_key',
        'the archive was encrypted for another key: it belongs to another tenant, or its key was destroyed',
        {
          cause,
        },
      )
    }
    throw damaged('its beginning cannot be read', cause)
  }
}

async function visitFile(name: string, content: AsyncIterable<Buffer>, check: Check, visitor: ArchiveVisitor): Promise<void> {
  const hash = createHash('sha256')
  async function* measured(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of content) {
        hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      throw damaged(error instanceof Error ? error.message : String(error), error)
    }
  }
  const stream = measured()
  if (visitor.file) await visit(() => visitor.file?.(name, stream))
  else for await (const _ of stream);
  if (hash.digest('hex') !== name) throw damaged(`file ${name} has another content`)
  check.files.add(name)
}

async function visitRows(name: string, packed: Buffer, check: Check, visitor: ArchiveVisitor): Promise<void> {
  const table = name.slice('tables/'.length, name.lastIndexOf('/'))
  const sum = check.tables.get(table)
  if (!sum) throw damaged(`table ${table} was not announced`)
  const splitter = new RowSplitter()
  const rows = splitter.push(gunzipSync(packed, { maxOutputLength: largestChunk }))
  if (!splitter.isWhole) throw damaged(`a row of ${table} is cut off`)
  for (const row of rows) sum.add(row)
  await visit(() => visitor.rows?.(table, rows))
}

/** What was announced, and what was met. */
class Check {
  readonly tables = new Map<string, RowSum>()
  readonly files = new Set<string>()
  private header: ArchiveHeader | null = null
  private manifest: ArchiveManifest | null = null

  start(value: unknown): ArchiveHeader {
    if (this.header) throw damaged('it begins twice')
    const version = (value as { version?: unknown } | null)?.version
    if (typeof version === 'number' && version > archiveVersion) {
      throw new ArchiveError(
        'archive_newer_schema',
        `the archive has format ${version}, this release reads up to ${archiveVersion}: use a newer release`,
      )
    }
    const parsed = ArchiveHeader.safeParse(value)
    if (!parsed.success) throw damaged('its beginning is not as it should be', parsed.error)
    this.header = parsed.data
    for (const table of parsed.data.tables) this.tables.set(table.name, new RowSum())
    return parsed.data
  }

  /** Compares what was met with what the manifest says. */
  finish(value: unknown): ArchiveManifest {
    const parsed = ArchiveManifest.safeParse(value)
    if (!parsed.success) throw damaged('its manifest is not as it should be', parsed.error)
    for (const [name, sum] of this.tables) {
      const said = parsed.data.tables[name]
      if (!said || said.rows !== sum.rows || said.checksum !== sum.checksum) {
        throw damaged(`table ${name} has ${sum.rows} rows, its manifest says ${said?.rows ?? 'nothing'} of it, or they differ`)
      }
    }
    const missing = parsed.data.files.find((file) => !this.files.has(file.sha256))
    if (missing) throw damaged(`file ${missing.path} is missing`)
    this.manifest = parsed.data
    return parsed.data
  }

  whole(): { header: ArchiveHeader; manifest: ArchiveManifest } {
    if (!this.header || !this.manifest) throw damaged('it ends too early')
    return { header: this.header, manifest: this.manifest }
  }
}

async function gather(stream: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  if (size > largestChunk) throw damaged(`an entry of ${size} bytes does not belong into it`)
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw damaged('a document in it is not JSON', cause)
  }
}

/** A failure of whoever loads (the database, the disk): not the archive's. */
class VisitorFailed extends Error {}

async function visit(work: () => Promise<void> | undefined): Promise<void> {
  try {
    await work()
  } catch (cause) {
    throw cause instanceof ArchiveError ? cause : new VisitorFailed('the visitor failed', { cause })
  }
}
