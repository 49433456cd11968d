import { TenantDocument } from '@cityos/contract'
import pg from 'pg'
import { z } from 'zod'
import { type Fence, StaleFence } from '../driver.ts'
import { StackObject } from './stack/protocol.ts'

/** A release as the control plane has made it known. */
export interface KnownRelease {
  version: string
  /** Where its build lay when it was made known; by now another one may lie there. */
  dir: string
  schema: string
  /** Its journal; empty when it was never seen. */
  migrations: string[]
  /** Name of its template database; null while it was never seen. */
  template: string | null
}

/** TLS of one host, the key sealed. */
const SealedCertificate = z.object({ host: z.string(), hosts: z.array(z.string()), chain: z.string(), sealedKey: z.string() })
export type SealedCertificate = z.infer<typeof SealedCertificate>

/** What a tenant has in one cell. */
const Place = z.object({
  /** Null until the tenant is moved for the first time: it is where the platform has put it. */
  cell: z.string().nullable(),
  /** Name of Pulumi's stack; null: the one named by its id alone. */
  stack: z.string().nullable(),
  desired: z.enum(['up', 'down']),
  asleep: z.boolean(),
  next_wake_at: z.string().nullable(),
  /** Release of the pods that serve; the document may name the next one already. */
  active_release: z.string().nullable(),
  /** Release of the pods that stand by, or drain. */
  beside_release: z.string().nullable(),
  beside_since: z.string().nullable(),
  /** How many web pods served when an upgrade began: each release has as many while both are there. */
  web_replicas: z.number().nullable(),
  started_at: z.string().nullable(),
  /** Folder of its files on its volume; and of those that are loaded beside them, or were there before. */
  files_dir: z.string(),
  incoming_dir: z.string().nullable(),
  former_dir: z.string().nullable(),
  /** Folders that nobody needs any more: the next Job that has the volume removes them. */
  stale_dirs: z.array(z.string()),
  /** A stack was made for it, and not removed yet. */
  has_stack: z.boolean(),
  /** Its namespace was last made by a chart whose policies let the control plane come to Jobs. */
  takes_jobs: z.boolean(),
  /** Its pods have been ready once: there may be data in its volume. */
  served: z.boolean(),
  /** A run of the stack has begun and not come to its end: it may have been cut off. */
  run_open: z.boolean(),
  objects: z.array(StackObject),
  last_error: z.string().nullable(),
})
export type Place = z.infer<typeof Place>

/** What the driver keeps of a tenant: enough to render its stack anew at any time. */
const TenantRecord = Place.extend({
  id: z.string(),
  fence: z.number(),
  document: TenantDocument.nullable(),
  /** Tenant key and plane key, sealed with the platform's root key. */
  secrets: z.string().nullable(),
  hosts: z.array(z.string()),
  certificates: z.array(SealedCertificate),
  /** While it moves to another cell: the place that is made ready there, or the one it has left and that is to go. */
  other: Place.extend({ role: z.enum(['incoming', 'former']) }).nullable(),
})
export type TenantRecord = z.infer<typeof TenantRecord>
export type TenantChange = Partial<Omit<TenantRecord, 'id' | 'fence'>>
/** Which of a tenant's two places is meant. */
export type WhichPlace = 'own' | 'other'

const schema = `
  CREATE SCHEMA IF NOT EXISTS kubernetes;
  CREATE TABLE IF NOT EXISTS kubernetes.tenant (
    id text PRIMARY KEY,
    fence bigint NOT NULL,
    state jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS kubernetes.host (
    host text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES kubernetes.tenant (id) ON DELETE CASCADE
  );
  CREATE TABLE IF NOT EXISTS kubernetes.release (
    version text PRIMARY KEY, dir text NOT NULL, schema text NOT NULL, migrations text[] NOT NULL, template text
  );
  CREATE TABLE IF NOT EXISTS kubernetes.setting (key text PRIMARY KEY, value jsonb NOT NULL);`

export const blankPlace: Place = {
  cell: null,
  stack: null,
  desired: 'down',
  asleep: false,
  next_wake_at: null,
  active_release: null,
  beside_release: null,
  beside_since: null,
  web_replicas: null,
  started_at: null,
  files_dir: 'files',
  incoming_dir: null,
  former_dir: null,
  stale_dirs: [],
  has_stack: false,
  takes_jobs: false,
  served: false,
  run_open: false,
  objects: [],
  last_error: null,
}

const blank: Omit<TenantRecord, 'id' | 'fence'> = {
  ...blankPlace,
  document: null,
  secrets: null,
  hosts: [],
  certificates: [],
  other: null,
}

/** What a record says of where the tenant is. */
export const placeOf = (record: TenantRecord): Place => Place.parse(record)

/** The record as it is seen from the tenant's other place. No host leads there: not yet, or not any more. */
export function seenFromOther(record: TenantRecord): TenantRecord {
  if (!record.other) throw new Error(`tenant ${record.id} has one place only`)
  const { role: _, ...place } = record.other
  return { ...record, ...place, hosts: [] }
}

/** The host leads to somebody else already. */
export class HostTaken extends Error {
  readonly host: string
  readonly tenantId: string

  constructor(host: string, tenantId: string) {
    super(`${host} leads to tenant ${tenantId}`)
    this.name = 'HostTaken'
    this.host = host
    this.tenantId = tenantId
  }
}

/** The driver's own memory, in the Postgres that keeps Pulumi's state: what one control plane writes, the next one reads. */
export class TenantStore {
  private readonly pool: pg.Pool
  private ready: Promise<unknown> | undefined

  constructor(url: string) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: 4,
      idleTimeoutMillis: 5_000,
      allowExitOnIdle: true,
      application_name: 'cityos kubernetes',
    })
    // An idle connection that breaks (server restart) is replaced at the next query.
    this.pool.on('error', () => undefined)
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  async find(tenantId: string): Promise<TenantRecord | null> {
    const rows = await this.query<Row>('SELECT id, fence, state FROM kubernetes.tenant WHERE id = $1', [tenantId])
    return rows[0] ? recordOf(rows[0]) : null
  }

  /** Tenants of which anything is kept but their fence. */
  async all(): Promise<TenantRecord[]> {
    const rows = await this.query<Row>('SELECT id, fence, state FROM kubernetes.tenant ORDER BY id', [])
    return rows.map(recordOf).filter((record) => record.document !== null || record.has_stack || record.hosts.length > 0)
  }

  /** Sleepers that have something to do by then. */
  async dueBy(moment: Date): Promise<string[]> {
    const rows = await this.query<{ id: string }>(
      `SELECT id FROM kubernetes.tenant
       WHERE state ->> 'asleep' = 'true' AND state ->> 'next_wake_at' <= $1 COLLATE "C" ORDER BY id`,
      [moment.toISOString()],
    )
    return rows.map(({ id }) => id)
  }

  /** Takes the tenant over for an operation; the record begins with it. @throws StaleFence when a newer operation has been here */
  async takeOver(tenantId: string, fence: Fence): Promise<TenantRecord> {
    const rows = await this.query<Row>(
      `INSERT INTO kubernetes.tenant AS t (id, fence, state) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET fence = EXCLUDED.fence, changed_at = now() WHERE t.fence <= EXCLUDED.fence
       RETURNING id, fence, state`,
      [tenantId, fence.number, JSON.stringify(blank)],
    )
    if (!rows[0]) throw new StaleFence(tenantId)
    return recordOf(rows[0])
  }

  /** @param fence the number under which the change began @throws StaleFence when a newer operation has taken over since */
  async change(tenantId: string, fence: number, change: TenantChange): Promise<TenantRecord> {
    const rows = await this.query<Row>(
      `UPDATE kubernetes.tenant SET state = state || $3::jsonb, changed_at = now() WHERE id = $1 AND fence = $2 RETURNING id, fence, state`,
      [tenantId, fence, JSON.stringify(change)],
    )
    if (!rows[0]) throw new StaleFence(tenantId)
    return recordOf(rows[0])
  }

  /** The same for the tenant's other place, which there must be. */
  async changeOther(tenantId: string, fence: number, change: Partial<Place>): Promise<TenantRecord> {
    const rows = await this.query<Row>(
      `UPDATE kubernetes.tenant SET state = jsonb_set(state, '{other}', (state -> 'other') || $3::jsonb), changed_at = now()
       WHERE id = $1 AND fence = $2 AND jsonb_typeof(state -> 'other') = 'object' RETURNING id, fence, state`,
      [tenantId, fence, JSON.stringify(change)],
    )
    if (!rows[0]) throw new StaleFence(tenantId)
    return recordOf(rows[0])
  }

  /** Hosts lead to one tenant at a time. @throws HostTaken | StaleFence */
  async setHosts(tenantId: string, fence: number, hosts: string[]): Promise<TenantRecord> {
    await this.prepare()
    const client = await this.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('DELETE FROM kubernetes.host WHERE tenant_id = $1', [tenantId])
      for (const host of hosts) {
        const { rowCount } = await client.query('INSERT INTO kubernetes.host (host, tenant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          host,
          tenantId,
        ])
        if (rowCount === 1) continue
        const { rows } = await client.query<{ tenant_id: string }>('SELECT tenant_id FROM kubernetes.host WHERE host = $1', [host])
        if (rows[0]?.tenant_id !== tenantId) throw new HostTaken(host, rows[0]?.tenant_id ?? 'another')
      }
      const { rows } = await client.query<Row>(
        `UPDATE kubernetes.tenant SET state = state || $3::jsonb, changed_at = now() WHERE id = $1 AND fence = $2 RETURNING id, fence, state`,
        [tenantId, fence, JSON.stringify({ hosts })],
      )
      if (!rows[0]) throw new StaleFence(tenantId)
      await client.query('COMMIT')
      return recordOf(rows[0])
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }

  async release(version: string): Promise<KnownRelease | null> {
    const rows = await this.query<KnownRelease>(
      'SELECT version, dir, schema, migrations, template FROM kubernetes.release WHERE version = $1',
      [version],
    )
    return rows[0] ?? null
  }

  /** What is known of its journal stays known, also when its folder is not to be seen from here. */
  async rememberRelease({ version, dir, schema, migrations, template }: KnownRelease): Promise<void> {
    await this.query(
      `INSERT INTO kubernetes.release AS r (version, dir, schema, migrations, template) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (version) DO UPDATE SET dir = EXCLUDED.dir, schema = EXCLUDED.schema,
         migrations = CASE WHEN EXCLUDED.template IS NULL THEN r.migrations ELSE EXCLUDED.migrations END,
         template = coalesce(EXCLUDED.template, r.template)`,
      [version, dir, schema, migrations, template],
    )
  }

  /** A tenant that runs this release, or shall. */
  async tenantAt(version: string): Promise<string | null> {
    const rows = await this.query<{ id: string }>(
      `SELECT id FROM kubernetes.tenant
       WHERE $1 IN (state ->> 'active_release', state ->> 'beside_release', state #>> '{document,release}', state #>> '{other,active_release}')
       LIMIT 1`,
      [version],
    )
    return rows[0]?.id ?? null
  }

  /** Names of the templates that releases other than this one have too. */
  async templatesBeside(version: string): Promise<string[]> {
    const rows = await this.query<{ template: string }>(
      'SELECT DISTINCT template FROM kubernetes.release WHERE version <> $1 AND template IS NOT NULL',
      [version],
    )
    return rows.map((row) => row.template)
  }

  async forgetRelease(version: string): Promise<void> {
    await this.query('DELETE FROM kubernetes.release WHERE version = $1', [version])
  }

  async setting(key: string): Promise<unknown> {
    const rows = await this.query<{ value: unknown }>('SELECT value FROM kubernetes.setting WHERE key = $1', [key])
    return rows[0]?.value ?? null
  }

  async putSetting(key: string, value: unknown): Promise<void> {
    await this.query('INSERT INTO kubernetes.setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value', [
      key,
      JSON.stringify(value),
    ])
  }

  private prepare(): Promise<unknown> {
    // Two replicas may start at once: one makes the tables, the other finds them.
    this.ready ??= this.pool
      .query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('cityos kubernetes')); ${schema} COMMIT;`)
      .catch((error: unknown) => {
        this.ready = undefined
        throw error
      })
    return this.ready
  }

  private async query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    await this.prepare()
    return (await this.pool.query<R>(text, values)).rows
  }
}

interface Row {
  id: string
  fence: string
  state: unknown
}

function recordOf({ id, fence, state }: Row): TenantRecord {
  return TenantRecord.parse({ ...blank, ...(state as object), id, fence: Number(fence) })
}
