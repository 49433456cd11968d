import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const checkout = join(import.meta.dirname, '..')
const left: readonly string[] = ['.git', '.cityos', 'node_modules', 'dist', '.types', 'test-results']

/** One change of a source file: the only place that says `find` says `put` instead. */
export interface Change {
  /** Path inside the checkout. */
  file: string
  find: string
  put: string
}

/**
 * A copy of this checkout with some lines changed, for building another release from it. Dependencies are shared and what
 * has been built is copied, so that only the parts that depend on the change are built again.
 * @returns its folder, which the caller removes
 * @throws when a change does not apply exactly once
 */
export function changedCheckout(changes: readonly Change[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-changed-'))
  for (const name of readdirSync(checkout)) {
    if (left.includes(name)) continue
    cpSync(join(checkout, name), join(folder, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.types'),
    })
  }
  shareDependencies(folder)
  const parts = join(checkout, 'dist/parts')
  if (existsSync(parts)) cpSync(parts, join(folder, 'dist/parts'), { recursive: true, preserveTimestamps: true })
  for (const { file, find, put } of changes) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    if (text.split(find).length !== 2) throw new Error(`${file} does not say exactly once: ${find}`)
    writeFileSync(
      path,
      text.replace(find, () => put),
    )
  }
  return folder
}

/** The installed packages of this checkout, by links: nothing is installed, and nothing here can be changed from there. */
function shareDependencies(folder: string): void {
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name !== '.cityos-lock') symlinkSync(join(checkout, 'node_modules', name), join(folder, 'node_modules', name))
  }
  cpSync(join(checkout, 'pnpm-lock.yaml'), join(folder, 'node_modules/.cityos-lock'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
