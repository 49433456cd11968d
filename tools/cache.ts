import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where finished tools are kept, outside any checkout: CITYOS_TOOLS_CACHE, or the user's cache folder. */
export function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return process.env['CITYOS_TOOLS_CACHE'] || join(cache, 'cityos', 'tools')
}

/** Name of a tool's folder in the cache. It changes with anything the tool is made from. */
export function cacheKey(name: string, ...ingredients: (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const each of [process.platform, process.arch, ...ingredients]) {
    hash.update(`${each.length}\n`)
    hash.update(each)
  }
  return `${name}-${hash.digest('hex').slice(0, 16)}`
}

/** The contents of a folder's files with their names, in a fixed order, as ingredients of a key. */
export function folderIngredients(folder: string): (string | Buffer)[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return paths.flatMap((path) => [path.slice(folder.length), readFileSync(path)])
}

/**
 * The folder `key` of the cache; `make` fills it when it is not there. A folder appears whole or not at all; of two processes
 * that make the same one at a time, one result stays.
 */
export async function cached(key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), key)
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  try {
    await make(partial)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return folder
}
