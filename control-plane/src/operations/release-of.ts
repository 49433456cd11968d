import type { Release } from '@cityos/provisioning'
import type { Db } from '../registry/registry.ts'
import { StepRefused } from './definition.ts'

/** A known release as a driver wants it. @throws StepRefused when the registry does not know it */
export async function releaseOf(db: Db, version: string): Promise<Release> {
  const row = await db.release.findUnique({ where: { version } })
  if (!row) throw new StepRefused(`release ${version} is not known to this platform`)
  return { version: row.version, dir: row.dir, schema: row.schema }
}
