import { randomBytes } from 'node:crypto'
import { kindOfMigration } from '@cityos/contract'
import pg from 'pg'
import { type Migration, migrate, schemaHash } from '../../migrate.ts'
import { withConnection } from './connection.ts'
import { DatabaseStates } from './database-states.ts'

/** The role that owns every database of the platform: may create databases and roles, is no superuser. */
export const platformRole = 'cityos'

/** Group roles: objects belong to the owner; the application gets rows only, no DDL. */
export const ownerRole = 'cityos_owner'
export const applicationRole = 'cityos_app'

/** Extensions a role without superuser right may create, also on a managed Postgres (design §3). */
export const extensions = ['btree_gist', 'pg_trgm', 'citext', 'pgcrypto', 'ltree'] as const

export interface Login {
  name: string
  password: string
}

export interface TenantLogins {
  /** Rows only: what the data plane uses. */
  application: Login
  /** Member of the owner: migrations only. */
  owner: Login
}

/** `tnt_01jd…` → `t_01jd…`: database and logins of a tenant are named by its id, so that a repeat finds them. */
export function databaseName(tenantId: string): string {
  const ulid = tenantId.slice(tenantId.lastIndexOf('_') + 1).toLowerCase()
  if (!/^[0-9a-z]{10,40}$/.test(ulid)) throw new Error(`"${tenantId}" is not a tenant id`)
  return `t_${ulid}`
}

/** A database that is being made ready to take the tenant's place, and the one it had before. */
export function besideName(tenantId: string, which: 'incoming' | 'former'): string {
  return databaseName(tenantId).replace(/^t_/, which === 'incoming' ? 'in_' : 'was_')
}

/**
 * The databases of one server: release templates, warm clones, one database and two logins per tenant. Works as the
 * platform's role, which needs CREATEDB and CREATEROLE but no superuser right.
 */
export class Databases {
  /** The database of the control plane. */
  readonly registry: string
  /** Names, notes and locks of databases: what archives need beside the tenants' own. */
  readonly states: DatabaseStates
  private readonly pool: pg.Pool
  private readonly url: URL
  private readonly clonePrefix: string
  private asked: Promise<number> | undefined

  /**
   * @param url any database of the server, as the platform's role
   * @param platform tells the platforms of a shared server apart; null where the server is this platform's own
   */
  constructor(url: string, platform: string | null = null) {
    this.url = new URL(url)
    this.registry = platform ? `cityos_registry_${platform}` : 'cityos_registry'
    this.clonePrefix = platform ? `pool_${platform}_` : 'pool_'
    this.pool = new pg.Pool({
      connectionString: url,
      max: 4,
      idleTimeoutMillis: 5_000,
      allowExitOnIdle: true,
      application_name: 'cityos node',
    })
    // An idle connection that breaks (server restart) is replaced at the next query.
    this.pool.on('error', () => undefined)
    this.states = new DatabaseStates(this.pool)
  }

  /** Address of a database on this server, as the platform's role or as a login. */
  address(database: string, login?: Login): string {
    const url = new URL(this.url)
    url.pathname = `/${database}`
    if (login) {
      url.username = login.name
      url.password = encodeURIComponent(login.password)
    }
    return url.toString()
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  /** Group roles, once per server. Safe to repeat and to run twice at once. */
  async ensureGroups(): Promise<void> {
    for (const role of [ownerRole, applicationRole]) {
      await this.tolerate(['42710', '23505'], `CREATE ROLE ${role} NOLOGIN`)
    }
    // Postgres gives the creator the right to grant a role, not to act as it.
    const finelyGrained = await this.hasGrantOptions()
    const { rows } = await this.pool.query<{ member: boolean }>(`SELECT pg_has_role(current_user, $1, $2) AS member`, [
      ownerRole,
      finelyGrained ? 'SET' : 'MEMBER',
    ])
    if (!rows[0]?.member) await this.pool.query(`GRANT ${ownerRole} TO CURRENT_USER${finelyGrained ? ' WITH SET TRUE, INHERIT TRUE' : ''}`)
  }

  /** Since Postgres 16 a membership says whether it inherits and whether it may act as the role; before, it does both. */
  private async hasGrantOptions(): Promise<boolean> {
    this.asked ??= this.pool
      .query<{ version: number }>(`SELECT current_setting('server_version_num')::int AS version`)
      .then(({ rows }) => rows[0]!.version)
    return (await this.asked) >= 160_000
  }

  /** A database of the platform itself (the registry), owned by the platform's role; made once. */
  async ensurePlatformDatabase(name: string): Promise<string> {
    if (!(await this.exists(name))) await this.tolerate(['42P04', '23505'], `CREATE DATABASE ${quote(name)} TEMPLATE template0`)
    await this.pool.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${quote(name)} FROM PUBLIC`)
    return this.address(name)
  }

  /**
   * The template database of a release: extensions, rights and migrations, no row of any tenant. Built beside and
   * renamed into place, so that a half-built one is never cloned.
   * @param carried contract migrations that are to be in it; the others wait, as in a tenant that came from an older release
   * @returns its name, `rel_<schema hash>`
   */
  async ensureTemplate(migrations: Migration[], carried: ReadonlySet<string> | 'all' = 'all'): Promise<string> {
    const applied = migrations.filter(({ name }) => carried === 'all' || carried.has(name) || kindOfMigration(name) === 'expand')
    const waits = applied.length < migrations.length
    const name = `rel_${schemaHash(migrations)}${waits ? `_${schemaHash(applied)}` : ''}`
    if (await this.exists(name)) return name
    await this.ensureGroups()
    const draft = `draft_${randomBytes(8).toString('hex')}`
    await this.pool.query(`CREATE DATABASE ${quote(draft)} TEMPLATE template0`)
    try {
      await this.prepareEmpty(draft)
      await withConnection(
        this.address(draft),
        'template',
        async (client) => void (await migrate(client, migrations, ownerRole, { carried })),
      )
      await this.pool.query(`ALTER DATABASE ${quote(draft)} ALLOW_CONNECTIONS false`)
      if (await this.tolerate(['42P04', '23505'], `ALTER DATABASE ${quote(draft)} RENAME TO ${quote(name)}`)) return name
    } catch (error) {
      await this.dropDatabase(draft)
      throw error
    }
    // Another process was faster with the same template.
    await this.dropDatabase(draft)
    return name
  }

  /** Removes the template of a schema, and those of archives that were still waiting for contract migrations of it. */
  async dropTemplate(schema: string): Promise<void> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database WHERE datname = $1 OR starts_with(datname, $1 || '_')`,
      [`rel_${schema}`],
    )
    for (const { name } of rows) await this.dropDatabase(name)
  }

  /** Removes templates that a killed process left half-built; one that is being built right now is in use and stays. */
  async dropDrafts(): Promise<void> {
    const { rows } = await this.pool.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname ~ '^draft_[0-9a-f]+$'`)
    for (const { name } of rows) await this.tolerate(['55006', '3D000'], `DROP DATABASE ${quote(name)}`)
  }

  /** One warm clone: opaque name, nobody but the platform may connect. Its comment, written last, says it is whole. */
  async addClone(template: string): Promise<string> {
    const name = `${this.clonePrefix}${randomBytes(8).toString('hex')}`
    await this.clone(template, name)
    await this.pool.query(`COMMENT ON DATABASE ${quote(name)} IS '${template}'`)
    return name
  }

  /** Warm clones of a template that are whole. */
  async clones(template: string): Promise<string[]> {
    const all = await this.allClones()
    return all.filter((clone) => clone.template === template).map((clone) => clone.name)
  }

  /** Removes half-made clones and drafts, and the clones of every other template (a new release drains the pool). */
  async dropStaleClones(template: string): Promise<string[]> {
    const stale = (await this.allClones()).filter((clone) => clone.template !== template).map((clone) => clone.name)
    for (const name of stale) await this.dropDatabase(name)
    return stale
  }

  /**
   * The tenant's database and logins, at the template's schema. Repeating finds what is there and makes the rest.
   * @returns `pooled`: a warm clone was taken (by renaming it, which exactly one caller can do)
   */
  async ensureTenant(tenantId: string, template: string, logins: TenantLogins): Promise<{ pooled: boolean }> {
    const name = databaseName(tenantId)
    let pooled = false
    if (!(await this.exists(name))) {
      pooled = await this.claim(template, name)
      if (!pooled) await this.clone(template, name)
    }
    await this.restrict(name)
    await this.letIn(name, logins)
    return { pooled }
  }

  /** Makes a tenant's two logins and lets them connect to one database. */
  async letIn(name: string, logins: TenantLogins): Promise<void> {
    await this.ensureLogin(logins.application, applicationRole, '10s')
    await this.ensureLogin(logins.owner, ownerRole, '15min')
    await this.pool.query(
      `GRANT CONNECT, TEMPORARY ON DATABASE ${quote(name)} TO ${quote(logins.application.name)}, ${quote(logins.owner.name)}`,
    )
  }

  /** Removes database and logins of a tenant; sessions that are still open are ended. Repeating changes nothing. */
  async dropTenant(tenantId: string): Promise<void> {
    const name = databaseName(tenantId)
    await this.dropDatabase(name)
    for (const which of ['incoming', 'former'] as const) await this.dropDatabase(besideName(tenantId, which))
    for (const role of [`${name}_app`, `${name}_own`]) {
      if (await this.roleExists(role)) await this.tolerate(['42704'], `DROP ROLE ${quote(role)}`)
    }
  }

  /** Every database and login on this server that belongs to a tenant. */
  async tenants(): Promise<{ databases: string[]; roles: string[] }> {
    const databases = await this.pool.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database WHERE datname ~ '^(t|in|was)_[0-9a-z]+$' ORDER BY 1`,
    )
    const roles = await this.pool.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname ~ '^t_[0-9a-z]+_(app|own)$' ORDER BY 1`,
    )
    return { databases: databases.rows.map((row) => row.name), roles: roles.rows.map((row) => row.name) }
  }

  async exists(name: string): Promise<boolean> {
    const { rows } = await this.pool.query<{ broken: boolean }>('SELECT datconnlimit = -2 AS broken FROM pg_database WHERE datname = $1', [
      name,
    ])
    if (!rows[0]?.broken) return rows.length > 0
    // Marked by Postgres: a DROP of it was interrupted. Nothing but dropping it again is possible.
    await this.dropDatabase(name)
    return false
  }

  async dropDatabase(name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      // 42501: autovacuum is at work in it, which only a superuser may end; without FORCE the server ends it by itself. 55006:
      // then somebody else is in it as well.
      const tolerated = attempt < 5 ? ['42501'] : []
      if (await this.tolerate(tolerated, `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`)) return
      if (await this.tolerate(['55006'], `DROP DATABASE IF EXISTS ${quote(name)}`)) return
    }
  }

  /** A new clone of a template, in place of whatever had this name. */
  async replaceByClone(template: string, name: string): Promise<void> {
    await this.dropDatabase(name)
    await this.clone(template, name)
  }

  /** A new database with the platform's extensions and rights, and nothing else, in place of whatever had this name. */
  async replaceByEmpty(name: string): Promise<void> {
    await this.ensureGroups()
    await this.dropDatabase(name)
    await this.pool.query(`CREATE DATABASE ${quote(name)} TEMPLATE template0`)
    await this.prepareEmpty(name)
  }

  private async allClones(): Promise<{ name: string; template: string | null }[]> {
    const { rows } = await this.pool.query<{ name: string; template: string | null }>(
      `SELECT datname AS name, shobj_description(oid, 'pg_database') AS template FROM pg_database WHERE datname ~ $1 ORDER BY oid`,
      [`^${this.clonePrefix}[0-9a-f]{16}$`],
    )
    return rows
  }

  private async claim(template: string, name: string): Promise<boolean> {
    for (let candidates = await this.clones(template); candidates.length > 0; ) {
      // Callers start at different clones, so that twenty of them do not queue behind the same one.
      const [candidate] = candidates.splice(randomBytes(1)[0]! % candidates.length, 1)
      // 3D000: taken a moment ago. XX000: taken at this very moment ("tuple concurrently updated"). 55006: in use.
      if (await this.tolerate(['3D000', 'XX000', '55006'], `ALTER DATABASE ${quote(candidate!)} RENAME TO ${quote(name)}`)) return true
    }
    return false
  }

  private async clone(template: string, name: string): Promise<void> {
    await this.pool.query(`CREATE DATABASE ${quote(name)} TEMPLATE ${quote(template)}`)
    await this.restrict(name)
  }

  private async prepareEmpty(name: string): Promise<void> {
    await this.restrict(name)
    await withConnection(this.address(name), 'template', async (client) => {
      await client.query(rightsOfSchema)
      for (const extension of extensions) await client.query(`CREATE EXTENSION ${extension}`)
    })
  }

  /** Rights on a database are not copied from its template. */
  private async restrict(name: string): Promise<void> {
    await this.pool.query(`REVOKE ALL ON DATABASE ${quote(name)} FROM PUBLIC`)
    // No CONNECT for the group: every tenant's owner login is a member of it.
    await this.pool.query(`GRANT CREATE ON DATABASE ${quote(name)} TO ${ownerRole}`)
  }

  private async ensureLogin(login: Login, group: string, statementTimeout: string): Promise<void> {
    const role = quote(login.name)
    await this.tolerate(['42710', '23505'], `CREATE ROLE ${role} LOGIN CONNECTION LIMIT 20`)
    await this.pool.query(`ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(login.password)}`)
    await this.pool.query(`GRANT ${group} TO ${role}`)
    // Only who is a member of a role may end its sessions, which DROP DATABASE … WITH (FORCE) does.
    await this.pool.query(`GRANT ${role} TO CURRENT_USER${(await this.hasGrantOptions()) ? ' WITH INHERIT TRUE, SET FALSE' : ''}`)
    await this.pool.query(`ALTER ROLE ${role} SET statement_timeout = '${statementTimeout}'`)
    await this.pool.query(`ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '30s'`)
  }

  private async roleExists(name: string): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])
    return rowCount !== null && rowCount > 0
  }

  /** Runs one statement; an error with one of these codes is an answer ("was there already"), not a failure. */
  private async tolerate(codes: string[], statement: string): Promise<boolean> {
    try {
      await this.pool.query(statement)
      return true
    } catch (error) {
      if (codes.includes((error as { code?: string }).code ?? '')) return false
      throw error
    }
  }
}

const rightsOfSchema = `
  ALTER SCHEMA public OWNER TO ${ownerRole};
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  GRANT USAGE ON SCHEMA public TO ${applicationRole};
  ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${applicationRole};
  ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${applicationRole};
`

function quote(name: string): string {
  return pg.escapeIdentifier(name)
}
