import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepAssets } from './kept-assets.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cityos-kept-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function release(version: string): { dir: string; version: string } {
  const dir = join(root, `release-${version}`)
  for (const part of ['assets', 'console/tenant/assets']) {
    mkdirSync(join(dir, part), { recursive: true })
    writeFileSync(join(dir, part, `main-${version}.js`), version)
  }
  return { dir, version }
}
const start = new Date('2026-01-01T00:00:00Z')
const after = (days: number) => new Date(start.getTime() + days * 86_400_000)

it('a release finds what the others have left, and leaves its own', async () => {
  const kept = join(root, 'kept')
  expect(await keepAssets(kept, release('1+a'), start)).toEqual([])
  const others = await keepAssets(kept, release('2+b'), after(1))
  expect(others).toEqual([join(kept, '1-a')])
  expect(readFileSync(join(others[0]!, 'console/tenant/assets/main-1+a.js'), 'utf8')).toBe('1+a')
  expect(await keepAssets(kept, release('1+a'), after(2))).toEqual([join(kept, '2-b')])
  expect(readdirSync(kept).sort()).toEqual(['1-a', '2-b'])
})

it('takes away what nobody has served for a week', async () => {
  const kept = join(root, 'kept')
  await keepAssets(kept, release('1'), start)
  await keepAssets(kept, release('2'), after(6))
  expect(await keepAssets(kept, release('3'), after(8))).toEqual([join(kept, '2')])
  expect(existsSync(join(kept, '1'))).toBe(false)
})

it('several processes of one release that start at once leave one whole folder', async () => {
  const kept = join(root, 'kept')
  const one = release('1')
  await Promise.all([keepAssets(kept, one, start), keepAssets(kept, one, start), keepAssets(kept, one, start)])
  expect(readdirSync(kept)).toEqual(['1'])
  expect(readFileSync(join(kept, '1/assets/main-1.js'), 'utf8')).toBe('1')
})
