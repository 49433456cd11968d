import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { imageTag } from '@cityos/provisioning/kubernetes'
import type { Cluster } from './cluster/cluster.ts'
import { type BaseImage, writeChangedImage } from './cluster/images/image.ts'
import { ctr } from './cluster/images/import.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const archives = join(root, 'dist/oci')

/** A release on this machine. */
export interface BuiltRelease {
  version: string
  /** Its folder. */
  dir: string
}

/** A release of this checkout as the cluster has it. */
export interface ReleaseImages extends BuiltRelease {
  /** As pods name it: what tenants run. */
  image: string
  /** The same and Pulumi. */
  controlPlaneImage: string
}

/**
 * The images of this checkout's release, on the cluster's node: built when they are not there yet, as `./cityos release build
 * --oci` does, and handed to the node once. CITYOS_RELEASE names a finished release to take instead.
 */
export async function releaseImages(cluster: Cluster): Promise<ReleaseImages> {
  const release = await builtRelease()
  const { archive, images } = await builtImages(release)
  const { own, folder } = cluster.description
  const handedOver = join(folder, `images-${imageTag(release.version)}`)
  if (!own || !existsSync(handedOver)) await cluster.importImage(archive)
  if (own) writeFileSync(handedOver, '')
  return { ...release, image: images[0]!.name, controlPlaneImage: images[1]!.name }
}

/** The images of a release on this machine, tenants' first: built when they are not there yet. */
export async function builtImages({ version, dir }: BuiltRelease): Promise<{ archive: string; images: { name: string }[] }> {
  const archive = join(archives, `cityos-${imageTag(version)}.tar`)
  const report = `${archive}.json`
  if (!existsSync(archive) || !existsSync(report)) {
    await mkdir(archives, { recursive: true })
    await writeFile(report, await node('scripts/oci/main.ts', '--release', dir, '--out', archive, '--control-plane'))
  }
  const { images } = JSON.parse(await readFile(report, 'utf8')) as { images: { name: string }[] }
  return { archive, images }
}

/** Gives an image that the node has already the name that it has in another release. */
export async function nameImage(cluster: Cluster, from: string, version: string): Promise<void> {
  await ctr(cluster.description, 'images', 'tag', '--force', longName(from), longName(renamed(from, version)))
}

/** The image of a release that has another journal than that of the image `from`, which the node has; all else is the same. */
export async function imageWithJournal(cluster: Cluster, from: string, release: { version: string; dir: string }): Promise<void> {
  const listed = await ctr(cluster.description, 'images', 'list', `name==${longName(from)}`)
  const manifest = await blob<{ config: { digest: string }; layers: object[] }>(cluster, /sha256:[0-9a-f]{64}/.exec(listed)![0])
  const configuration = await blob<BaseImage['configuration']>(cluster, manifest.config.digest)
  const tar = join(release.dir, 'image.tar')
  const change = { name: longName(renamed(from, release.version)), folder: release.dir, at: 'opt/cityos' }
  writeChangedImage({ configuration, layers: manifest.layers }, change, tar)
  await cluster.importImage(tar)
}

const longName = (name: string): string => (name.includes('/') ? name : `docker.io/library/${name}`)
const renamed = (image: string, version: string): string => `${image.slice(0, image.lastIndexOf(':'))}:${imageTag(version)}`

async function blob<T>(cluster: Cluster, digest: string): Promise<T> {
  return JSON.parse(await ctr(cluster.description, 'content', 'get', digest)) as T
}

/** The release of this checkout, or the one CITYOS_RELEASE names, as a folder. */
export async function builtRelease(): Promise<BuiltRelease> {
  const given = process.env['CITYOS_RELEASE']
  if (!given) return JSON.parse(await node('scripts/build.ts', '--quiet', '--json')) as BuiltRelease
  const { version } = JSON.parse(await readFile(join(given, 'release.json'), 'utf8')) as { version: string }
  return { version, dir: given }
}

/** @throws with what the program said when it refuses */
async function node(script: string, ...args: string[]): Promise<string> {
  const command = ['--disable-warning=ExperimentalWarning', join(root, script), ...args]
  const { stdout } = await run(process.execPath, command, { cwd: root, maxBuffer: 16 * 1024 * 1024 }).catch(
    (error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${script} ${args.join(' ')}: ${error.stdout}${error.stderr}`)
    },
  )
  return stdout
}
