import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/** The operating-system account Postgres runs under. */
export interface Account {
  name: string
  /** Null: the account that runs this process. */
  uid: number | null
  gid: number | null
}

/**
 * Postgres refuses to run as root. Run by root, it gets the account `postgres` or `nobody`; it must be in
 * `/etc/passwd`, because initdb looks itself up there.
 * @throws when this process is root and there is no such account
 */
export function postgresAccount(): Account {
  if (process.getuid?.() !== 0) return { name: userInfo().username, uid: null, gid: null }
  const passwd = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const entry = passwd.find(([name]) => name === wanted)
    if (entry) return { name: wanted, uid: Number(entry[2]), gid: Number(entry[3]) }
  }
  throw new Error('Postgres refuses to run as root and /etc/passwd has neither "postgres" nor "nobody": run CityOS as an ordinary user')
}

/** Gives a path that this process made to the account. */
export function give(account: Account, path: string): void {
  if (account.uid !== null && account.gid !== null) chownSync(path, account.uid, account.gid)
}

/**
 * The first folder on the way to `path` that the account may not pass through; null when it can reach the path.
 * A folder that does not exist yet counts as reachable.
 */
export function firstUnreachable(account: Account, path: string): string | null {
  const folders: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    folders.unshift(folder)
    if (dirname(folder) === folder) break
  }
  for (const folder of folders) {
    if (!mayPass(account, folder)) return folder
  }
  return null
}

function mayPass(account: Account, folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (!stat) return true
  if (account.uid === null) {
    try {
      accessSync(folder, constants.X_OK)
      return true
    } catch {
      return false
    }
  }
  if (stat.uid === account.uid) return (stat.mode & 0o100) !== 0
  if (stat.gid === account.gid) return (stat.mode & 0o010) !== 0
  return (stat.mode & 0o001) !== 0
}
