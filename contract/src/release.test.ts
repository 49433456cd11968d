import { describe, expect, it, test } from 'vitest'
import { kindOfMigration, planMigrations, protocolsAgree, type ReleaseMigration, schemaObstacle, upgradeObstacle } from './release.ts'

const journal = (...names: string[]): ReleaseMigration[] => names.map((name) => ({ name, kind: kindOfMigration(name) }))
const applied = (...rows: [string, number, string?][]) =>
  rows.map(([name, position, checksum]) => ({ name, position, ...(checksum ? { checksum } : {}) }))
const init = 'core/migrations/0001_init.sql'
const note = 'core/migrations/0002_note.sql'
const drop = 'core/migrations/0003_contract_note.sql'
const gift = 'core/migrations/0004_gift.sql'

test('the file’s name says what kind of migration it is', () => {
  expect([init, note, drop].map(kindOfMigration)).toEqual(['expand', 'expand', 'contract'])
  expect(kindOfMigration('core/contract/migrations/0001_contractor.sql')).toBe('expand')
})

test('a control plane works with data planes of its own protocol and of the one before', () => {
  expect([1, 2, 3, 4].map((dataPlane) => protocolsAgree(3, dataPlane))).toEqual([false, true, true, false])
})

describe('a release runs on a database', () => {
  const known = journal(init, note)
  it('that has exactly its journal', () => {
    expect(schemaObstacle(known, applied([init, 0], [note, 1]))).toBeNull()
  })
  it('that has more, when all of it is expand and comes later', () => {
    expect(schemaObstacle(known, applied([gift, 3], [note, 1], [init, 0]))).toBeNull()
  })
  it('whose contract migrations still wait', () => {
    expect(schemaObstacle(journal(init, note, drop, gift), applied([init, 0], [note, 1], [gift, 3]))).toBeNull()
  })
})

describe('a release refuses a database', () => {
  const known = journal(init, note)
  it('that lacks an expand migration', () => {
    expect(schemaObstacle(known, applied([init, 0]))).toMatchObject({ reason: 'behind', migration: note })
  })
  it('that has a contract migration it does not know, whatever the row says about kinds', () => {
    const rows = applied([init, 0], [note, 1], [drop, 2])
    expect(schemaObstacle(known, rows)).toMatchObject({ reason: 'unknown', migration: drop })
    expect(schemaObstacle(known, [...rows.slice(0, 2), { name: gift, position: 3, kind: 'contract' }])).toMatchObject({ migration: gift })
  })
  it('with another history', () => {
    expect(schemaObstacle(known, applied([init, 0], [gift, 1], [note, 2]))).toMatchObject({ reason: 'unknown', migration: gift })
  })
  it('where a migration of its own was applied with another content', () => {
    const checksums = new Map([[note, 'b'.repeat(64)]])
    expect(schemaObstacle(known, applied([init, 0], [note, 1, 'a'.repeat(64)]), checksums)).toMatchObject({
      reason: 'edited',
      migration: note,
    })
    expect(schemaObstacle(known, applied([init, 0], [note, 1, 'b'.repeat(64)]), checksums)).toBeNull()
  })
})

describe('an upgrade applies', () => {
  const whole = journal(init, note, drop, gift)
  const names = (from: string[], carried: string[] | 'all') => {
    const plan = planMigrations(whole, new Set(from), carried === 'all' ? carried : new Set(carried))
    return { apply: plan.apply.map(({ name }) => name), waiting: plan.waiting.map(({ name }) => name) }
  }
  it('expand migrations; contract ones wait', () => {
    expect(names([init, note], [init, note])).toEqual({ apply: [gift], waiting: [drop] })
  })
  it('the contract migrations that the running release already carries', () => {
    expect(names([init, note, gift], [init, note, drop, gift])).toEqual({ apply: [drop], waiting: [] })
  })
  it('everything to a database that nobody runs yet', () => {
    expect(names([], 'all')).toEqual({ apply: [init, note, drop, gift], waiting: [] })
  })
})

describe('a tenant can be brought from one release to another', () => {
  const release = (version: string, migrations: ReleaseMigration[], upgrade_from: string | null = null, protocol = 1) => ({
    version,
    migrations,
    upgrade_from,
    protocol,
  })
  it('when its journal is a prefix of the other', () => {
    expect(upgradeObstacle(release('1', journal(init)), release('2', journal(init, note)))).toBeNull()
    expect(upgradeObstacle(release('1', journal(init, gift)), release('2', journal(init, note)))).toContain(gift)
    expect(upgradeObstacle(release('2', journal(init, note)), release('1', journal(init)))).toContain(note)
  })
  it('when it is as new as the release demands', () => {
    const to = release('3', journal(init, note, drop), 'core/migrations/0002_note')
    expect(upgradeObstacle(release('1', journal(init)), to)).toContain('go through a release between them')
    expect(upgradeObstacle(release('2', journal(init, note)), to)).toBeNull()
  })
  it('when the control plane speaks the protocol of the other', () => {
    expect(upgradeObstacle(release('1', []), release('2', [], null, 2), 1)).toContain('protocol 2')
    expect(upgradeObstacle(release('1', []), release('2', [], null, 2), 3)).toBeNull()
  })
})
