import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { migrate, readMigrations, schemaHash } from '../../migrate.ts'
import { PostgresCluster } from './cluster.ts'
import { Databases, databaseName, type Login, type TenantLogins } from './databases.ts'
import { copyData, type Passwords, type Prepared, preparedFolder, preparedOnce } from './prepared.ts'
import { memoryFolder, removeWhenThisProcessEnds } from './throwaway.ts'

/** A tenant's database as production makes it: cloned from a template, with its two logins. */
export interface TestDatabase {
  name: string
  /** As the application login: rows only. */
  url: string
  /** As the owner login: DDL. */
  ownerUrl: string
  /** As the platform's role. */
  platformUrl: string
  drop(): Promise<void>
}

export interface TestPostgres {
  /** Database `postgres` as the platform's role (CREATEDB, CREATEROLE, no superuser). */
  url: string
  databases: Databases
  /** An empty database of the platform's role (for the registry). */
  emptyDatabase(): Promise<{ name: string; url: string }>
  /** A tenant database at the end of the journal `<dir>/migrations.json`; the template is built once per server. */
  tenantDatabase(dir: string, tenantId?: string): Promise<TestDatabase>
  /** A database of the platform's role at the end of such a journal (the registry). */
  platformDatabase(dir: string): Promise<{ name: string; url: string }>
  stop(): Promise<void>
}

/** Journals whose templates a server is to have from its start: in a run of tests they are built once for all its files. */
export interface Journals {
  tenants?: string
  platform?: string
}

const password = () => randomBytes(18).toString('base64url')

/**
 * A Postgres server for one test file: data in memory where there is `/dev/shm`, no fsync. Stops and leaves nothing
 * behind when `stop` is called or this process ends, however it ends.
 */
export async function startTestPostgres(journals: Journals = {}): Promise<TestPostgres> {
  const dir = mkdtempSync(join(memoryFolder(), 'cityos-test-'))
  const shared = preparedFolder()
  const { cluster, databases } = await startServer(dir, shared === null ? null : await prepared(shared, journals))
  const forget = removeWhenThisProcessEnds(dir, cluster.identity!.pid)
  let stopped = false
  return {
    url: cluster.url(),
    databases,
    async emptyDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`
      return { name, url: await databases.ensurePlatformDatabase(name) }
    },
    async tenantDatabase(journalDir, tenantId = `tnt_${randomBytes(13).toString('hex')}`) {
      const template = await databases.ensureTemplate(await readMigrations(journalDir))
      const name = databaseName(tenantId)
      const login = (suffix: string): Login => ({ name: `${name}_${suffix}`, password: password() })
      const logins: TenantLogins = { application: login('app'), owner: login('own') }
      await databases.ensureTenant(tenantId, template, logins)
      return {
        name,
        url: databases.address(name, logins.application),
        ownerUrl: databases.address(name, logins.owner),
        platformUrl: databases.address(name),
        drop: () => databases.dropTenant(tenantId),
      }
    },
    async platformDatabase(journalDir) {
      const name = `test_${randomBytes(6).toString('hex')}`
      await databases.replaceByClone(await platformTemplate(databases, journalDir), name)
      return { name, url: databases.address(name) }
    },
    async stop() {
      if (stopped) return
      stopped = true
      await databases.close()
      await cluster.stop()
      rmSync(dir, { recursive: true, force: true })
      forget()
    },
  }
}

/** @param from what to start on; without it the server is made from nothing */
async function startServer(dir: string, from: Prepared | null, passwords?: Passwords) {
  const cluster = new PostgresCluster({
    dir: join(dir, 'postgres'),
    logFile: join(dir, 'postgres.log'),
    passwords: from?.passwords ?? passwords ?? { superuser: password(), platform: password() },
    durability: 'throwaway',
    maxConnections: 200,
  })
  // mkdtemp makes the folder for us alone; the server's account has to pass through it.
  if (cluster.account.uid !== null) chmodSync(dir, 0o711)
  if (from) {
    cluster.makeHome()
    await copyData(from.data, cluster.dataDir)
  }
  await cluster.start()
  const databases = new Databases(cluster.url())
  if (!from) await databases.ensureGroups()
  return { cluster, databases }
}

/** The server of a run that has these templates and nothing else. */
async function prepared(folder: string, { tenants, platform }: Journals): Promise<Prepared> {
  const dirs = [tenants, platform].filter((dir) => dir !== undefined)
  const hashes = await Promise.all(dirs.map(async (dir) => schemaHash(await readMigrations(dir))))
  return preparedOnce(folder, ['server', ...hashes].join('-'), async (draft) => {
    const passwords = { superuser: password(), platform: password() }
    const from = dirs.length > 0 ? await prepared(folder, {}) : null
    const { cluster, databases } = await startServer(draft, from, passwords)
    const forget = removeWhenThisProcessEnds(draft, cluster.identity!.pid)
    try {
      if (tenants !== undefined) await databases.ensureTemplate(await readMigrations(tenants))
      if (platform !== undefined) await platformTemplate(databases, platform)
    } finally {
      await databases.close()
      await cluster.stop()
      forget()
    }
    return from?.passwords ?? passwords
  })
}

async function platformTemplate(databases: Databases, journalDir: string): Promise<string> {
  const migrations = await readMigrations(journalDir)
  const name = `platform_${schemaHash(migrations)}`
  if (await databases.exists(name)) return name
  const client = new pg.Client(await databases.ensurePlatformDatabase(name))
  await client.connect()
  try {
    await migrate(client, migrations)
  } finally {
    await client.end()
  }
  return name
}
