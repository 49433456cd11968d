import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { nodeAddress, runFolder, startFailure } from './api.ts'
import { acquireLock, Locked } from './lock.ts'
import { LogFiles } from './log-files.ts'
import { parseNodeOptions, UsageError } from './options.ts'
import { loadRootKey, Sealer } from './seal.ts'
import { StateStore } from './state.ts'
import { DamagedFile, DiskFull, readJson, requireSpace, writeAtomically } from './storage.ts'

const dir = mkdtempSync(join(tmpdir(), 'cityos-storage-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const settings = { host: '127.0.0.1', port: 8080, base_domain: 'localhost' }

test('a file is replaced as a whole, for its owner only, and leaves no draft', () => {
  const file = join(dir, 'atomic', 'state.json')
  writeAtomically(file, 'one')
  writeAtomically(file, 'two')
  expect(readFileSync(file, 'utf8')).toBe('two')
  expect(readdirSync(join(dir, 'atomic'))).toEqual(['state.json'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a full disk is said in words, and what was there stays', () => {
  // A file system of 64 KiB in memory; needs root, like the whole test image.
  const small = join(dir, 'small')
  mkdirSync(small)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status === 0
  if (!mounted) return expect(() => requireSpace(dir, Number.MAX_SAFE_INTEGER)).toThrow(DiskFull)
  try {
    const store = new StateStore(small, settings)
    store.update({ release: 'before' })
    const large = Array.from({ length: 2_000 }, (_, index) => ({ version: `v${index}`, dir: '/releases/somewhere/else', schema: 's' }))
    expect(() => store.update({ releases: large })).toThrow(DiskFull)
    expect(() => store.update({ releases: large })).toThrow('free some space, nothing was changed')
    expect(store.state).toMatchObject({ release: 'before', releases: [] })
    expect(new StateStore(small, settings).state).toMatchObject({ release: 'before', releases: [] })
    expect(readdirSync(small)).toEqual(['state.json'])
    expect(() => requireSpace(small, 1024 * 1024)).toThrow(DiskFull)
  } finally {
    spawnSync('umount', [small])
  }
})

test.each([
  ['', 'empty'],
  ['{"half":', 'not JSON'],
  ['{"a":"text"}', 'a: '],
])('a damaged file %j is named, with the reason and what to do', (text, reason) => {
  const file = join(dir, 'damaged.json')
  writeFileSync(file, text)
  const read = () => readJson(file, z.object({ a: z.number() }), 'put it back')
  expect(read).toThrow(DamagedFile)
  expect(read).toThrow(`${file} is damaged (${reason}`)
  expect(read).toThrow('put it back')
})

test('a missing file is no damage', () => {
  expect(readJson(join(dir, 'nowhere.json'), z.object({}), '')).toBeNull()
})

test('a secret opens with its own context and key only, and not when it was touched', () => {
  const sealer = new Sealer(Buffer.alloc(32, 1))
  const sealed = sealer.seal('tenant secret', 'tenant tnt_a')
  expect(sealed).not.toContain('secret')
  expect(sealer.seal('tenant secret', 'tenant tnt_a')).not.toBe(sealed)
  expect(sealer.open(sealed, 'tenant tnt_a')).toBe('tenant secret')
  expect(() => sealer.open(sealed, 'tenant tnt_b')).toThrow('does not open')
  expect(() => new Sealer(Buffer.alloc(32, 2)).open(sealed, 'tenant tnt_a')).toThrow('does not open')
  const touched = sealed.slice(0, -4) + (sealed.endsWith('AAA=') ? 'BBB=' : 'AAA=')
  expect(() => sealer.open(touched, 'tenant tnt_a')).toThrow('does not open')
  expect(() => sealer.open('v1.AAAA', 'tenant tnt_a')).toThrow('is damaged')
})

test('passwords derive from the root key: the same after a restart, another for another purpose', () => {
  const sealer = new Sealer(Buffer.alloc(32, 1))
  expect(new Sealer(Buffer.alloc(32, 1)).password('a')).toBe(sealer.password('a'))
  expect(sealer.password('b')).not.toBe(sealer.password('a'))
  expect(sealer.password('a')).toMatch(/^[\w-]{43}$/)
})

test('the root key is made once, readable by its owner only; an open or wrong one is refused', () => {
  const file = join(dir, 'root.key')
  const key = loadRootKey(file, undefined, true)
  expect(loadRootKey(file, undefined, false)).toEqual(key)
  chmodSync(file, 0o644)
  expect(() => loadRootKey(file, undefined, false)).toThrow(`run "chmod 600 ${file}"`)
  expect(() => loadRootKey(file, 'too short', false)).toThrow('CITYOS_ROOT_KEY is not 32 bytes in base64')
  expect(() => loadRootKey(join(dir, 'none.key'), undefined, false)).toThrow('data sealed with it exists')
  expect(existsSync(join(dir, 'none.key'))).toBe(false)
})

test('sockets lie in the data directory, or in a short folder of our own where their path would be too long', () => {
  expect(runFolder(join(dir, 'short'))).toBe(join(dir, 'short', 'run'))
  const long = runFolder(join(dir, 'x'.repeat(90)))
  expect(Buffer.byteLength(join(long, 'control-plane.sock'))).toBeLessThanOrEqual(100)
  expect(statSync(long).mode & 0o777).toBe(0o700)
  // A folder that others may write to is not ours.
  chmodSync(long, 0o777)
  expect(() => runFolder(join(dir, 'x'.repeat(90)))).toThrow('has to belong to this account alone')
  rmSync(long, { recursive: true })
})

test('a note that cannot be read counts as none', () => {
  mkdirSync(join(dir, 'notes', 'node'), { recursive: true })
  for (const name of ['node.json', 'failure.json']) writeFileSync(join(dir, 'notes', 'node', name), '{"pid":')
  expect(nodeAddress(join(dir, 'notes'))).toBeNull()
  expect(startFailure(join(dir, 'notes'))).toBeNull()
})

test('a lock is held once, and free again after release', () => {
  const file = join(dir, 'lock')
  const lock = acquireLock(file)
  expect(() => acquireLock(file)).toThrow(Locked)
  lock.release()
  acquireLock(file).release()
})

test('a fencing number outlives its tenant', () => {
  const folder = join(dir, 'fences')
  const store = new StateStore(folder, settings)
  store.updateTenant('tnt_a', { fence: 9 })
  store.removeTenant('tnt_a')
  expect(new StateStore(folder, settings).updateTenant('tnt_a', {}).fence).toBe(9)
})

test('a log that has grown is moved aside while it is open', () => {
  const folder = join(dir, 'logs')
  mkdirSync(folder)
  const logs = new LogFiles(folder, 10)
  logs.close()
  writeFileSync(join(folder, 'large.log'), 'x'.repeat(11))
  writeFileSync(join(folder, 'small.log'), 'x')
  expect(logs.trim()).toEqual([join(folder, 'large.log')])
  expect(statSync(join(folder, 'large.log')).size).toBe(0)
  expect(statSync(join(folder, 'large.log.1')).size).toBe(11)
})

test('the command line comes before the environment, and nonsense is refused', () => {
  expect(parseNodeOptions(['--data', '/d', '--warm-processes', '3'], { CITYOS_WARM_PROCESSES: '5', CITYOS_IDLE_AFTER: '7' })).toMatchObject(
    {
      dataDir: '/d',
      warmProcesses: 3,
      idleAfter: 7,
      port: null,
      databaseUrl: null,
    },
  )
  expect(parseNodeOptions([], { CITYOS_DATA: '/from-environment' }).dataDir).toBe('/from-environment')
  expect(() => parseNodeOptions(['--data', '/d', '--port', '70000'], {})).toThrow(UsageError)
  expect(() => parseNodeOptions(['--data', '/d', '--nonsense'], {})).toThrow(UsageError)
  expect(() => parseNodeOptions([], {})).toThrow('--data DIR is missing')
})
