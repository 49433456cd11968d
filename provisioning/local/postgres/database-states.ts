import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** What a database is called, whether it takes writes, and what was noted about it. */
export class DatabaseStates {
  private readonly pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.pool = pool
  }

  /** Gives a database another name; sessions that are still open are ended. */
  async rename(name: string, to: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.endSessions(name)
      try {
        await this.pool.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} RENAME TO ${pg.escapeIdentifier(to)}`)
        return
      } catch (error) {
        // 55006: a session has not ended yet.
        if ((error as { code?: string }).code !== '55006' || attempt === 50) throw error
        await delay(20)
      }
    }
  }

  /** Ends everybody's sessions. The server's own autovacuum is nobody's: only a superuser may end it, and it gives way by itself. */
  async endSessions(name: string): Promise<void> {
    await this.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() AND usesysid IS NOT NULL`,
      [name],
    )
  }

  /** Whether new transactions may write, unless they ask for it themselves; open sessions are ended, so that it holds at once. */
  async setReadOnly(name: string, readOnly: boolean): Promise<void> {
    const database = pg.escapeIdentifier(name)
    await this.pool.query(
      readOnly
        ? `ALTER DATABASE ${database} SET default_transaction_read_only = on`
        : `ALTER DATABASE ${database} RESET default_transaction_read_only`,
    )
    await this.endSessions(name)
  }

  /** What was written down about a database; null when nothing was. */
  async noteOf(name: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ note: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS note FROM pg_database WHERE datname = $1`,
      [name],
    )
    return rows[0]?.note ?? null
  }

  async setNote(name: string, note: string): Promise<void> {
    await this.pool.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(name)} IS ${pg.escapeLiteral(note)}`)
  }

  /**
   * Removes scratch databases of restore tests and rehearsals that a killed process left; one that is in use stays.
   * @returns how many stay
   */
  async dropScratch(): Promise<number> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database WHERE datname ~ '^scratch_[0-9a-f]+$'`,
    )
    let kept = 0
    for (const { name } of rows) {
      await this.pool.query(`DROP DATABASE ${pg.escapeIdentifier(name)}`).catch((error: { code?: string }) => {
        // 55006: in use. 3D000: gone meanwhile.
        if (error.code !== '55006' && error.code !== '3D000') throw error
        if (error.code === '55006') kept += 1
      })
    }
    return kept
  }
}
