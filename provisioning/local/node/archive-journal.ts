import { DomainError } from '@cityos/contract'
import type { ArchiveHeader } from '../../archive/manifest.ts'
import { type Migration, migrate } from '../../migrate.ts'
import { withConnection } from '../postgres/connection.ts'
import { type Databases, ownerRole } from '../postgres/databases.ts'
import type { ReleaseRecord } from './state.ts'

/** Names of the migrations an archive has behind it. */
export const namesOf = (header: ArchiveHeader): Set<string> => new Set(header.journal.map((applied) => applied.name))

/**
 * A template at the archive's own schema, made of a release's journal: up to the archive's last migration, without the
 * contract ones that were still waiting in it.
 * @throws DomainError archive_newer_schema
 */
export function templateOf(
  databases: Databases,
  header: ArchiveHeader,
  migrations: readonly Migration[],
  release: ReleaseRecord,
): Promise<string> {
  const places = new Map(migrations.map((migration, position) => [migration.name, position]))
  let last = -1
  for (const applied of header.journal) {
    const position = places.get(applied.name)
    if (position === undefined && header.journal.length > migrations.length) {
      const message = `the archive is of release ${header.release}, whose schema is newer than that of ${release.version}: use that release or a later one`
      throw new DomainError('archive_newer_schema', { message })
    }
    if (position === undefined || migrations[position]!.checksum !== applied.checksum) {
      const message = `the archive's migration ${applied.name} is not one of release ${release.version}: use release ${header.release}`
      throw new DomainError('archive_newer_schema', { message })
    }
    last = Math.max(last, position)
  }
  return databases.ensureTemplate(migrations.slice(0, last + 1), namesOf(header))
}

/** From the archive's schema to the release's; contract migrations that waited there go on waiting. */
export function bringForward(url: string, migrations: Migration[], carried: ReadonlySet<string>): Promise<string[]> {
  return withConnection(url, 'archive', (client) => migrate(client, migrations, ownerRole, { carried }))
}
