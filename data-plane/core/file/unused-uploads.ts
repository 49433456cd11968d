import type { Log } from '@cityos/http'
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { DailyWork } from '../../platform/background/daily-work.ts'
import { days, later } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { LOG } from '../../platform/log/log.ts'
import { FileStore } from './file.store.ts'

const batch = 100
/** Nobody needs longer between uploading a picture and saving what it belongs to. */
const kept = days(1)

interface Unused {
  id: string
  key: string
  bytes: number
}

/**
 * Uploads that were attached to nothing within a day are deleted, bytes and all. A file is in use when any column called
 * `…file_id` names it, when it is a setting's value, or when an order shows it; whoever stores a file's id elsewhere
 * loses the file.
 */
@Injectable()
export class UnusedUploads implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly store: FileStore,
    private readonly daily: DailyWork,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.daily.on('file.unused', (now) => this.collect(now))
  }

  async collect(now: Date): Promise<void> {
    const columns = await this.columns()
    for (;;) {
      const found = await this.database.transaction((tx) => this.collectBatch(tx, columns, now))
      if (found < batch) break
    }
    await sql`DELETE FROM upload_session WHERE file_id IS NULL AND expires_at <= ${later(now, -kept)}`.execute(this.database.read)
  }

  private async collectBatch(tx: Tx, columns: readonly [table: string, column: string][], now: Date): Promise<number> {
    const unnamed = columns.map(
      ([table, column]) => sql`AND NOT EXISTS (SELECT 1 FROM ${sql.table(table)} u WHERE u.${sql.ref(column)} = f.id)`,
    )
    const { rows } = await sql<Unused>`
      SELECT f.id, f.key, f.bytes FROM upload_session s JOIN file f ON f.id = s.file_id
      WHERE s.used_at <= ${later(now, -kept)} ${sql.join(unnamed, sql` `)}
        AND NOT EXISTS (SELECT 1 FROM tenant_setting v WHERE v.value = to_jsonb(f.id))
        AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.picture->>'url' LIKE '%/' || f.key)
      ORDER BY f.id LIMIT ${batch} FOR UPDATE OF f, s SKIP LOCKED`.execute(tx)
    for (const file of rows) await this.remove(tx, file)
    return rows.length
  }

  private async remove(tx: Tx, file: Unused): Promise<void> {
    await lockKey(tx, file.key)
    await tx.deleteFrom('upload_session').where('file_id', '=', file.id).execute()
    await tx.deleteFrom('file').where('id', '=', file.id).execute()
    await tx
      .updateTable('file_usage')
      .set((eb) => ({ used_bytes: eb('used_bytes', '-', file.bytes) }))
      .where('id', '=', 'tenant')
      .execute()
    // the same bytes may belong to another file: they are one on disk
    const other = await tx.selectFrom('file').select('id').where('key', '=', file.key).limit(1).executeTakeFirst()
    if (other) return
    this.database.afterCommit(tx, () => this.removeBytes(file.key))
  }

  private async removeBytes(key: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockKey(tx, key)
      const back = await tx.selectFrom('file').select('id').where('key', '=', key).limit(1).executeTakeFirst()
      if (back) return
      await this.store.remove(key).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        this.log.warn({ key }, 'the bytes of a deleted file were gone already')
      })
    })
  }

  /** Every column of this schema that names a file. */
  private async columns(): Promise<[table: string, column: string][]> {
    const { rows } = await sql<{ table_name: string; column_name: string }>`
      SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name LIKE '%file\\_id' AND data_type = 'text' AND table_name <> 'upload_session'
      ORDER BY 1, 2`.execute(this.database.read)
    return rows.map((row) => [row.table_name, row.column_name])
  }
}

/** An upload of the same bytes and the deletion of their last file take turns (K3). */
export async function lockKey(tx: Tx, key: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('cityos file'), hashtext(${key}))`.execute(tx)
}
