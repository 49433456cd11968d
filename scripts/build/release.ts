import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { kindOfMigration, planeProtocol, ReleaseManifest, schemaName } from '../../contract/src/release.ts'
import { commitOf } from './git.ts'
import type { Part } from './parts.ts'
import { root } from './sources.ts'

export const distDir = join(root, 'dist')
export const releaseDir = join(distDir, 'release')
export const partDir = (name: string): string => join(distDir, 'parts', name)

export async function readManifest(dir: string): Promise<ReleaseManifest | null> {
  const path = join(dir, 'release.json')
  return existsSync(path) ? ReleaseManifest.parse(JSON.parse(await readFile(path, 'utf8'))) : null
}

/** Puts the parts, the migrations, the seed's pictures and the charts together, then swaps the finished folder in. */
export async function assemble(parts: readonly Part[], version: string, builtAt: Date): Promise<ReleaseManifest> {
  const next = join(distDir, `release.${process.pid}`)
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  for (const part of parts) await cp(join(partDir(part.name), 'out'), join(next, part.target), { recursive: true })
  const journal = await copyMigrations('data-plane', join(next, 'migrations'))
  await copyMigrations('control-plane/prisma', join(next, 'registry'))
  // What a copy of a tenant leaves out or makes up: the release's own knowledge of its tables.
  await cp(join(root, 'data-plane/archive.json'), join(next, 'archive.json'))
  const pictures = join(root, 'data-plane/seed/pictures')
  if (existsSync(pictures)) await cp(pictures, join(next, 'seed/pictures'), { recursive: true })
  // The same charts that people install by hand are what the Kubernetes driver installs for a tenant.
  await cp(join(root, 'charts'), join(next, 'charts'), { recursive: true })
  await copyFonts(join(next, 'fonts'))
  await writeFile(join(next, 'sbom.json'), await billOfMaterials(version, builtAt))
  const manifest: ReleaseManifest = {
    version,
    schema: schemaName(journal.at(-1) ?? 'none'),
    built_at: builtAt.toISOString(),
    migrations: journal.map((name) => ({ name, kind: kindOfMigration(name) })),
    upgrade_from: (await readPackage()).cityos?.upgrade_from ?? null,
    protocol: planeProtocol,
    commit: await commitOf(root),
    checksums: await checksums(next),
  }
  await writeFile(join(next, 'release.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const previous = join(distDir, `previous.${process.pid}`)
  if (existsSync(releaseDir)) await rename(releaseDir, previous)
  await rename(next, releaseDir)
  await rm(previous, { recursive: true, force: true })
  return manifest
}

/** What the root `package.json` says about releases. */
export async function readPackage(): Promise<{
  version: string
  /** `upgrade_from`: oldest schema (last migration, without `.sql`) that a tenant may come from; null: any before this one. */
  cityos?: { upgrade_from: string | null }
}> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
}

/** Every third-party package inside the release, with licence and checksum, as a CycloneDX document (pnpm writes it). */
async function billOfMaterials(version: string, builtAt: Date): Promise<string> {
  const inside = ['data-plane', 'control-plane', 'provisioning', 'console'].flatMap((name) => ['--filter', `@cityos/${name}`])
  const { stdout } = await promisify(execFile)(
    'pnpm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application', '--prod', ...inside],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  )
  const document = JSON.parse(stdout) as { serialNumber?: string; metadata: { timestamp: string; component: { version: string } } }
  document.metadata.component.version = version
  document.metadata.timestamp = builtAt.toISOString()
  delete document.serialNumber
  return `${JSON.stringify(document, null, 1)}\n`
}

/** Fonts of what is printed (tickets): files that a PDF embeds, beside the browser's own. */
async function copyFonts(target: string): Promise<void> {
  const from = join(root, 'data-plane/node_modules/@fontsource/ibm-plex-sans-arabic/files')
  await mkdir(target, { recursive: true })
  for (const name of ['arabic-400', 'arabic-700', 'latin-400', 'latin-700']) {
    const file = `ibm-plex-sans-arabic-${name}-normal.woff`
    await cp(join(from, file), join(target, file), { dereference: true })
  }
}

/** A journal and every file it names, at the same relative paths. @returns the journal */
async function copyMigrations(from: string, target: string): Promise<string[]> {
  const journal = join(root, from, 'migrations.json')
  if (!existsSync(journal)) return []
  const files = JSON.parse(await readFile(journal, 'utf8')) as string[]
  for (const file of files) {
    const copy = join(target, file)
    await mkdir(dirname(copy), { recursive: true })
    await cp(join(root, from, file), copy)
  }
  await mkdir(target, { recursive: true })
  await cp(journal, join(target, 'migrations.json'))
  return files
}

async function checksums(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sums: Record<string, string> = {}
  for (const file of files.sort())
    sums[file.slice(dir.length + 1)] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  return sums
}
