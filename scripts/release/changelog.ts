import type { ReleaseManifest } from '../../contract/src/release.ts'
import { packageChanges } from '../../provisioning/release-folder.ts'
import { git } from '../build/git.ts'
import type { StoredRelease } from './store.ts'

const mostLines = 200

/**
 * CHANGELOG.md of a release: its commits since the newest earlier release that git can reach, its new migrations and
 * packages, and what was not committed.
 * @param checkout where it was built; null for a build that was handed over: commits are left out then
 * @param build its folder
 */
export async function changelogOf(
  manifest: ReleaseManifest,
  earlier: readonly StoredRelease[],
  checkout: string | null,
  build: string,
): Promise<string> {
  const before = earlier.at(-1)
  const known = new Set(before?.manifest.migrations.map((migration) => migration.name))
  const migrations = manifest.migrations.filter((migration) => !known.has(migration.name))
  const sections = [
    section('Changes', checkout ? await commits(checkout, earlier) : []),
    section('Not committed', checkout && manifest.commit?.endsWith('+') ? await uncommitted(checkout) : []),
    section('Migrations', before ? migrations.map(({ name, kind }) => `${name} (${kind})`) : []),
    section(
      'Packages',
      before ? (await packageChanges(before.dir, build)).map(({ name, from, to }) => `${name} ${from ?? '–'} → ${to ?? '–'}`) : [],
    ),
  ]
  const body = sections.filter(Boolean).join('\n')
  return [
    `# ${manifest.version}`,
    '',
    `Built ${manifest.built_at.slice(0, 16).replace('T', ' ')} UTC${manifest.commit ? ` from ${manifest.commit.slice(0, 10)}${manifest.commit.endsWith('+') ? ' and changes' : ''}` : ''}.`,
    before ? `After ${before.manifest.version}.` : 'The first release of this platform.',
    '',
    body || 'Nothing is known of what is different.\n',
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const shown = lines.slice(0, mostLines).map((line) => `- ${line}`)
  const more = lines.length > mostLines ? [`- … and ${lines.length - mostLines} more`] : []
  return [`## ${title}`, '', ...shown, ...more, ''].join('\n')
}

/** Subjects since the newest earlier release whose commit is behind this one; without one, the last few. */
async function commits(checkout: string, earlier: readonly StoredRelease[]): Promise<string[]> {
  for (const { manifest } of earlier.toReversed()) {
    const commit = manifest.commit?.replace('+', '')
    if (!commit || (await git(checkout, 'merge-base', '--is-ancestor', commit, 'HEAD')) === null) continue
    return lines(await git(checkout, 'log', '--no-merges', '--format=%s', `${commit}..HEAD`))
  }
  return lines(await git(checkout, 'log', '--no-merges', '--format=%s', '--max-count=20'))
}

async function uncommitted(checkout: string): Promise<string[]> {
  return lines(await git(checkout, 'status', '--porcelain')).map((line) => line.slice(3))
}

const lines = (text: string | null): string[] => (text ? text.split('\n').filter(Boolean) : [])
