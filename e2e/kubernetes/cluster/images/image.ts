import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A small image made from single programs, for what the test cluster itself runs. */
export interface SmallImage {
  /** As pods name it. */
  name: string
  /** Path in the image → file of this machine. */
  programs: Record<string, string>
  /** Path in the image → what a link there leads to. */
  links?: Record<string, string>
  /** Path in the image → content. */
  files?: Record<string, string>
  command: string[]
  user?: string
}

/** An image that a node has: what it says of itself, and its layers. */
export interface BaseImage {
  configuration: { rootfs: { diff_ids: string[] } }
  layers: object[]
}

/** Writes the image as an OCI tar. */
export function writeImage(image: SmallImage, file: string): void {
  const configuration = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: image.command, ...(image.user ? { User: image.user } : {}) },
    rootfs: { type: 'layers', diff_ids: [] },
  }
  writeOver({ configuration, layers: [] }, image.name, file, (root) => fill(image, root))
}

/** Writes an image that is `base` with the files of a folder instead of its own, as an OCI tar for a node that has the rest already. */
export function writeChangedImage(base: BaseImage, change: { name: string; folder: string; at: string }, file: string): void {
  writeOver(base, change.name, file, (root) => {
    cpSync(change.folder, join(root, change.at), { recursive: true })
    chmodSync(join(root, change.at), 0o755)
  })
}

function writeOver({ configuration: of, layers }: BaseImage, name: string, file: string, fillRoot: (root: string) => void): void {
  const work = mkdtempSync(join(tmpdir(), 'cityos-image-'))
  try {
    const layer = join(work, 'layer.tar')
    fillRoot(join(work, 'root'))
    const sameForAll = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
    execFileSync('tar', [...sameForAll, '-cf', layer, '-C', join(work, 'root'), '.'])
    const layout = join(work, 'oci')
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
    const put = (content: Buffer) => writeBlob(layout, content)
    const content = readFileSync(layer)
    const rootfs = { ...of.rootfs, diff_ids: [...of.rootfs.diff_ids, digestOf(content)] }
    const manifest = put(
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...put(json({ ...of, rootfs })) },
        layers: [...layers, { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...put(content) }],
      }),
    )
    const annotations = { 'io.containerd.image.name': name }
    const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations }
    writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
    writeFileSync(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [entry] }))
    execFileSync('tar', ['-cf', file, '-C', layout, '.'])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function fill(image: SmallImage, root: string): void {
  for (const folder of ['proc', 'sys', 'dev', 'etc', 'tmp', 'bin']) mkdirSync(join(root, folder), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  const place = (path: string, write: (target: string) => void) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    write(join(root, path))
  }
  for (const [path, source] of Object.entries(image.programs))
    place(path, (target) => {
      copyFileSync(source, target)
      chmodSync(target, 0o755 | (statSync(target).mode & 0o7))
    })
  for (const [path, target] of Object.entries(image.links ?? {})) place(path, (link) => symlinkSync(target, link))
  for (const [path, text] of Object.entries(image.files ?? {})) place(path, (target) => writeFileSync(target, text))
}

const json = (value: object): Buffer => Buffer.from(JSON.stringify(value))
const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

function writeBlob(layout: string, content: Buffer): { digest: string; size: number } {
  const digest = digestOf(content)
  writeFileSync(join(layout, 'blobs', digest.replace(':', '/')), content)
  return { digest, size: content.length }
}
