import { journalUpTo, namesOf } from '../../archive/journal.ts'
import type { ArchiveHeader } from '../../archive/manifest.ts'
import type { Migration } from '../../migrate.ts'
import type { Databases } from '../postgres/databases.ts'
import type { ReleaseRecord } from './state.ts'

/**
 * A template at the archive's own schema, made of a release's journal, without the contract migrations that were still
 * waiting in it.
 * @throws DomainError archive_newer_schema
 */
export async function templateOf(
  databases: Databases,
  header: ArchiveHeader,
  migrations: readonly Migration[],
  release: ReleaseRecord,
): Promise<string> {
  return databases.ensureTemplate(journalUpTo(header, migrations, release.version), namesOf(header))
}
