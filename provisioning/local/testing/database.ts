import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { copyStatement, sessionSettings, tablesOf } from '../../archive/tables.ts'
import { Sealer } from '../node/seal.ts'
import { databaseName, platformRole } from '../postgres/databases.ts'
import { knownServerFolder } from '../postgres/location.ts'

/** Every row of a tenant's database as text, by table: what somebody who stole it would read. */
export async function dumpTenant(dataDir: string, tenantId: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: addressOf(dataDir, databaseName(tenantId)), application_name: 'cityos test' })
  await client.connect()
  try {
    await client.query(sessionSettings)
    const dump = new Map<string, string>()
    for (const table of await tablesOf(client)) {
      const chunks: Buffer[] = []
      for await (const chunk of client.query(copyTo(copyStatement(table, 'TO STDOUT'))) as AsyncIterable<Buffer>) chunks.push(chunk)
      dump.set(table.name, Buffer.concat(chunks).toString('utf8'))
    }
    return dump
  } finally {
    await client.end()
  }
}

/** A database of a data directory's embedded server, as the platform's role. */
function addressOf(dataDir: string, database: string): string {
  const sealer = new Sealer(Buffer.from(readFileSync(join(dataDir, 'root.key'), 'utf8').trim(), 'base64'))
  // The server's own note: pid, folder, start time, port.
  const port = readFileSync(join(knownServerFolder(dataDir), 'data', 'postmaster.pid'), 'utf8').split('\n')[3]
  return `postgresql://${platformRole}:${encodeURIComponent(sealer.password('postgres.platform'))}@127.0.0.1:${port}/${database}`
}
