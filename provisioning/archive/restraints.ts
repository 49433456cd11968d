import pg from 'pg'
import type { TableShape } from './manifest.ts'
import { quoted } from './tables.ts'

interface ForeignKey {
  table: string
  name: string
  definition: string
}

interface Trigger {
  table: string
  name: string
  /** O: on, D: off, A: always, R: replica. */
  enabled: string
}

const enabling: Record<string, string> = { O: 'ENABLE', A: 'ENABLE ALWAYS', R: 'ENABLE REPLICA' }

/**
 * Foreign keys and triggers of the tables that are loaded: taken off before, put back as they were after it, in the same
 * transaction. Adding a foreign key again checks every row, so that nothing slips in. Needs no superuser right.
 */
export class Restraints {
  private readonly client: pg.Client
  private readonly foreignKeys: ForeignKey[]
  private readonly triggers: Trigger[]

  private constructor(client: pg.Client, foreignKeys: ForeignKey[], triggers: Trigger[]) {
    this.client = client
    this.foreignKeys = foreignKeys
    this.triggers = triggers
  }

  static async lift(client: pg.Client, tables: TableShape[]): Promise<Restraints> {
    const names = tables.map((table) => table.name)
    const foreignKeys = await client.query<ForeignKey>(
      `SELECT n.nspname || '.' || c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE k.contype = 'f' AND n.nspname || '.' || c.relname = ANY($1) ORDER BY 1, 2`,
      [names],
    )
    const triggers = await client.query<Trigger>(
      `SELECT n.nspname || '.' || c.relname AS table, t.tgname AS name, t.tgenabled::text AS enabled
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE NOT t.tgisinternal AND n.nspname || '.' || c.relname = ANY($1) ORDER BY 1, 2`,
      [names],
    )
    const restraints = new Restraints(client, foreignKeys.rows, triggers.rows)
    for (const key of foreignKeys.rows) {
      await client.query(`ALTER TABLE ${quoted(key.table)} DROP CONSTRAINT ${pg.escapeIdentifier(key.name)}`)
    }
    for (const table of new Set(triggers.rows.map((trigger) => trigger.table))) {
      await client.query(`ALTER TABLE ${quoted(table)} DISABLE TRIGGER USER`)
    }
    return restraints
  }

  async restore(): Promise<void> {
    for (const key of this.foreignKeys) {
      await this.client.query(`ALTER TABLE ${quoted(key.table)} ADD CONSTRAINT ${pg.escapeIdentifier(key.name)} ${key.definition}`)
    }
    for (const trigger of this.triggers) {
      const verb = enabling[trigger.enabled]
      if (verb) await this.client.query(`ALTER TABLE ${quoted(trigger.table)} ${verb} TRIGGER ${pg.escapeIdentifier(trigger.name)}`)
    }
  }
}
