import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { releaseLike } from '@cityos/provisioning/testing/release'
import type { Platform } from './platform.ts'

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

/** A release that differs from the built one by its version alone, in the store of this platform. */
export async function anotherRelease(platform: Platform): Promise<BuiltRelease> {
  const { version, schema } = builtRelease()
  const other = await releaseLike(join(platform.data.path, 'releases'), version, (folder) => {
    writeFileSync(join(folder, 'notice.txt'), 'another release\n')
    return ['notice.txt']
  })
  return { ...other, schema }
}
