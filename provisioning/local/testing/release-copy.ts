import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { kindOfMigration, type ReleaseManifest } from '@cityos/contract'
import { checksumOf } from '../../release-folder.ts'

/**
 * Another release made of one that is stored: its built files are changed instead of being built again, which takes a
 * moment. For tests and benchmarks; it is whole (version, checksums, journal) and can be registered like any other.
 * @param store folder of releases
 * @param version which one is copied
 * @param change changes the copy in `folder`; returns the files it has changed or added, as paths inside it
 */
export async function releaseLike(
  store: string,
  version: string,
  change: (folder: string) => string[],
): Promise<{ version: string; dir: string }> {
  const folder = mkdtempSync(join(store, '.copy-'))
  try {
    cpSync(join(store, version), folder, { recursive: true })
    await makeWritable(folder)
    const path = join(folder, 'release.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as ReleaseManifest
    for (const file of change(folder)) manifest.checksums[file] = await checksumOf(join(folder, file))
    const journal = JSON.parse(readFileSync(join(folder, 'migrations/migrations.json'), 'utf8')) as string[]
    manifest.migrations = journal.map((name) => ({ name, kind: kindOfMigration(name) }))
    manifest.schema = journal.at(-1)?.replace(/\.sql$/, '') ?? 'none'
    manifest.built_at = new Date().toISOString()
    writeFileSync(path, JSON.stringify(manifest.checksums))
    manifest.version = `${version.split('+')[0]}+${(await checksumOf(path)).slice(0, 7)}`
    writeFileSync(path, JSON.stringify(manifest))
    const dir = join(store, manifest.version)
    rmSync(dir, { recursive: true, force: true })
    renameSync(folder, dir)
    return { version: manifest.version, dir }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Stored files are read-only and, by their links, those of other releases too: the copy's are its own. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
}
