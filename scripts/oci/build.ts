import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReleaseManifest } from '../../contract/src/release.ts'
import { damagedFile, readReleaseFolder } from '../../provisioning/release-folder.ts'
import { baseEntries, ImageRefusal, nodeEntries } from './base.ts'
import { billOfImage, type Program } from './bill-of-materials.ts'
import { tagOf, writeArchive, writeImage } from './image.ts'
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
  const { version, commit, built_at } = await wholeRelease(releaseDir)
  const blobs = join(work, 'blobs')
  const createdAt = new Date(built_at)
  const base = await baseEntries()
  const node = ownNode()
  // What lies below does not change with the release: its bytes must not either.
  const lower = (note: string, entries: readonly Entry[]) => writeLayer(entries, note, blobs, new Date(0))
  const upper = (note: string, entries: readonly Entry[]) => writeLayer(entries, note, blobs, createdAt)
  const system = await lower(`Debian: ${base.packages.map((each) => `${each.name} ${each.version}`).join(', ')}`, base.entries)
  const runtime = await lower(`Node ${node.version}`, await nodeEntries(node.file))
  const release = await upper(`CityOS ${version}`, await releaseEntries(releaseDir))
  const bill = async (further: readonly Program[]): Promise<Layer> => {
    const text = await billOfImage(releaseDir, version, base.packages, [node, ...further])
    return upper('bill of materials', [{ path: 'usr/share/sbom/cityos.cdx.json', kind: 'text', text }])
  }
  const image = (name: string, title: string, layers: readonly Layer[]) => {
    const command = ['node', `/opt/cityos/${name.endsWith('-control-plane') ? 'control-plane' : 'data-plane'}.mjs`]
    return writeImage({ name: `${name}:${tagOf(version)}`, title, version, commit, createdAt, layers, command }, blobs)
  }
  const images = [await image(repository, 'Dakkah CityOS', [system, runtime, release, await bill([])])]
  if (programs !== null) {
    const tools = await lower(programs.map((each) => `${each.name} ${each.version}`).join(', '), programs.map(onPath))
    const layers = [system, runtime, tools, release, await bill(programs)]
    images.push(await image(`${repository}-control-plane`, 'Dakkah CityOS, control plane', layers))
  }
  await writeArchive(images, blobs, out)
  return images.map(({ name, digest, bytes }) => ({ name, digest, bytes }))
}

async function wholeRelease(dir: string): Promise<ReleaseManifest> {
  const manifest = await readReleaseFolder(dir)
  if (!manifest) throw new ImageRefusal(`${dir} holds no release.`, 'Build one: ./cityos release build.')
  const damaged = await damagedFile(dir, manifest)
  if (damaged === null) return manifest
  throw new ImageRefusal(`${damaged} of this release is missing or was changed.`, 'Build it again: ./cityos release build.')
}

function ownNode(): Program {
  const version = process.versions.node
  return { name: 'node', version, purl: `pkg:generic/node@${version}`, file: process.execPath }
}

const onPath = ({ name, file }: Program): Entry => ({ path: `usr/local/bin/${name}`, kind: 'file', from: file, mode: 0o755 })

async function releaseEntries(dir: string): Promise<Entry[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: join('opt/cityos', file.slice(dir.length + 1)), kind: 'file', from: file }))
}
