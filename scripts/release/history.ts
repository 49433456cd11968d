import type { ReleaseManifest } from '../../contract/src/release.ts'
import { type StoredRelease, StoreRefusal } from './store.ts'

/**
 * A journal is append-only (design §4): of this release and each that tenants run, the longer journal goes on where the
 * shorter one ends, with the same content. Otherwise no tenant could ever come from one to the other. A release that
 * nobody runs binds nobody: what was wrong with it may be mended.
 * @param inUse releases that tenants are on
 * @throws StoreRefusal naming the migration
 */
export function requireAppended(manifest: ReleaseManifest, inUse: readonly StoredRelease[]): void {
  for (const { manifest: other } of inUse) requireOneLine(manifest, other)
}

function requireOneLine(manifest: ReleaseManifest, other: ReleaseManifest): void {
  const common = Math.min(manifest.migrations.length, other.migrations.length)
  for (let position = 0; position < common; position += 1) {
    const [mine, theirs] = [manifest.migrations[position]!.name, other.migrations[position]!.name]
    if (mine !== theirs)
      throw new StoreRefusal(
        `The migration ${mine} stands where release ${other.version}, which tenants run, has ${theirs}.`,
        'Journals only grow at their end: put it behind the last migration of that release.',
      )
    const file = `migrations/${mine}`
    const [now, before] = [manifest.checksums[file], other.checksums[file]]
    if (now !== undefined && before !== undefined && now !== before)
      throw new StoreRefusal(
        `The migration ${mine} was edited after release ${other.version}, whose tenants have it already.`,
        'Take the edit back and write a new migration.',
      )
  }
}
