import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kindOfMigration } from '../../contract/src/release.ts'

// The program as the command line runs it, on builds that were handed over.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-release-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function build(version: string, migrations: Record<string, string>): string {
  const dir = join(folder, version)
  const files = { 'data-plane.mjs': version, 'migrations/migrations.json': JSON.stringify(Object.keys(migrations)) }
  const checksums: Record<string, string> = {}
  for (const [file, content] of [
    ...Object.entries(files),
    ...Object.entries(migrations).map(([name, sql]) => [`migrations/${name}`, sql]),
  ]) {
    mkdirSync(dirname(join(dir, file!)), { recursive: true })
    writeFileSync(join(dir, file!), content!)
    checksums[file!] = createHash('sha256').update(content!).digest('hex')
  }
  const listed = Object.keys(migrations).map((name) => ({ name, kind: kindOfMigration(name) }))
  writeFileSync(
    join(dir, 'release.json'),
    JSON.stringify({ version, schema: 's', built_at: `2026-01-01T00:00:0${version}.000Z`, migrations: listed, checksums }),
  )
  return dir
}

function store(dir: string, ...more: string[]): { code: number | null; answer: Record<string, unknown> } {
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'main.ts'),
    '--store',
    join(folder, 'releases'),
    '--built',
    dir,
    ...more,
  ]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { code: status, answer: JSON.parse(stdout) as Record<string, unknown> }
}

const init = { 'core/0001_init.sql': 'CREATE TABLE thing (id text PRIMARY KEY);' }

test('a build goes into the store; the gate and the order of migrations are looked at first, and refusals name the line', () => {
  const first = store(build('1', init))
  expect(first.code).toBe(0)
  expect(first.answer).toMatchObject({
    version: '1',
    dir: join(folder, 'releases/1'),
    fresh: true,
    migrations: [{ name: 'core/0001_init.sql' }],
  })
  expect(store(join(folder, '1')).answer).toMatchObject({ fresh: false })

  const refused = store(build('2', { ...init, 'core/0002_drop.sql': '\n\nALTER TABLE thing\n  DROP COLUMN id;' }))
  expect(refused.code).toBe(1)
  expect(refused.answer['refused']).toBe('The migration gate refuses a statement.')
  expect(refused.answer['advice']).toEqual([
    'core/0002_drop.sql:3: drops column "id" of "thing" [drop]',
    expect.stringMatching(/^ {4}instead: stop using it in this release, and drop it in a contract migration/),
  ])

  const inserted = build('3', { 'core/0000_before.sql': 'CREATE TABLE before (id text);', ...init })
  expect(store(inserted, '--in-use', '2', '--in-use', '1')).toMatchObject({
    code: 1,
    answer: { refused: expect.stringContaining('core/0000_before.sql stands where release 1, which tenants run, has') },
  })
  expect(store(inserted)).toMatchObject({ code: 0, answer: { version: '3', fresh: true } })

  expect(store(join(folder, 'nothing'))).toMatchObject({ code: 1, answer: { refused: expect.stringContaining('holds no release') } })
}, 60_000)
