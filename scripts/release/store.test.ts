import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { ReleaseManifest } from '../../contract/src/release.ts'
import { kindOfMigration } from '../../contract/src/release.ts'
import { damagedFile } from '../../provisioning/release-folder.ts'
import { changelogOf } from './changelog.ts'
import { requireAppended } from './history.ts'
import { StoreRefusal, storedReleases, storeRelease } from './store.ts'

let folder: string
let store: string
let builds = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-store-'))
  store = join(folder, 'releases')
  builds = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A build as the build script leaves it: files and a manifest with their checksums. */
function build(version: string, files: Record<string, string>, facts: Partial<ReleaseManifest> = {}): string {
  const dir = join(folder, `build-${builds}`)
  const checksums: Record<string, string> = {}
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), content)
    checksums[file] = createHash('sha256').update(content).digest('hex')
  }
  const migrations = Object.keys(files)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.replace('migrations/', ''))
    .map((name) => ({ name, kind: kindOfMigration(name) }))
  const built_at = `2026-01-01T00:00:${String(builds).padStart(2, '0')}.000Z`
  writeFileSync(join(dir, 'release.json'), JSON.stringify({ version, schema: 's', built_at, migrations, checksums, ...facts }))
  builds += 1
  return dir
}

const put = (dir: string) => storeRelease(dir, store, async (manifest) => `# ${manifest.version}\n`)

describe('a stored release', () => {
  it('is whole, read-only, and stays as it is when the build’s folder changes', async () => {
    const dir = build('1', { 'data-plane.mjs': 'one', 'assets/a.js': 'a' })
    const stored = await put(dir)
    expect(stored).toMatchObject({ dir: join(store, '1'), fresh: true })
    writeFileSync(join(dir, 'data-plane.mjs'), 'changed in place')
    expect(readFileSync(join(stored.dir, 'data-plane.mjs'), 'utf8')).toBe('one')
    expect(await damagedFile(stored.dir, stored.manifest)).toBeNull()
    for (const file of ['data-plane.mjs', 'assets/a.js', 'CHANGELOG.md', 'release.json'])
      expect(statSync(join(stored.dir, file)).mode & 0o222, file).toBe(0)
  })

  it('shares the files that an earlier one has too', async () => {
    const first = await put(build('1', { 'data-plane.mjs': 'one', 'assets/a.js': 'same' }))
    const second = await put(build('2', { 'data-plane.mjs': 'two', 'assets/a.js': 'same' }))
    const number = (dir: string, file: string) => statSync(join(dir, file)).ino
    expect(number(second.dir, 'assets/a.js')).toBe(number(first.dir, 'assets/a.js'))
    expect(number(second.dir, 'data-plane.mjs')).not.toBe(number(first.dir, 'data-plane.mjs'))
    rmSync(first.dir, { recursive: true })
    expect(await damagedFile(second.dir, second.manifest)).toBeNull()
  })

  it('is not written again', async () => {
    const first = await put(build('1', { 'data-plane.mjs': 'one' }))
    const again = await put(build('1', { 'data-plane.mjs': 'another' }))
    expect(again).toMatchObject({ fresh: false, manifest: { built_at: first.manifest.built_at } })
    expect(readFileSync(join(again.dir, 'data-plane.mjs'), 'utf8')).toBe('one')
  })

  it('tells which of its files is not what was built', async () => {
    const { dir, manifest } = await put(build('1', { 'data-plane.mjs': 'one', 'assets/a.js': 'a' }))
    rmSync(join(dir, 'assets/a.js'))
    expect(await damagedFile(dir, manifest)).toBe('assets/a.js')
    writeFileSync(join(dir, 'assets/a.js'), 'b')
    expect(await damagedFile(dir, manifest)).toBe('assets/a.js')
  })

  it('is there as a whole or not at all', async () => {
    const dir = build('1', { 'data-plane.mjs': 'one', 'assets/a.js': 'a' })
    rmSync(join(dir, 'assets/a.js'))
    await expect(put(dir)).rejects.toThrow('ENOENT')
    expect(readdirSync(store)).toEqual([])
    await expect(put(join(folder, 'nothing'))).rejects.toThrow(StoreRefusal)
  })
})

test('the store lists finished releases, the oldest first', async () => {
  await put(build('b', { 'data-plane.mjs': '1' }))
  await put(build('a', { 'data-plane.mjs': '2' }))
  mkdirSync(join(store, '.c.4711'))
  mkdirSync(join(store, 'stranger'))
  expect((await storedReleases(store)).map(({ manifest }) => manifest.version)).toEqual(['b', 'a'])
  expect(await storedReleases(join(folder, 'none'))).toEqual([])
})

describe('a journal only grows at its end', () => {
  const first = { 'migrations/core/0001_init.sql': 'one', 'migrations/core/0002_note.sql': 'two' }
  const check = async (files: Record<string, string>) => {
    await put(build('1', first))
    const { manifest } = await put(build('2', files))
    requireAppended(manifest, (await storedReleases(store)).slice(0, 1))
  }

  it('longer, equal or shorter is fine', async () => {
    await check({ ...first, 'migrations/core/0003_gift.sql': 'three' })
  })
  it('as of an older checkout, too', async () => {
    await check({ 'migrations/core/0001_init.sql': 'one' })
  })
  it('an insertion is refused', async () => {
    await expect(check({ 'migrations/core/0001_init.sql': 'one', 'migrations/cart/0001_init.sql': 'x' })).rejects.toThrow(
      'core/0002_note.sql',
    )
  })
  it('an edit is refused', async () => {
    await expect(check({ ...first, 'migrations/core/0002_note.sql': 'edited' })).rejects.toThrow('was edited after release 1')
  })
})

describe('a changelog', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@localhost', ...args], { cwd: join(folder, 'checkout'), encoding: 'utf8' })
  const commit = (subject: string): string => {
    git('commit', '--quiet', '--allow-empty', '--message', subject)
    return git('rev-parse', 'HEAD').trim()
  }
  const sbom = (version: string) =>
    JSON.stringify({
      components: [
        { group: '@city', name: 'map', version },
        { name: 'pg', version: '8.0.0' },
      ],
    })

  it('has the commits since the release before, its migrations, packages, and what was not committed', async () => {
    mkdirSync(join(folder, 'checkout'))
    git('init', '--quiet')
    const before = commit('Sell tickets')
    await put(build('1', { 'migrations/core/0001_init.sql': '', 'sbom.json': sbom('1.0.0') }, { commit: before }))
    commit('Sell meals')
    const now = commit('Meals have a kitchen')
    writeFileSync(join(folder, 'checkout/kitchen.ts'), '')
    const files = { 'migrations/core/0001_init.sql': '', 'migrations/core/0002_contract_x.sql': '', 'sbom.json': sbom('2.0.0') }
    const dir = build('2', files, { commit: `${now}+` })
    const { manifest } = await put(dir)
    expect(await changelogOf(manifest, (await storedReleases(store)).slice(0, 1), join(folder, 'checkout'), dir)).toBe(
      [
        '# 2',
        '',
        `Built 2026-01-01 00:00 UTC from ${now.slice(0, 10)} and changes.`,
        'After 1.',
        '',
        '## Changes\n\n- Meals have a kitchen\n- Sell meals\n',
        '## Not committed\n\n- kitchen.ts\n',
        '## Migrations\n\n- core/0002_contract_x.sql (contract)\n',
        '## Packages\n\n- @city/map 1.0.0 → 2.0.0\n',
      ].join('\n'),
    )
  })

  it('is made outside of git as well', async () => {
    const dir = build('1', { 'data-plane.mjs': 'one' })
    const { manifest } = await put(dir)
    expect(existsSync(join(folder, '.git'))).toBe(false)
    expect(await changelogOf(manifest, [], folder, dir)).toContain('The first release of this platform.')
  })
})
