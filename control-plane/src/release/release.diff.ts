import { upgradeObstacle } from '@cityos/contract'
import { packageChanges, readReleaseFolder } from '@cityos/provisioning/release'
import type { release } from '../../generated/client.ts'
import type { ReleaseDiff } from './release.contract.ts'
import { migrationsOf } from './release.view.ts'

type Counted = ReleaseDiff['files'][string]

/** What is different between two releases, from the registry and from their folders. @param changelog of `to` */
export async function differenceOf(from: release, to: release, changelog: string | null): Promise<ReleaseDiff> {
  const [before, after] = [migrationsOf(from), migrationsOf(to)]
  const names = (list: readonly { name: string }[]) => new Set(list.map((migration) => migration.name))
  const [had, has] = [names(before), names(after)]
  const folders = await Promise.all([readReleaseFolder(from.dir), readReleaseFolder(to.dir)])
  return {
    from: from.version,
    to: to.version,
    obstacle: upgradeObstacle({ ...from, migrations: before }, { ...to, migrations: after }),
    migrations: { added: after.filter(({ name }) => !had.has(name)), removed: before.filter(({ name }) => !has.has(name)) },
    components: await packageChanges(from.dir, to.dir),
    files: countedByPart(folders[0]?.checksums ?? {}, folders[1]?.checksums ?? {}),
    size_bytes: { from: Number(from.size_bytes), to: Number(to.size_bytes) },
    protocol: { from: from.protocol, to: to.protocol },
    changelog,
  }
}

/** How many files of each part came, went or are others now; a part without any is left out. */
function countedByPart(before: Record<string, string>, after: Record<string, string>): Record<string, Counted> {
  const counted: Record<string, Counted> = {}
  for (const file of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[file] === after[file]) continue
    const part = partOf(file)
    counted[part] ??= { added: 0, removed: 0, changed: 0 }
    const counts = counted[part]
    if (before[file] === undefined) counts.added += 1
    else if (after[file] === undefined) counts.removed += 1
    else counts.changed += 1
  }
  return counted
}

function partOf(file: string): string {
  const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : null
  if (folder) return ['assets', 'console', 'migrations'].includes(folder) ? folder : 'other'
  return /^(data-plane|control-plane)/.exec(file)?.[1] ?? 'other'
}
