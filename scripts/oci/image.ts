import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { imageUser } from './base.ts'
import { basenameOf, digestOf, type Layer } from './layer.ts'

const mediaType = {
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const

/** What an image is made of and called. */
export interface ImagePlan {
  /** With tag: `cityos:0.1.0-3f2a91c`. */
  name: string
  version: string
  commit: string | null
  createdAt: Date
  layers: readonly Layer[]
  /** What runs when nobody says otherwise. */
  command: readonly string[]
  title: string
}

/** An image whose blobs are written. */
export interface Image {
  name: string
  /** Of its manifest: what a registry and a cluster know it by. */
  digest: string
  size: number
  /** Its blobs, the manifest's own among them. */
  blobs: string[]
  /** Compressed, all blobs together. */
  bytes: number
}

/** A tag may not hold `+`. */
export const tagOf = (version: string): string => version.replaceAll('+', '-')

/** Writes configuration and manifest of an image into the folder of blobs that has its layers. */
export async function writeImage(plan: ImagePlan, blobs: string): Promise<Image> {
  const createdAt = plan.createdAt.toISOString()
  const labels = {
    'org.opencontainers.image.title': plan.title,
    'org.opencontainers.image.version': plan.version,
    'org.opencontainers.image.created': createdAt,
    ...(plan.commit ? { 'org.opencontainers.image.revision': plan.commit } : {}),
  }
  const config = await writeBlob(blobs, {
    created: createdAt,
    architecture: architecture(),
    os: 'linux',
    config: {
      User: `${imageUser}:${imageUser}`,
      Env: ['PATH=/usr/local/bin:/usr/bin', 'NODE_ENV=production', 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'],
      Cmd: plan.command,
      WorkingDir: '/opt/cityos',
      ExposedPorts: { '8080/tcp': {} },
      StopSignal: 'SIGTERM',
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: plan.layers.map((layer) => layer.diffId) },
    history: plan.layers.map((layer) => ({ created: createdAt, created_by: layer.note })),
  })
  const manifest = await writeBlob(blobs, {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: { mediaType: mediaType.config, digest: config.digest, size: config.size },
    layers: plan.layers.map(({ digest, size }) => ({ mediaType: mediaType.layer, digest, size })),
    annotations: labels,
  })
  return {
    name: plan.name,
    digest: manifest.digest,
    size: manifest.size,
    blobs: [manifest.digest, config.digest, ...plan.layers.map((layer) => layer.digest)],
    bytes: manifest.size + config.size + plan.layers.reduce((sum, layer) => sum + layer.size, 0),
  }
}

/**
 * Packs images into one OCI image layout (image-spec v1.1) as a tar: what they share is in it once. `ctr images import`,
 * `podman load`, `skopeo copy oci-archive:…` and `docker load` (25 and newer) read it.
 */
export async function writeArchive(images: readonly Image[], blobs: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const partial = `${file}.${process.pid}.partial`
  const archive = pack()
  const written = pipeline(archive, createWriteStream(partial))
  const head = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '', mode: 0o644 }
  const index = {
    schemaVersion: 2,
    mediaType: mediaType.index,
    manifests: images.map(({ name, digest, size }) => ({
      mediaType: mediaType.manifest,
      digest,
      size,
      platform: { architecture: architecture(), os: 'linux' },
      annotations: {
        'io.containerd.image.name': qualified(name),
        'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
      },
    })),
  }
  archive.entry({ ...head, name: 'oci-layout' }, JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  archive.entry({ ...head, name: 'index.json' }, JSON.stringify(index))
  for (const digest of [...new Set(images.flatMap((image) => image.blobs))].sort()) {
    const from = join(blobs, basenameOf(digest))
    const { size } = await stat(from)
    await pipeline(createReadStream(from), archive.entry({ ...head, name: `blobs/sha256/${basenameOf(digest)}`, size }))
  }
  archive.finalize()
  await written
  await rename(partial, file)
}

/** The name a container runtime keeps it under: one without a registry is Docker's own. */
export function qualified(name: string): string {
  const [first, ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  return first === 'localhost' || /[.:]/.test(first!) ? name : `docker.io/${name}`
}

async function writeBlob(blobs: string, content: object): Promise<{ digest: string; size: number }> {
  const text = JSON.stringify(content)
  const digest = digestOf(text)
  await writeFile(join(blobs, basenameOf(digest)), text)
  return { digest, size: Buffer.byteLength(text) }
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch
}
