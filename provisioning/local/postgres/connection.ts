import pg from 'pg'

/** Seconds after which the server notices that whoever asked is gone, and stops what it does for them. */
const noticeSeconds = 2

/**
 * One connection for one piece of work. A server that goes away fails the statement under way and ends nothing else; a
 * process of ours that is killed leaves no statement at work, which would hold its locks to its end.
 */
export async function withConnection<T>(url: string, purpose: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: `cityos ${purpose}` })
  // Without a listener the loss of the connection would end the process; the statement under way fails with it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(`SET client_connection_check_interval = '${noticeSeconds}s'`)
    return await work(client)
  } finally {
    await client.end()
  }
}
