import { planeProtocol, protocolsAgree } from '@cityos/contract'
import pg from 'pg'

/**
 * Whether this control plane works with the data planes there are (design §4: N with N and N−1). Asked before the
 * registry is touched, so that the control plane that was here can be started again.
 * @throws Error naming releases and tenants that have to be upgraded first
 */
export async function requireKnownPlanes(url: string, own = planeProtocol): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'cityos start check' })
  await client.connect()
  try {
    const strangers = (await planesOf(client)).filter((plane) => !protocolsAgree(own, plane.protocol))
    if (strangers.length === 0) return
    const named = strangers.map(({ version, protocol, slugs }) => `${version} (protocol ${protocol}: ${slugs})`)
    throw new Error(
      `version_skew: this control plane speaks protocol ${own} and works with ${own} and ${own - 1}; these tenants run another one: ${named.join('; ')}. ` +
        'Start the control plane of the release before, and upgrade them first.',
    )
  } finally {
    await client.end()
  }
}

/** Releases that tenants run, from a registry of whatever age: one from before protocols were recorded has none. */
async function planesOf(client: pg.Client): Promise<{ version: string; protocol: number; slugs: string }[]> {
  const { rows: known } = await client.query(
    `SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'release' AND column_name = 'protocol'`,
  )
  if (known.length === 0) return []
  const { rows } = await client.query<{ version: string; protocol: number; slugs: string }>(
    `SELECT r.version, r.protocol, string_agg(t.slug, ', ' ORDER BY t.slug) AS slugs
     FROM tenant t JOIN release r ON r.version = t.release WHERE t.deleted_at IS NULL GROUP BY r.version, r.protocol ORDER BY r.version`,
  )
  return rows
}
