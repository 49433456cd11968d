import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Runs `work` while holding the lock file at `path`; waits while another living process holds it.
 * A lock whose process is gone is taken over.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  let announced = false
  while (!(await take(path))) {
    if (!announced) onWait()
    announced = true
    await delay(200)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** The file appears whole or not at all: it is written beside and linked into place, which one caller can do. */
async function take(path: string): Promise<boolean> {
  const mine = `${path}.${randomUUID()}`
  await writeFile(mine, `${process.pid} ${randomUUID()}`)
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(mine, { force: true })
  }
  await removeDead(path)
  return false
}

/**
 * Removes a lock whose process is gone. Only the holder of a lock on the removal does, after another look: a lock that
 * somebody took meanwhile is another text and stays.
 */
async function removeDead(path: string): Promise<void> {
  const found = await contentOf(path)
  if (found === '' || isAlive(Number.parseInt(found, 10))) return
  const removal = `${path}.removal`
  if (!(await take(removal))) return
  try {
    if ((await contentOf(path)) === found) await rm(path, { force: true })
  } finally {
    await rm(removal, { force: true })
  }
}

/** Empty when the lock is gone. */
async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
