import type { ReleaseManifest } from '../../contract/src/release.ts'
import { type StoredRelease, StoreRefusal } from './store.ts'

/**
 * A journal is append-only (design §4): of the newest release and this one, the longer journal goes on where the shorter
 * one ends, with the same content. Otherwise no tenant could ever come from one to the other.
 * @throws StoreRefusal naming the migration
 */
export function requireAppended(manifest: ReleaseManifest, earlier: readonly StoredRelease[]): void {
  const last = earlier.at(-1)?.manifest
  if (!last) return
  const common = Math.min(manifest.migrations.length, last.migrations.length)
  for (let position = 0; position < common; position += 1) {
    const [mine, theirs] = [manifest.migrations[position]!.name, last.migrations[position]!.name]
    if (mine !== theirs)
      throw new StoreRefusal(
        `The migration ${mine} stands where release ${last.version} has ${theirs}.`,
        'Journals only grow at their end: put it behind the last migration of that release.',
      )
    const file = `migrations/${mine}`
    const [now, before] = [manifest.checksums[file], last.checksums[file]]
    if (now !== undefined && before !== undefined && now !== before)
      throw new StoreRefusal(
        `The migration ${mine} was edited after release ${last.version}, whose tenants have it already.`,
        'Take the edit back and write a new migration.',
      )
  }
}
