import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.ts'
import { hashFiles, sourceFiles } from './sources.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('two pieces of work never overlap', async () => {
  const path = join(folder, 'lock')
  const order: string[] = []
  let oneMayEnd = () => {}
  const someoneWaits = new Promise<void>((resolve) => {
    oneMayEnd = resolve
  })
  const work = (name: string) =>
    withLock(
      path,
      () => {
        order.push(`${name} waits`)
        oneMayEnd()
      },
      async () => {
        order.push(`${name} starts`)
        await someoneWaits
        order.push(`${name} ends`)
      },
    )
  await Promise.all([work('one'), work('two')])
  const [first, second] = order[0] === 'one starts' ? ['one', 'two'] : ['two', 'one']
  expect(order).toEqual([`${first} starts`, `${second} waits`, `${first} ends`, `${second} starts`, `${second} ends`])
})

test('a lock whose process is gone is taken over', async () => {
  const path = join(folder, 'lock')
  writeFileSync(path, '999999999')
  expect(
    await withLock(
      path,
      () => undefined,
      async () => 'done',
    ),
  ).toBe('done')
})

test('of many that find a dead lock at once, one after the other holds it', async () => {
  const path = join(folder, 'lock')
  for (let round = 0; round < 3; round += 1) {
    writeFileSync(path, `999999999 ${round}`)
    let [inside, most] = [0, 0]
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, () => undefined, work)))
    expect(most).toBe(1)
  }
  expect(readdirSync(folder)).toEqual([])
}, 60_000)

test('a dead lock on the removal of a dead lock is no obstacle', async () => {
  const path = join(folder, 'lock')
  writeFileSync(path, '999999999 one')
  writeFileSync(`${path}.removal`, '999999998 two')
  expect(
    await withLock(
      path,
      () => undefined,
      async () => 'done',
    ),
  ).toBe('done')
})

test('the checksum of sources leaves tests out and changes with names and contents', async () => {
  const files = await sourceFiles(['scripts'])
  expect(files).toContain('scripts/build/sources.ts')
  expect(files.some((file) => file.includes('.test.'))).toBe(false)
  expect(await hashFiles(files)).toBe(await hashFiles(files))
  expect(await hashFiles(files.slice(1))).not.toBe(await hashFiles(files))
})
