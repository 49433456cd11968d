import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'

/** Something a layer holds, by its path inside the image without a leading slash. */
export type Entry =
  | { path: string; kind: 'folder'; mode?: number; owner?: number }
  | { path: string; kind: 'link'; to: string }
  | { path: string; kind: 'text'; text: string; mode?: number }
  | { path: string; kind: 'file'; from: string; mode?: number }

/** A layer as an image names it. */
export interface Layer {
  /** Of the compressed tar: the blob's name. */
  digest: string
  /** Of the tar itself. */
  diffId: string
  /** Bytes of the blob. */
  size: number
  /** What it holds, for people who read the image's history. */
  note: string
}

/**
 * Writes entries as a compressed tar into a folder of blobs. The same entries with the same contents always give the same
 * bytes: they are sorted, belong to root, and carry the given time.
 * @param modifiedAt of every entry
 */
export async function writeLayer(entries: readonly Entry[], note: string, blobs: string, modifiedAt: Date): Promise<Layer> {
  await mkdir(blobs, { recursive: true })
  const partial = join(blobs, `layer.${process.pid}.partial`)
  const archive = pack()
  const plain = hashing()
  const compressed = hashing()
  const written = pipeline(archive, plain.stream, createGzip({ level: 6 }), compressed.stream, createWriteStream(partial))
  for (const entry of withFolders(entries)) {
    const head = { name: entry.path, mtime: modifiedAt, uid: 0, gid: 0, uname: '', gname: '' }
    if (entry.kind === 'folder') {
      const owner = entry.owner ?? 0
      archive.entry({ ...head, type: 'directory', mode: entry.mode ?? 0o755, uid: owner, gid: owner })
    } else if (entry.kind === 'link') archive.entry({ ...head, type: 'symlink', linkname: entry.to, mode: 0o777 })
    else if (entry.kind === 'text') archive.entry({ ...head, mode: entry.mode ?? 0o644 }, entry.text)
    else {
      const { size } = await stat(entry.from)
      await pipeline(createReadStream(entry.from), archive.entry({ ...head, mode: entry.mode ?? 0o644, size }))
    }
  }
  archive.finalize()
  await written
  const digest = compressed.digest()
  await rename(partial, join(blobs, basenameOf(digest)))
  return { digest, diffId: plain.digest(), size: compressed.bytes(), note }
}

/** `sha256:…` of a blob is the name of its file. */
export const basenameOf = (digest: string): string => digest.slice('sha256:'.length)

export const digestOf = (content: string | Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** Sorted by path, each folder before what lies in it. @throws when two entries have one path */
function withFolders(entries: readonly Entry[]): Entry[] {
  const all = new Map<string, Entry>()
  for (const entry of entries) {
    if (all.has(entry.path)) throw new Error(`${entry.path} is twice in the layer (${basename(entry.path)})`)
    all.set(entry.path, entry)
  }
  for (const { path } of entries)
    for (let folder = dirname(path); folder !== '.' && !all.has(folder); folder = dirname(folder))
      all.set(folder, { path: folder, kind: 'folder' })
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A stream that lets everything through and knows its checksum. */
function hashing(): { stream: Transform; digest(): string; bytes(): number } {
  const hash: Hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  let digest: string | undefined
  return { stream, bytes: () => bytes, digest: () => (digest ??= `sha256:${hash.digest('hex')}`) }
}
