import { existsSync } from 'node:fs'
import { chmod, copyFile, link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ReleaseManifest } from '../../contract/src/release.ts'
import { checksumOf, readReleaseFolder } from '../../provisioning/release-folder.ts'

const changelogFile = 'CHANGELOG.md'

/** A release in the store. */
export interface StoredRelease {
  manifest: ReleaseManifest
  dir: string
}

/** Why something is not stored, and what to do about it. */
export class StoreRefusal extends Error {
  readonly advice: string[]

  constructor(message: string, ...advice: string[]) {
    super(message)
    this.name = 'StoreRefusal'
    this.advice = advice
  }
}

/** Every release of a store, the oldest build first. Folders that are no release, or not finished, are left out. */
export async function storedReleases(store: string): Promise<StoredRelease[]> {
  if (!existsSync(store)) return []
  const folders = (await readdir(store, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const dir = join(store, name)
      const manifest = await readReleaseFolder(dir)
      return manifest?.version === name ? [{ dir, manifest }] : []
    }),
  )
  return found.flat().sort((a, b) => a.manifest.built_at.localeCompare(b.manifest.built_at))
}

/**
 * Puts a build into the store, where it never changes again: files are read-only, and those that an earlier release has
 * too are the same files (hard links). A version that is there already is left as it is.
 * @param build folder with `release.json`
 * @param changelog its CHANGELOG.md, made only when the release is new
 */
export async function storeRelease(
  build: string,
  store: string,
  changelog: (manifest: ReleaseManifest, earlier: readonly StoredRelease[]) => Promise<string>,
): Promise<StoredRelease & { fresh: boolean }> {
  const manifest = await readReleaseFolder(build)
  if (!manifest) throw new StoreRefusal(`${build} holds no release.`, 'Build one: ./cityos release build')
  const dir = join(store, manifest.version)
  const present = await readReleaseFolder(dir)
  if (present) return { dir, manifest: present, fresh: false }
  const earlier = await storedReleases(store)
  const partial = join(store, `.${manifest.version}.${process.pid}`)
  await rm(partial, { recursive: true, force: true })
  try {
    await copyFiles(build, partial, manifest, earlier)
    await writeFile(join(partial, changelogFile), await changelog(manifest, earlier))
    const checksums = { ...manifest.checksums, [changelogFile]: await checksumOf(join(partial, changelogFile)) }
    const whole: ReleaseManifest = { ...manifest, checksums }
    await writeFile(join(partial, 'release.json'), `${JSON.stringify(whole, null, 2)}\n`)
    for (const file of [changelogFile, 'release.json']) await chmod(join(partial, file), 0o444)
    await rm(dir, { recursive: true, force: true })
    await rename(partial, dir)
    return { dir, manifest: whole, fresh: true }
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function copyFiles(build: string, target: string, manifest: ReleaseManifest, earlier: readonly StoredRelease[]): Promise<void> {
  for (const [file, checksum] of Object.entries(manifest.checksums)) {
    const copy = join(target, file)
    await mkdir(dirname(copy), { recursive: true })
    const same = earlier.findLast((release) => release.manifest.checksums[file] === checksum)
    if (same && (await linked(join(same.dir, file), copy))) continue
    await copyFile(join(build, file), copy)
    await chmod(copy, 0o444)
  }
}

/** A hard link; false where the file system makes none or the other release has lost the file. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['EPERM', 'EXDEV', 'EMLINK', 'ENOENT', 'ENOTSUP', 'EACCES'].includes(code)) return false
    throw error
  }
}
