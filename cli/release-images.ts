import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { checkout, type DataDirectory } from './data-directory.ts'
import { Failure } from './failure.ts'
import type { Progress } from './output.ts'
import type { StoredRelease } from './release-store.ts'

export interface ImageOptions {
  /** False: only the image that tenants run. */
  controlPlane?: boolean
  repository?: string
  out?: string
}

/** Container images of a release, in one archive. */
export interface ReleaseImages {
  file: string
  images: { name: string; digest: string; bytes: number }[]
}

/** @throws Failure when something about images is asked for, but no images are */
export function refuseWithoutImages(options: ImageOptions & { oci?: boolean }): void {
  if (options.oci) return
  const given =
    options.controlPlane === false ? 'no-control-plane' : (['repository', 'out'] as const).find((name) => options[name] !== undefined)
  if (given) throw new Failure(`--${given} says something about images.`, 'Add --oci.')
}

/**
 * Makes container images of a stored release, by a process of its own.
 * @throws Failure with what is missing on this machine, and what to do
 */
export async function imagesOf(
  data: DataDirectory,
  release: StoredRelease,
  options: ImageOptions,
  progress: Progress,
): Promise<ReleaseImages> {
  const out = resolve(options.out ?? join(data.path, 'images', `cityos-${release.version.replaceAll('+', '-')}.tar`))
  const args = ['--release', release.dir, '--out', out]
  if (options.repository !== undefined) args.push('--repository', options.repository)
  if (options.controlPlane !== false) args.push('--control-plane')
  progress.start('make the images')
  const script = join(checkout, 'scripts/oci/main.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let result = ''
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const line of chunk.toString().split('\n').filter(Boolean)) progress.note(line)
  })
  const code = await new Promise<number | null>((resolved, rejected) => child.once('error', rejected).once('close', resolved))
  if (code === 0) {
    progress.done(out)
    return JSON.parse(result) as ReleaseImages
  }
  progress.fail()
  if (!result) throw new Failure('The images could not be made.', ...said.trim().split('\n').slice(-15))
  const { refused, advice } = JSON.parse(result) as { refused: string; advice: string[] }
  throw new Failure(refused, ...advice)
}
