import pg from 'pg'

/** The oldest major version of an outside server (Debian 12 has it); the embedded one is newer. */
const oldestServer = 15

/** Milliseconds a server has to let somebody in, and to answer. */
const within = 5_000

/**
 * Whether a server that is not the platform's own can be worked with. Connects anew, as whoever is let in next would.
 * @param source what names the server to whoever reads what is wrong with it
 * @throws with what to do, when the server does not answer within seconds, is too old, or its role may do too little
 */
export async function checkServer(url: string, source: string): Promise<void> {
  const { host } = new URL(url)
  const found = await ownRole(url).catch((cause: Error) => {
    throw new Error(`the database of ${source} (${host}) cannot be used: ${cause.message}`, { cause })
  })
  if (found.version < oldestServer * 10_000)
    throw new Error(`the server of ${source} is older than Postgres ${oldestServer}: upgrade it, or use another one`)
  if (found.createdb && found.createrole) return
  throw new Error(
    `the role of ${source} may not create databases and roles: run "ALTER ROLE ${pg.escapeIdentifier(found.role)} CREATEDB CREATEROLE" as an administrator`,
  )
}

async function ownRole(url: string): Promise<{ version: number; role: string; createdb: boolean; createrole: boolean }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'cityos check',
    connectionTimeoutMillis: within,
    query_timeout: within,
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT current_setting('server_version_num')::int AS version, rolname AS role, (rolcreatedb OR rolsuper) AS createdb,
              (rolcreaterole OR rolsuper) AS createrole FROM pg_roles WHERE rolname = current_user`,
    )
    return rows[0]
  } finally {
    // A server that hangs would not say goodbye either.
    void client.end().catch(() => undefined)
  }
}
