import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locale } from '@cityos/contract'

interface ManifestEntry {
  file: string
  css?: string[]
  assets?: string[]
}

/** Addresses of the hashed files of this release's storefront client. */
export interface Assets {
  script: string
  style: string
  /** Source of the worker that keeps tickets for places without network; served at the root, so that it may see all pages. */
  worker: string | null
  /** The font file the first screen of a language needs first. */
  font(locale: Locale): string | null
}

const entryName = 'client/main.ts'
const workerName = 'client/offline-worker.ts'

/**
 * Reads the manifest the build wrote.
 * @param folder `<release>/assets`
 * @throws Error when the release has no storefront client: a data plane without styles must not start
 */
export function readAssets(folder: string): Assets {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, ManifestEntry>
  const entry = manifest[entryName]
  const style = entry?.css?.[0]
  if (!entry || !style) throw new Error(`${folder}/manifest.json does not name ${entryName}: build the storefront client again`)
  const files = entry.assets ?? []
  const address = (file: string) => `/assets/${file}`
  const fontOf = (script: string) => files.find((file) => file.includes(`-${script}-400-`))
  return {
    script: address(entry.file),
    style: address(style),
    worker: manifest[workerName] ? readFileSync(join(folder, manifest[workerName].file), 'utf8') : null,
    font: (locale) => {
      const file = fontOf(locale === 'ar' ? 'arabic' : 'latin')
      return file ? address(file) : null
    },
  }
}
