import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ArchiveReport } from '../../archive/archive.ts'
import { FolderArchives } from './store.ts'

const place = { tenantId: 'tnt_01m83ayj44qsf5njd979fjvjfq', archiveId: 'bkp_00000000000000000001' }
const now = new Date('2026-11-23T10:00:00Z')
const agreed = async () => undefined
let dir: string
let store: FolderArchives

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cityos-store-'))
  store = new FolderArchives(dir, () => now)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const report = (content: string, change: Partial<ArchiveReport> = {}): ArchiveReport => ({
  release: '1.0.0',
  schema: 'core/0001_init',
  takenAt: now.toISOString(),
  rowCounts: {},
  files: { count: 0, bytes: 0 },
  contentChecksum: '0'.repeat(64),
  sizeBytes: content.length,
  checksum: createHash('sha256').update(content).digest('hex'),
  milliseconds: 1,
  ...change,
})
const writing =
  (content: string, change: Partial<ArchiveReport> = {}) =>
  async (sink: Writable) => {
    sink.end(content)
    return report(content, change)
  }
const files = () => (existsSync(join(dir, place.tenantId)) ? readdirSync(join(dir, place.tenantId)).sort() : [])

it('an archive is there when all of it has come, and can be read and deleted', async () => {
  const stored = await store.keep(place, writing('archive'), agreed)
  expect(await store.find(place)).toEqual(stored)
  expect(await text(store.open(place))).toBe('archive')
  expect(await store.places()).toEqual([place])
  expect(await store.places('tnt_other')).toEqual([])
  await store.delete(place)
  expect([await store.find(place), existsSync(join(dir, place.tenantId))]).toEqual([null, false])
})

it('one that came short, or was changed on the way, or may not be kept any more leaves nothing', async () => {
  await expect(store.keep(place, writing('archive', { sizeBytes: 8 }), agreed)).rejects.toThrow(/7 bytes of 8/)
  await expect(store.keep(place, writing('archive', { checksum: 'f'.repeat(64) }), agreed)).rejects.toThrow(/did not come whole/)
  const overtaken = () => Promise.reject(new Error('a newer operation has taken over'))
  await expect(store.keep(place, writing('archive'), overtaken)).rejects.toThrow(/taken over/)
  const broken = async (sink: Writable): Promise<ArchiveReport> => {
    sink.write('arch')
    throw new Error('the pod broke off')
  }
  await expect(store.keep(place, broken, agreed)).rejects.toThrow(/broke off/)
  expect([files(), await store.find(place)]).toEqual([[], null])
})

it('what a killed process left goes with the next archive; what another one writes now stays', async () => {
  const folder = join(dir, place.tenantId)
  mkdirSync(folder)
  const old = new Date(now.getTime() - 2 * 3_600_000)
  for (const [name, at] of [
    ['a.age.1.tmp', old],
    ['b.age.2.tmp', now],
    ['bkp_00000000000000000009.age', old],
  ] as const) {
    writeFileSync(join(folder, name), 'half')
    utimesSync(join(folder, name), at, at)
  }
  await store.keep(place, writing('archive'), agreed)
  expect(files()).toEqual(['b.age.2.tmp', `${place.archiveId}.age`, `${place.archiveId}.json`])
})
