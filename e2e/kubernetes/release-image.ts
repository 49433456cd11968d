import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { imageTag } from '@cityos/provisioning/kubernetes'
import type { Cluster } from './cluster/cluster.ts'
import { type BaseImage, writeChangedImage } from './cluster/images/image.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const folder = join(root, 'dist/oci')

/** A release of this checkout as the cluster has it. */
export interface ReleaseImages {
  version: string
  /** The release's folder on this machine. */
  dir: string
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
  const { version, dir } = await builtRelease()
  const tag = version.replaceAll('+', '-')
  const archive = join(folder, `cityos-${tag}.tar`)
  const report = `${archive}.json`
  if (!existsSync(archive) || !existsSync(report)) {
    await mkdir(folder, { recursive: true })
    const made = await node('scripts/oci/main.ts', '--release', dir, '--out', archive, '--control-plane')
    await writeFile(report, made)
  }
  const { images } = JSON.parse(await readFile(report, 'utf8')) as { images: { name: string }[] }
  const handedOver = join(cluster.description.folder, `images-${tag}`)
  if (!existsSync(handedOver)) {
    await cluster.importImage(archive)
    writeFileSync(handedOver, '')
  }
  return { version, dir, image: images[0]!.name, controlPlaneImage: images[1]!.name }
}

/** Gives an image that the node has already the name that it has in another release. */
export async function nameImage(cluster: Cluster, from: string, version: string): Promise<void> {
  await ctr(cluster, 'images', 'tag', '--force', longName(from), longName(renamed(from, version)))
}

/** The image of a release that has another journal than that of the image `from`, which the node has; all else is the same. */
export async function imageWithJournal(cluster: Cluster, from: string, release: { version: string; dir: string }): Promise<void> {
  const listed = await ctr(cluster, 'images', 'list', `name==${longName(from)}`)
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
  return JSON.parse(await ctr(cluster, 'content', 'get', digest)) as T
}

async function ctr(cluster: Cluster, ...args: string[]): Promise<string> {
  const containerd = ['--address', join(cluster.description.folder, 'containerd/containerd.sock'), '--namespace', 'k8s.io']
  return (await run('ctr', [...containerd, ...args], { env: cluster.environment() })).stdout
}

/** The release of this checkout, or the one CITYOS_RELEASE names, as a folder. */
export async function builtRelease(): Promise<{ version: string; dir: string }> {
  const given = process.env['CITYOS_RELEASE']
  if (!given) return JSON.parse(await node('scripts/build.ts', '--quiet', '--json')) as { version: string; dir: string }
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
