import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Passwords {
  superuser: string
  platform: string
}

/** The data of a server that was stopped in order: a server of a test starts on a copy of it. */
export interface Prepared {
  data: string
  passwords: Passwords
}

/** Folder for what the test files of one run share; the run makes and removes it (`prepared.setup.ts`). Null outside a run. */
export const preparedFolder = (): string | null => process.env['CITYOS_TEST_PREPARED'] ?? null

/**
 * What `make` leaves in a folder, made once in a run. Two files that come at once both make it, and the slower one's is
 * thrown away.
 * @param make starts a server in the folder it is given (`<folder>/postgres`), fills it and stops it
 */
export async function preparedOnce(folder: string, name: string, make: (draft: string) => Promise<Passwords>): Promise<Prepared> {
  const home = join(folder, name)
  if (!existsSync(home)) {
    const draft = mkdtempSync(join(folder, 'draft-'))
    // for us alone so far; the server's account has to pass through it
    chmodSync(draft, 0o711)
    try {
      const passwords = await make(draft)
      // written anew at every start; a copy would ask for the same port
      rmSync(join(draft, 'postgres/data/postgresql.conf'))
      writeFileSync(join(draft, 'passwords.json'), JSON.stringify(passwords), { mode: 0o600 })
      renameSync(draft, home)
    } catch (error) {
      rmSync(draft, { recursive: true, force: true })
      if (!existsSync(home)) throw error
    }
  }
  const passwords = JSON.parse(readFileSync(join(home, 'passwords.json'), 'utf8')) as Passwords
  return { data: join(home, 'postgres/data'), passwords }
}

/** Copies a data directory with its owner and rights, which Postgres insists on. */
export async function copyData(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-Rp', from, to])
}
