import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { damagedFile, readReleaseFolder } from '../../provisioning/release-folder.ts'
import { baseEntries, ImageRefusal, nodeEntries } from './base.ts'
import { billOfImage, type Program } from './bill-of-materials.ts'
import { type ImagePlan, tagOf, writeArchive, writeImage } from './image.ts'
import { type Entry, type Layer, writeLayer } from './layer.ts'

export interface BuildRequest {
  /** A finished release: `release.json` and what it names. */
  releaseDir: string
  /** Name of the images without tag: `cityos`, `registry.example.com/city/cityos`. The control plane's ends in `-control-plane`. */
  repository: string
  /** What only the control plane needs, on PATH in its image; null: its image is not made. */
  programs: readonly Program[] | null
  /** Folder for what is half done. */
  work: string
  /** The archive. */
  out: string
}

/** An image as it is reported: by name and by what it is known by in a cluster. */
export interface BuiltImage {
  name: string
  digest: string
  bytes: number
}

/**
 * One image per release: system libraries, Node, the release under /opt/cityos; who runs it says which program. The control
 * plane's image has the same layers and one more. The same release, Node and packages always give the same digests.
 * @throws ImageRefusal when the release is damaged, or something is missing on this machine
 */
export async function buildImages({ releaseDir, repository, programs, work, out }: BuildRequest): Promise<BuiltImage[]> {
  const manifest = await readReleaseFolder(releaseDir)
  if (!manifest) throw new ImageRefusal(`${releaseDir} holds no release.`, 'Build one: ./cityos release build.')
  const damaged = await damagedFile(releaseDir, manifest)
  if (damaged !== null)
    throw new ImageRefusal(`${damaged} of this release is missing or was changed.`, 'Build it again: ./cityos release build.')
  const blobs = join(work, 'blobs')
  const createdAt = new Date(manifest.built_at)
  // What lies below does not change with the release: its bytes must not either.
  const always = new Date(0)
  const base = await baseEntries()
  const node: Program = {
    name: 'node',
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}`,
    file: process.execPath,
  }
  const system = await writeLayer(
    base.entries,
    `Debian: ${base.packages.map((each) => `${each.name} ${each.version}`).join(', ')}`,
    blobs,
    always,
  )
  const runtime = await writeLayer(await nodeEntries(node.file), `Node ${process.versions.node}`, blobs, always)
  const common = { version: manifest.version, commit: manifest.commit, createdAt, title: 'Dakkah CityOS' }
  const release = async (further: readonly Program[]): Promise<Layer> => {
    const bill: Entry = {
      path: 'usr/share/sbom/cityos.cdx.json',
      kind: 'text',
      text: await billOfImage(releaseDir, manifest.version, base.packages, [node, ...further]),
    }
    return writeLayer([...(await releaseEntries(releaseDir)), bill], `CityOS ${manifest.version}`, blobs, createdAt)
  }
  const plans: ImagePlan[] = [
    {
      ...common,
      name: `${repository}:${tagOf(manifest.version)}`,
      layers: [system, runtime, await release([])],
      command: ['node', '/opt/cityos/data-plane.mjs'],
    },
  ]
  if (programs !== null) {
    const entries = programs.map(({ name, file }): Entry => ({ path: `usr/local/bin/${name}`, kind: 'file', from: file, mode: 0o755 }))
    const tools = await writeLayer(entries, programs.map((each) => `${each.name} ${each.version}`).join(', '), blobs, always)
    plans.push({
      ...common,
      title: 'Dakkah CityOS, control plane',
      name: `${repository}-control-plane:${tagOf(manifest.version)}`,
      layers: [system, runtime, tools, await release(programs)],
      command: ['node', '/opt/cityos/control-plane.mjs'],
    })
  }
  const images = []
  for (const plan of plans) images.push(await writeImage(plan, blobs))
  await writeArchive(images, blobs, out)
  return images.map(({ name, digest, bytes }) => ({ name, digest, bytes }))
}

async function releaseEntries(dir: string): Promise<Entry[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: join('opt/cityos', file.slice(dir.length + 1)), kind: 'file', from: file }))
}
