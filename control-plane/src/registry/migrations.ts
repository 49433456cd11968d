import { migrate, readMigrations } from '@cityos/provisioning/migrate'
import pg from 'pg'

/**
 * Brings the registry to the schema of this release; safe to call from several processes at once.
 * @param dir folder with `migrations.json`
 * @returns names of the migrations applied now
 */
export async function migrateRegistry(url: string, dir: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'cityos registry migration' })
  await client.connect()
  try {
    return await migrate(client, await readMigrations(dir))
  } finally {
    await client.end()
  }
}
