import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { give, postgresAccount } from '@cityos/provisioning/postgres-account'
import { embeddedBinaries } from '@cityos/provisioning/postgres-binaries'
import { reachableBinaries } from '@cityos/provisioning/postgres-location'
import { sql } from '../../../sql.ts'
import type { ClusterDescription } from '../cluster.ts'
import { layout } from '../layout.ts'
import { type Surroundings, startComponent, succeeds, untilReady } from '../site.ts'

const { address } = layout.outside.postgres

/** One of the servers there: the cluster's own, or one that a test starts beside it. */
export interface PostgresPlace {
  name: 'postgres' | 'postgres-2'
  port: number
}
const usual: PostgresPlace = { name: 'postgres', port: layout.outside.postgres.port }

/**
 * Postgres outside of the cluster, in a network namespace of its own, with a role that may create databases and roles and nothing
 * more, as a managed one gives.
 */
export async function startPostgres(
  site: Surroundings,
  { name, port }: PostgresPlace = usual,
): Promise<NonNullable<ClusterDescription['postgres']>> {
  const database = (user: string, password: string) => `postgresql://${user}:${password}@${address}:${port}/postgres`
  const account = postgresAccount()
  const binaries = reachableBinaries(account, embeddedBinaries())
  const folder = join(site.folder, name)
  const [data, secret] = [join(folder, 'data'), join(folder, 'secret')]
  const passwords = { administrator: randomBytes(12).toString('hex'), city: randomBytes(12).toString('hex') }
  mkdirSync(folder)
  writeFileSync(secret, passwords.administrator)
  for (const path of [folder, secret]) give(account, path)
  const as = { cwd: folder, ...(account.uid === null ? {} : { uid: account.uid, gid: account.gid! }) }
  const access = ['-U', 'administrator', '-A', 'scram-sha-256', '--pwfile', secret, '--no-sync']
  execFileSync(binaries.initdb, ['-D', data, ...access], { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
  appendFileSync(join(data, 'pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n')

  const identity = account.uid === null ? [] : ['--setuid', String(account.uid), '--setgid', String(account.gid)]
  const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '400', shared_buffers: '128MB' }
  const postgres = startComponent(site, name, [
    ...['nsenter', '--net=/run/netns/outside', ...identity, '--wd=/', '--', binaries.postgres, '-D', data],
    ...['-h', address, '-p', String(port), '-k', folder],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ])
  const administratorUrl = database('administrator', passwords.administrator)
  await untilReady(postgres, () => succeeds(sql(administratorUrl, 'SELECT 1')))
  await sql(administratorUrl, `CREATE ROLE city LOGIN PASSWORD '${passwords.city}' CREATEDB CREATEROLE`)
  return { url: database('city', passwords.city), administratorUrl, host: address, port, cidr: `${address}/32` }
}
