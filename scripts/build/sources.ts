import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** The checkout's folder. */
export const root = join(import.meta.dirname, '..', '..')

const skippedFolders = new Set(['node_modules', 'dist', 'generated', '.types', 'test-results', 'coverage'])

/** Files below `paths` (files or folders, relative to the checkout) that `keep` accepts; sorted, relative, without tests. */
export async function sourceFiles(paths: readonly string[], keep: (file: string) => boolean = () => true): Promise<string[]> {
  const found: string[] = []
  async function visit(path: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true })
    await Promise.all(
      entries.map(async (entry) => {
        const child = join(path, entry.name)
        if (entry.isDirectory()) {
          if (!skippedFolders.has(entry.name)) await visit(child)
          return
        }
        const file = relative(root, child)
        if (!/\.test\.tsx?$|\.tsbuildinfo$/.test(file) && keep(file)) found.push(file)
      }),
    )
  }
  for (const path of paths) {
    const absolute = join(root, path)
    if (!existsSync(absolute)) continue
    const isFile = /\.[a-z]+$/.test(path)
    if (isFile) found.push(path)
    else await visit(absolute)
  }
  return [...new Set(found)].sort()
}

/** One checksum over names and contents: equal means that building again would give the same. */
export async function hashFiles(files: readonly string[]): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(join(root, file))))
  const hash = createHash('sha256')
  for (const [index, file] of files.entries()) hash.update(`${file}\0${contents[index]!.length}\0`).update(contents[index]!)
  return hash.digest('hex')
}
