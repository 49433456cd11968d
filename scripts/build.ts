import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ReleaseManifest } from '../contract/src/release.ts'
import { withLock } from './build/lock.ts'
import { generate, generators, hasGenerator, type Part, parts } from './build/parts.ts'
import { assemble, distDir, partDir, readManifest, readPackage, releaseDir } from './build/release.ts'
import { hashFiles, root, sourceFiles } from './build/sources.ts'

// Builds the release of this checkout into dist/release. Each part is kept under dist/parts with the checksum of its
// sources and is built again only when they changed: `node scripts/build.ts [--only PART] [--partial] [--generate] [--quiet]`.

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    /** Leaves out parts that are missing or cannot be built, instead of failing. */
    partial: { type: 'boolean', default: false },
    /** Only makes the code that comes from the schemas (clients, table types). */
    generate: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const say = (line: string): void => {
  if (!values.quiet) process.stderr.write(`${line}\n`)
}

process.once('uncaughtException', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
const locked = <T>(work: () => Promise<T>): Promise<T> =>
  withLock(join(distDir, 'build.lock'), () => say('waiting for another build'), work)
if (values.generate) {
  await locked(runGenerators)
  process.exit(0)
}
const built = await locked(build)
if (values.json) process.stdout.write(`${JSON.stringify({ dir: releaseDir, version: built.version, schema: built.schema })}\n`)

async function build(): Promise<ReleaseManifest> {
  await runGenerators()
  const present = parts.filter((part) => existsSync(join(root, part.entry)))
  const missing = parts.filter((part) => !present.includes(part))
  for (const part of missing) say(`${part.name}: ${part.entry} is missing`)
  if (missing.length > 0 && !values.partial) throw new Error('the checkout is not whole')
  const failures: string[] = []
  await Promise.all(
    chosen(present).map((part) =>
      buildPart(part).catch((error: Error) => {
        failures.push(`${part.name}: ${error.message}`)
      }),
    ),
  )
  if (failures.length > 0 && !values.partial) throw new Error(failures.join('\n'))
  for (const failure of failures) say(failure)
  return writeRelease(present)
}

function chosen(all: readonly Part[]): readonly Part[] {
  const only = values.only
  if (!only) return all
  const wanted = (name: string) => only.some((each) => name === each || name.endsWith(`-${each}`))
  const picked = all.filter((part) => wanted(part.name))
  if (picked.length === 0) {
    throw new Error(`no part is called ${only.join(', ')}; there are: ${parts.map((part) => part.name).join(', ')}, console`)
  }
  return picked
}

async function runGenerators(): Promise<void> {
  await mkdir(join(distDir, 'parts'), { recursive: true })
  for (const { folder, sources } of generators) {
    if (!(await hasGenerator(folder))) continue
    const stamp = join(distDir, 'parts', `${folder}.generated`)
    const hash = await hashFiles(await sourceFiles(sources, (file) => /\.prisma$|pnpm-lock|prisma\.config|generate/.test(file)))
    if ((await read(stamp)) === hash && existsSync(join(root, folder, 'generated'))) continue
    const started = performance.now()
    await generate(folder)
    await writeFile(stamp, hash)
    say(`${folder}: generated (${seconds(started)})`)
  }
}

async function buildPart(part: Part): Promise<void> {
  const dir = partDir(part.name)
  const hash = await hashFiles(await sourceFiles(part.sources, part.keep))
  if ((await read(join(dir, 'hash'))) === hash) return
  const started = performance.now()
  await rm(dir, { recursive: true, force: true })
  await part.build(join(dir, 'out'))
  await writeFile(join(dir, 'hash'), hash)
  say(`${part.name}: built (${seconds(started)})`)
}

async function writeRelease(present: readonly Part[]): Promise<ReleaseManifest> {
  const ready = present.filter((part) => existsSync(join(partDir(part.name), 'hash')))
  const copied = await sourceFiles(['data-plane', 'control-plane/prisma', 'charts'], (file) =>
    /migrations(\.json|\/[^/]+\.sql)$|^data-plane\/seed\/pictures\/|^charts\//.test(file),
  )
  const partHashes = await Promise.all(ready.map((part) => readFile(join(partDir(part.name), 'hash'), 'utf8')))
  const { version: base, cityos } = await readPackage()
  const hash = createHash('sha256')
    .update([...partHashes, await hashFiles(copied), JSON.stringify(cityos ?? null)].join('\n'))
    .digest('hex')
  const version = `${base}+${hash.slice(0, 7)}`
  const current = await readManifest(releaseDir)
  if (current?.version === version) return current
  const manifest = await assemble(ready, version, builtAt())
  say(`release ${version} in ${releaseDir}`)
  return manifest
}

/** Now, or the moment SOURCE_DATE_EPOCH names (seconds): then the same sources give the same release, byte for byte. */
function builtAt(): Date {
  const given = process.env['SOURCE_DATE_EPOCH']
  return given && /^\d+$/.test(given) ? new Date(Number(given) * 1000) : new Date()
}

async function read(path: string): Promise<string | null> {
  return existsSync(path) ? readFile(path, 'utf8') : null
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`
}
