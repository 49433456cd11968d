import { join } from 'node:path'
import { loadRootKey, Sealer } from './node/seal.ts'
import { PostgresCluster } from './postgres/cluster.ts'
import { databaseName, platformRole } from './postgres/databases.ts'
import { knownServerFolder } from './postgres/location.ts'

/**
 * The address of a running platform's database server as its own role: for benchmarks, tests and support. Passwords
 * derive from the root key, so whoever may read that file may do this.
 * @param database `postgres`, `cityos_registry`, or a tenant's
 * @throws when no server of this data directory runs
 */
export function platformUrl(dataDir: string, database = 'postgres'): string {
  return address(dataDir, platformRole, 'postgres.platform', database)
}

/** The address of a tenant's database with the login its data plane uses. */
export function applicationUrl(dataDir: string, tenantId: string): string {
  const name = databaseName(tenantId)
  return address(dataDir, `${name}_app`, `login.${name}_app`, name)
}

function address(dataDir: string, user: string, purpose: string, database: string): string {
  const password = sealerOf(dataDir).password(purpose)
  const external = process.env['DATABASE_URL']
  const url = new URL(external || serverOf(dataDir))
  if (!external || user !== platformRole) {
    url.username = user
    url.password = password
  }
  url.pathname = `/${database}`
  return url.toString()
}

function serverOf(dataDir: string): string {
  const cluster = new PostgresCluster({ dir: knownServerFolder(dataDir), logFile: '', passwords: { superuser: '', platform: '' } })
  const port = cluster.runningPort()
  if (port === null) throw new Error(`no Postgres of ${dataDir} is running: run "cityos up" first`)
  return `postgresql://127.0.0.1:${port}`
}

function sealerOf(dataDir: string): Sealer {
  return new Sealer(loadRootKey(join(dataDir, 'root.key'), process.env['CITYOS_ROOT_KEY'], false))
}
