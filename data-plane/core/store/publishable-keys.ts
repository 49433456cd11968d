import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { audit } from '../../platform/audit/audit.ts'
import { KeySources } from '../../platform/auth/key-sources.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import type { PublishableKey } from './contract.ts'
import { StoreService } from './store.service.ts'

type Row = Selectable<DB['publishable_key']>
type WithKey = PublishableKey & { key: string }

const prefixLength = 10

/** Publishable keys (design §8): only their hash is kept; a revoked or rotated one stops at once. */
@Injectable()
export class PublishableKeys implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
    private readonly stores: StoreService,
    private readonly sources: KeySources,
  ) {}

  onModuleInit(): void {
    this.sources.use(this)
  }

  async resolve(key: string): Promise<{ id: string; origins: string[]; storeId: string; channelId: string | null } | null> {
    const hash = hashSecret(key)
    const live = await this.live()
    const found = live.find((row) => row.hash === hash)
    return found ? { id: found.id, origins: found.origins, storeId: found.storeId, channelId: found.channelId } : null
  }

  async origins(): Promise<string[]> {
    return [...new Set((await this.live()).flatMap((row) => row.origins))]
  }

  async list({ limit, offset }: { limit: number; offset: number }): Promise<Page<PublishableKey>> {
    const [rows, counted] = await Promise.all([
      this.database.read
        .selectFrom('publishable_key')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute(),
      this.database.read
        .selectFrom('publishable_key')
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow(),
    ])
    return { items: rows.map(view), total: Number(counted.total) }
  }

  /** @returns the key itself, this once */
  async create(
    ctx: RequestContext,
    input: { name: string; origins: string[]; store_id?: string | undefined; channel_id?: string | null | undefined },
  ): Promise<WithKey> {
    const now = this.clock.now()
    const key = newKey()
    const storeId = input.store_id ?? (await this.stores.current()).id
    const row = await this.database.transaction(async (tx) => {
      const store = await tx.selectFrom('store').select('id').where('id', '=', storeId).where('deleted_at', 'is', null).executeTakeFirst()
      if (!store) throw new DomainError('validation_failed', { field: 'store_id' })
      await this.requireChannel(tx, input.channel_id)
      const inserted = await tx
        .insertInto('publishable_key')
        .values({
          id: newId('pky'),
          store_id: storeId,
          name: input.name,
          prefix: key.slice(0, prefixLength),
          key_hash: hashSecret(key),
          origins: input.origins,
          channel_id: input.channel_id ?? null,
          last_rotated_at: now,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      await audit(tx, ctx, {
        action: 'publishable-key.create',
        resource: { type: 'publishable_key', id: inserted.id },
        after: { origins: input.origins },
      })
      return inserted
    })
    await this.changed()
    return { ...view(row), key }
  }

  async update(
    ctx: RequestContext,
    id: string,
    patch: { name?: string | undefined; origins?: string[] | undefined; channel_id?: string | null | undefined },
  ): Promise<PublishableKey> {
    const row = await this.change(ctx, id, 'update', patch)
    return view(row)
  }

  async rotate(ctx: RequestContext, id: string): Promise<WithKey> {
    const key = newKey()
    const row = await this.change(ctx, id, 'rotate', {
      prefix: key.slice(0, prefixLength),
      key_hash: hashSecret(key),
      last_rotated_at: this.clock.now(),
    })
    return { ...view(row), key }
  }

  async revoke(ctx: RequestContext, id: string): Promise<PublishableKey> {
    return view(await this.change(ctx, id, 'revoke', { revoked_at: this.clock.now() }))
  }

  /** @throws DomainError not_found, invalid_transition for a revoked key */
  private async change(ctx: RequestContext, id: string, verb: string, changes: Partial<Row>): Promise<Row> {
    const row = await this.database.transaction(async (tx) => {
      const before = await this.lock(tx, id)
      await this.requireChannel(tx, changes.channel_id)
      if (before.revoked_at) throw new DomainError('invalid_transition', { details: { status: 'revoked' } })
      const after = await tx
        .updateTable('publishable_key')
        .set((eb) => ({ ...(changes as object), version: eb('version', '+', 1), updated_at: this.clock.now() }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      await audit(tx, ctx, {
        action: `publishable-key.${verb}`,
        resource: { type: 'publishable_key', id },
        after: { origins: after.origins },
      })
      return after
    })
    await this.changed()
    return row
  }

  /** @throws DomainError validation_failed when there is no such channel */
  private async requireChannel(tx: Tx, id: string | null | undefined): Promise<void> {
    if (!id) return
    const channel = await tx.selectFrom('sales_channel').select('id').where('id', '=', id).executeTakeFirst()
    if (!channel) throw new DomainError('validation_failed', { field: 'channel_id' })
  }

  private async lock(tx: Tx, id: string): Promise<Row> {
    const row = await tx.selectFrom('publishable_key').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  private live(): Promise<{ id: string; hash: string; origins: string[]; storeId: string; channelId: string | null }[]> {
    return this.cache.wrap('keys:live', 60, async () => {
      const rows = await this.database.read.selectFrom('publishable_key').selectAll().where('revoked_at', 'is', null).execute()
      return rows.map((row) => ({ id: row.id, hash: row.key_hash, origins: row.origins, storeId: row.store_id, channelId: row.channel_id }))
    })
  }

  private changed(): Promise<void> {
    return this.cache.drop('keys:')
  }
}

const newKey = (): string => `pk_${newSecret()}`

function view(row: Row): PublishableKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    origins: row.origins,
    store_id: row.store_id,
    channel_id: row.channel_id,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_rotated_at: row.last_rotated_at.toISOString(),
    created_at: row.created_at.toISOString(),
  }
}
