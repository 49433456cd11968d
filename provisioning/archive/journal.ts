import { DomainError } from '@cityos/contract'
import { withConnection } from '../local/postgres/connection.ts'
import { ownerRole } from '../local/postgres/databases.ts'
import { type Migration, migrate } from '../migrate.ts'
import type { ArchiveHeader } from './manifest.ts'

/** Names of the migrations an archive has behind it. */
export const namesOf = (header: ArchiveHeader): Set<string> => new Set(header.journal.map((applied) => applied.name))

/**
 * What of a release's journal leads to the archive's own schema: up to the archive's last migration. Contract ones among
 * them that were still waiting in the archive are there too; `namesOf` says which were not.
 * @throws DomainError archive_newer_schema
 */
export function journalUpTo(header: ArchiveHeader, migrations: readonly Migration[], release: string): Migration[] {
  const places = new Map(migrations.map((migration, position) => [migration.name, position]))
  let last = -1
  for (const applied of header.journal) {
    const position = places.get(applied.name)
    if (position === undefined && header.journal.length > migrations.length) {
      const message = `the archive is of release ${header.release}, whose schema is newer than that of ${release}: use that release or a later one`
      throw new DomainError('archive_newer_schema', { message })
    }
    if (position === undefined || migrations[position]!.checksum !== applied.checksum) {
      const message = `the archive's migration ${applied.name} is not one of release ${release}: use release ${header.release}`
      throw new DomainError('archive_newer_schema', { message })
    }
    last = Math.max(last, position)
  }
  return migrations.slice(0, last + 1)
}

/** From the archive's schema to the release's; contract migrations that waited there go on waiting. */
export function bringForward(url: string, migrations: Migration[], carried: ReadonlySet<string>): Promise<string[]> {
  return withConnection(url, 'archive', (client) => migrate(client, migrations, ownerRole, { carried }))
}
