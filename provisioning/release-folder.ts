import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { kindOfMigration, ReleaseManifest } from '@cityos/contract'

/** A release's manifest with its journal, also when the build did not list it; null where the folder holds no release. */
export async function readReleaseFolder(dir: string): Promise<ReleaseManifest | null> {
  const path = join(dir, 'release.json')
  if (!existsSync(path)) return null
  const manifest = ReleaseManifest.parse(JSON.parse(await readFile(path, 'utf8')))
  const journal = join(dir, 'migrations/migrations.json')
  if (manifest.migrations.length > 0 || !existsSync(journal)) return manifest
  const names = JSON.parse(await readFile(journal, 'utf8')) as string[]
  return { ...manifest, migrations: names.map((name) => ({ name, kind: kindOfMigration(name) })) }
}

/** The first file of a release that is missing or is not what it was built as, by its path inside; null when all are. */
export async function damagedFile(dir: string, manifest: ReleaseManifest): Promise<string | null> {
  for (const [file, checksum] of Object.entries(manifest.checksums)) {
    const path = join(dir, file)
    if (!existsSync(path) || (await checksumOf(path)) !== checksum) return file
  }
  return null
}

/** How large a release's files are together, in bytes; files it shares with other releases count too. */
export async function sizeOfRelease(dir: string, manifest: ReleaseManifest): Promise<number> {
  const sizes = await Promise.all(
    Object.keys(manifest.checksums).map(async (file) => (existsSync(join(dir, file)) ? (await stat(join(dir, file))).size : 0)),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** SHA-256 of a file, hex. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Third-party packages of a release's bill of materials: versions by name; null where it has none. */
export async function packagesOf(dir: string): Promise<Map<string, string> | null> {
  const file = join(dir, 'sbom.json')
  if (!existsSync(file)) return null
  const { components } = JSON.parse(await readFile(file, 'utf8')) as { components: { group?: string; name: string; version: string }[] }
  const versions = new Map<string, string[]>()
  for (const { group, name, version } of components) {
    const full = group ? `${group}/${name}` : name
    versions.set(full, [...(versions.get(full) ?? []), version])
  }
  return new Map([...versions].map(([name, found]) => [name, found.sort().join(', ')]))
}

/** Packages that differ between two bills of materials, by name; empty when one has none. */
export async function packageChanges(fromDir: string, toDir: string): Promise<{ name: string; from: string | null; to: string | null }[]> {
  const [before, after] = [await packagesOf(fromDir), await packagesOf(toDir)]
  if (!before || !after) return []
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }))
    .filter(({ from, to }) => from !== to)
}
