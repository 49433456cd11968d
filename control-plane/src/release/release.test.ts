import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { kindOfMigration } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { testRelease } from '../testing/operation-bench.ts'
import { TestPlatform } from '../testing/platform.ts'
import { ReleaseIntake } from './release.intake.ts'
import { ReleaseService } from './release.service.ts'
import { requireKnownPlanes } from './start-check.ts'

let platform: TestPlatform
let token: string
let store: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  store = join(platform.binding.data_dir, 'releases')
})
afterAll(() => platform.stop())

const init = 'core/migrations/0001_init.sql'
const drop = 'core/migrations/0002_contract_note.sql'

/** A release in the platform's store, as a build leaves it. */
function stored(version: string, files: Record<string, string> = {}, facts: object = {}): string {
  const dir = join(store, version)
  const checksums: Record<string, string> = {}
  for (const [file, content] of Object.entries({ 'data-plane.mjs': version, [`migrations/${init}`]: 'one', ...files })) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), content)
    checksums[file] = createHash('sha256').update(content).digest('hex')
  }
  const names = Object.keys(checksums).flatMap((file) => (file.endsWith('.sql') ? [file.replace('migrations/', '')] : []))
  const migrations = names.sort().map((name) => ({ name, kind: kindOfMigration(name) }))
  const schema = names.at(-1)!.replace('.sql', '')
  const manifest = { version, schema, built_at: '2026-01-02T03:04:05.000Z', migrations, checksums, commit: 'c'.repeat(40), ...facts }
  writeFileSync(join(dir, 'release.json'), JSON.stringify(manifest))
  return dir
}

const api = (method: 'GET' | 'POST', path: string, body?: object) =>
  platform.request(method, `/api/v1/releases${path}`, { token, ...(body ? { body } : {}) })
const register = (dir: string) => api('POST', '', { dir })
const sbom = (version: string) =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    components: [
      { group: '@city', name: 'map', version },
      { name: 'pg', version: '8.0.0' },
    ],
  })

describe('a build that is handed over', () => {
  it('is taken in once, with what its folder says; new tenants keep the release they get', async () => {
    const dir = stored('1.0.0+aaaaaaa', { 'sbom.json': sbom('1.0.0'), 'CHANGELOG.md': '# 1.0.0+aaaaaaa\n' })
    const first = await register(dir)
    expect(first.status).toBe(201)
    expect(first.body.data).toMatchObject({
      version: '1.0.0+aaaaaaa',
      status: 'available',
      current: false,
      platform: false,
      tenants: 0,
      protocol: 1,
      commit: 'c'.repeat(40),
      files: 4,
      components: 2,
      built_at: '2026-01-02T03:04:05.000Z',
      migrations: [{ name: init, kind: 'expand' }],
      changelog: '# 1.0.0+aaaaaaa\n',
      tenants_on_it: [],
      yanked: null,
    })
    const again = await register(dir)
    expect([again.status, again.body.data.created_at]).toEqual([201, first.body.data.created_at])
    const audit = await platform.request('GET', '/api/v1/audit?action=release.register', { token })
    expect(audit.body.data).toHaveLength(1)
  })

  it('is refused with the file that is not what was built', async () => {
    const dir = stored('1.0.0+bbbbbbb')
    writeFileSync(join(dir, 'data-plane.mjs'), 'changed')
    const answer = await register(dir)
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0]).toMatchObject({ code: 'release_damaged', field: 'dir', details: { file: 'data-plane.mjs' } })
    rmSync(dir, { recursive: true })
  })

  it('is refused outside of the store, also by way of a link, and under another name', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'cityos-elsewhere-'))
    try {
      symlinkSync(elsewhere, join(store, 'linked'))
      mkdirSync(join(store, 'misnamed'))
      writeFileSync(join(store, 'misnamed/release.json'), JSON.stringify({ version: 'other', schema: 's' }))
      mkdirSync(join(store, 'empty'))
      for (const dir of [
        elsewhere,
        '/etc',
        join(store, 'linked'),
        join(store, 'misnamed'),
        join(store, 'empty'),
        join(store, 'none'),
        store,
      ]) {
        const answer = await register(dir)
        expect([answer.status, answer.body.errors[0].code], dir).toEqual([422, 'validation_failed'])
      }
    } finally {
      for (const name of ['linked', 'misnamed', 'empty']) rmSync(join(store, name), { recursive: true, force: true })
      rmSync(elsewhere, { recursive: true, force: true })
    }
  })

  it('is refused when this control plane does not speak its protocol', async () => {
    const dir = stored('9.0.0+fffffff', {}, { protocol: 9 })
    const answer = await register(dir)
    expect([answer.status, answer.body.errors[0].code]).toEqual([409, 'version_skew'])
    rmSync(dir, { recursive: true })
  })
})

describe('two releases', () => {
  it('are compared: migrations, packages, files, and whether one can become the other', async () => {
    const files = { 'sbom.json': sbom('2.0.0'), [`migrations/${drop}`]: 'two', 'assets/shop-1.js': 'shop', 'CHANGELOG.md': 'Meals\n' }
    await register(stored('2.0.0+ccccccc', files))
    const forth = await api('GET', '/2.0.0%2Bccccccc/diff?from=1.0.0%2Baaaaaaa')
    expect(forth.body.data).toMatchObject({
      obstacle: null,
      migrations: { added: [{ name: drop, kind: 'contract' }], removed: [] },
      components: [{ name: '@city/map', from: '1.0.0', to: '2.0.0' }],
      files: {
        'data-plane': { added: 0, removed: 0, changed: 1 },
        migrations: { added: 1, removed: 0, changed: 0 },
        assets: { added: 1, removed: 0, changed: 0 },
        other: { added: 0, removed: 0, changed: 2 },
      },
      changelog: 'Meals\n',
    })
    const back = await api('GET', '/1.0.0%2Baaaaaaa/diff?from=2.0.0%2Bccccccc')
    expect(back.body.data.obstacle).toContain(drop)
    expect((await api('GET', '/1.0.0%2Baaaaaaa/diff?from=none')).status).toBe(404)
  })

  it('are listed, the newest first, by status and by a part of their name', async () => {
    const versions = async (query: string) => (await api('GET', `?${query}`)).body.data.map((each: { version: string }) => each.version)
    expect(await versions('limit=2')).toEqual(['2.0.0+ccccccc', '1.0.0+aaaaaaa'])
    expect((await versions('order=created_at')).at(-1)).toBe('2.0.0+ccccccc')
    expect(await versions('q=aaaa')).toEqual(['1.0.0+aaaaaaa'])
    expect(await versions('status=yanked')).toEqual([])
  })
})

it('the bill of materials is the document that lies in the release', async () => {
  expect((await api('GET', '/1.0.0%2Baaaaaaa/sbom')).body.data).toMatchObject({ bomFormat: 'CycloneDX' })
  expect((await api('GET', '/0.0.0%2Btest/sbom')).status).toBe(404)
})

describe('a yanked release', () => {
  it('names who is on it, is given to nobody any more, and gives its place to the newest available one', async () => {
    const created = await platform.createTenant(token, 'stays')
    expect((await platform.ended(token, created.body.data.operation.id)).status).toBe('succeeded')
    const yanked = await api('POST', '/0.0.0%2Btest/yank', { reason: 'it forgets orders' })
    expect(yanked.body.data).toMatchObject({
      status: 'yanked',
      current: false,
      tenants: 1,
      tenants_on_it: [{ slug: 'stays' }],
      yanked: { reason: 'it forgets orders' },
    })
    expect((await api('GET', '/2.0.0%2Bccccccc')).body.data.current).toBe(true)
    const refused = await platform.createTenant(token, 'late', { release: '0.0.0+test' })
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'unknown_release'])
    const again = await api('POST', '/0.0.0%2Btest/yank', { reason: 'another reason' })
    expect(again.body.data.yanked.reason).toBe('it forgets orders')
    const audit = await platform.request('GET', '/api/v1/audit?action=release.yank', { token })
    expect(audit.body.data).toHaveLength(1)
    const service = platform.app.get(ReleaseService)
    expect(await platform.app.get(Registry).transaction((tx) => service.makeCurrent(tx, '0.0.0+test'))).toBe(false)
  })

  it('needs a reason', async () => {
    expect((await api('POST', '/1.0.0%2Baaaaaaa/yank', { reason: ' ' })).status).toBe(400)
    expect((await api('POST', '/none/yank', { reason: 'there is no such release' })).status).toBe(404)
  })
})

describe('the start of a control plane', () => {
  const start = (version: string, dir: string) => {
    const settings = platform.app.get<Settings>(SETTINGS)
    const binding = { ...settings.binding, release_dir: dir, releases: [testRelease, { version, dir, schema: 's' }] }
    return new ReleaseIntake(platform.app.get(Registry), platform.app.get(Clock), { ...settings, binding }).atStart()
  }
  const one = async (mark: 'current' | 'platform') =>
    (await api('GET', '?limit=100')).body.data
      .filter((each: Record<string, unknown>) => each[mark])
      .map((each: { version: string }) => each.version)

  it('takes in what lies in the store', async () => {
    stored('3.0.0+ddddddd')
    await start('2.0.0+ccccccc', join(store, '2.0.0+ccccccc'))
    expect((await api('GET', '/3.0.0%2Bddddddd')).body.data).toMatchObject({ status: 'available', current: false })
  })

  it('gives new tenants its own release when that is another than last time, and else leaves that to rollouts', async () => {
    const dir = stored('4.0.0+eeeeeee')
    await start('4.0.0+eeeeeee', dir)
    expect([await one('platform'), await one('current')]).toEqual([['4.0.0+eeeeeee'], ['4.0.0+eeeeeee']])
    const service = platform.app.get(ReleaseService)
    await platform.app.get(Registry).transaction((tx) => service.makeCurrent(tx, '3.0.0+ddddddd'))
    await start('4.0.0+eeeeeee', dir)
    expect([await one('platform'), await one('current')]).toEqual([['4.0.0+eeeeeee'], ['3.0.0+ddddddd']])
  })

  it('is refused, before anything is changed, while a tenant runs a data plane it does not work with', async () => {
    const { url } = platform.binding.database
    await expect(requireKnownPlanes(url, 1)).resolves.toBeUndefined()
    await expect(requireKnownPlanes(url, 2)).resolves.toBeUndefined()
    await expect(requireKnownPlanes(url, 3)).rejects.toThrow(/^version_skew: .* 0\.0\.0\+test \(protocol 1: stays\)/)
  })
})
