import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface BuiltRelease {
  version: string
  dir: string
  schema: string
}

/** The release this run was built with: no later build of the checkout changes it. */
export function builtRelease(): BuiltRelease {
  const dir = process.env['CITYOS_RELEASE']
  if (!dir) throw new Error('the release was not built')
  const { version, schema } = JSON.parse(readFileSync(join(dir, 'release.json'), 'utf8')) as Omit<BuiltRelease, 'dir'>
  return { version, dir, schema }
}
