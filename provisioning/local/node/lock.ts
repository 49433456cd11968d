import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another node process works on this data directory. */
export class Locked extends Error {
  constructor(file: string) {
    super(`another CityOS node already runs on this data directory (lock ${file}): use "cityos status", or another --data`)
    this.name = 'Locked'
  }
}

/**
 * Takes a lock that the kernel lets go of when this process ends, however it ends: an exclusively opened SQLite file
 * is the one such lock that Node offers on every platform.
 * @throws Locked when another process holds it
 */
export function acquireLock(file: string): { release(): void } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw new Locked(file)
    throw error
  }
  return { release: () => database.close() }
}
