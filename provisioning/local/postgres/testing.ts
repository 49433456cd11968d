import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMigrations } from '../../migrate.ts'
import { PostgresCluster } from './cluster.ts'
import { Databases, databaseName, type Login, type TenantLogins } from './databases.ts'

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
  stop(): Promise<void>
}

/**
 * A Postgres server for one test file: data in memory where there is `/dev/shm`, no fsync. Stops and leaves nothing
 * behind when `stop` is called or this process ends, however it ends.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cityos-test-'))
  const password = () => randomBytes(18).toString('base64url')
  const cluster = new PostgresCluster({
    dir: join(dir, 'postgres'),
    logFile: join(dir, 'postgres.log'),
    passwords: { superuser: password(), platform: password() },
    durability: 'throwaway',
    maxConnections: 200,
  })
  // mkdtemp makes the folder for us alone; the server's account has to pass through it.
  if (cluster.account.uid !== null) chmodSync(dir, 0o711)
  await cluster.start()
  const guard = stopWhenThisProcessEnds(cluster.identity!.pid, dir)
  const databases = new Databases(cluster.url())
  await databases.ensureGroups()
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
    async stop() {
      if (stopped) return
      stopped = true
      await databases.close()
      await cluster.stop()
      guard.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A shell that waits for the end of our pipe, which the kernel closes even when we are killed. */
function stopWhenThisProcessEnds(pid: number, dir: string) {
  const guard = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -QUIT "$0" 2> /dev/null; sleep 0.5; rm -rf "$1"', String(pid), dir], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  ;(guard.stdin as unknown as { unref?(): void }).unref?.()
  return guard
}
