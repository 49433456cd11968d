import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** How long pages of a release may stay open in a browser (design §4): milliseconds. */
const keptFor = 7 * 86_400_000
/** What pages ask for by a name that holds its own checksum. */
const hashed = ['assets', 'console/tenant/assets'] as const

/**
 * In a cluster a process has only its own release's files, and pages of others are still open: each release leaves its hashed
 * files in a folder that the tenant's processes share, and finds there what the others have left.
 * @param dir the shared folder; made when it is not there
 * @param release whose files are left there
 * @returns folders of the other releases of the last seven days, laid out as a release is
 */
export async function keepAssets(dir: string, release: { dir: string; version: string }, now: Date): Promise<string[]> {
  await mkdir(dir, { recursive: true })
  const own = release.version.replaceAll('+', '-')
  if (!existsSync(join(dir, own))) await copyInto(dir, own, release.dir)
  await utimes(join(dir, own), now, now)
  const others: string[] = []
  for (const name of (await readdir(dir)).filter((each) => each !== own)) {
    const folder = join(dir, name)
    // Another process may take it away in the same moment.
    const found = await stat(folder).catch(() => null)
    if (!found) continue
    if (now.getTime() - found.mtimeMs > keptFor) await rm(folder, { recursive: true, force: true })
    else if (!name.startsWith('.')) others.push(folder)
  }
  return others
}

/** Whole or not there: copied beside, then renamed. */
async function copyInto(dir: string, name: string, releaseDir: string): Promise<void> {
  const draft = await mkdtemp(join(dir, '.draft-'))
  for (const part of hashed)
    if (existsSync(join(releaseDir, part))) await cp(join(releaseDir, part), join(draft, part), { recursive: true })
  await rename(draft, join(dir, name)).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}
