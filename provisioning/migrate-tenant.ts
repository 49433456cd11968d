import { withConnection } from './local/postgres/connection.ts'
import { ownerRole } from './local/postgres/databases.ts'
import { type Migration, migrate } from './migrate.ts'
import type { MigrationReport } from './upgrade.ts'

/** How long a statement of a migration waits for its lock while a shop is open, before it gives way; milliseconds. */
const lockTimeoutMs = 2_000

/**
 * Brings the database of an open shop forward; see `DataPlaneDriver.migrate`.
 * @param carried names of the migrations that the release carries which serves now
 */
export async function migrateTenant(url: string, migrations: Migration[], carried: ReadonlySet<string>): Promise<MigrationReport> {
  const began = performance.now()
  const applied = await withConnection(url, 'migration', (client) => migrate(client, migrations, ownerRole, { carried, lockTimeoutMs }))
  return { applied, milliseconds: Math.round(performance.now() - began) }
}
