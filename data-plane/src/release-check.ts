import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AppliedMigration, type Binding, planeProtocol, protocolsAgree, ReleaseManifest, schemaObstacle } from '@cityos/contract'
import { sql } from 'kysely'
import type { Database } from '../platform/db/index.ts'

/** This release cannot serve the tenant; the first word of the message says why: `schema_unknown`, `version_skew`. */
export class WrongRelease extends Error {
  constructor(reason: 'schema_unknown' | 'version_skew', message: string) {
    super(`${reason}: ${message}`)
    this.name = 'WrongRelease'
  }
}

/**
 * Refuses a database this release does not know, and a control plane it does not speak with (design §4): asked before
 * anything is served, so that an old process never writes what a new schema does not expect.
 * @throws WrongRelease
 */
export async function requireFit(binding: Binding, database: Database): Promise<void> {
  if (binding.protocol !== undefined && !protocolsAgree(binding.protocol, planeProtocol))
    throw new WrongRelease(
      'version_skew',
      `this data plane speaks protocol ${planeProtocol}, its control plane ${binding.protocol}: it works with ${planeProtocol} and ${planeProtocol + 1}`,
    )
  const { version, migrations, checksums } = ReleaseManifest.parse(
    JSON.parse(readFileSync(join(binding.release_dir, 'release.json'), 'utf8')),
  )
  if (migrations.length === 0) return // a build from before journals were listed: it was migrated to by its own journal
  const { rows } = await sql<AppliedMigration>`select * from public.schema_migration`.execute(database.read)
  const own = new Map(
    migrations.flatMap(({ name }) => (checksums[`migrations/${name}`] ? [[name, checksums[`migrations/${name}`]!] as const] : [])),
  )
  const obstacle = schemaObstacle(migrations, rows, own)
  if (obstacle) throw new WrongRelease('schema_unknown', `release ${version}: ${obstacle.message}`)
}
