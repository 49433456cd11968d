import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DebianPackage } from './base.ts'

/** A program in the image that is neither ours nor a package of npm or Debian. */
export interface Program {
  name: string
  version: string
  /** Package URL. */
  purl: string
  /** Where it lies on this machine. */
  file: string
}

interface Bill {
  serialNumber?: string
  metadata: { timestamp?: string; component: Record<string, unknown> }
  components: Record<string, unknown>[]
}

/**
 * Everything inside an image as a CycloneDX document: what the release's own bill names, Node, the system's packages,
 * further programs. The same contents give the same document.
 */
export async function billOfImage(releaseDir: string, version: string, packages: readonly DebianPackage[], programs: readonly Program[]) {
  const bill = JSON.parse(await readFile(join(releaseDir, 'sbom.json'), 'utf8')) as Bill
  delete bill.serialNumber
  delete bill.metadata.timestamp
  bill.metadata.component = { ...bill.metadata.component, type: 'container', version }
  const system = packages.map(({ name, version: installed, architecture }) => {
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(installed)}?arch=${architecture}`
    return { type: 'library', name, version: installed, purl, 'bom-ref': purl }
  })
  const further = programs.map(({ name, version: known, purl }) => ({ type: 'application', name, version: known, purl, 'bom-ref': purl }))
  bill.components = [...system, ...further, ...bill.components]
  return `${JSON.stringify(bill, null, 1)}\n`
}
