import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Cache } from '../../platform/cache/cache.ts'
import type { Tx } from '../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../platform/managed/managed-rows.ts'
import { salesChannels } from './contract.ts'

type Row = Selectable<DB['sales_channel']>

/** The ways a shop sells. */
@Injectable()
export class ChannelRows extends ManagedRows<'sales_channel', typeof salesChannels> {
  constructor(
    parts: ManagedParts,
    private readonly cache: Cache,
  ) {
    super(parts, salesChannels, {
      table: 'sales_channel',
      entity: 'channel.sales_channel',
      prefix: 'chn',
      owner: { column: 'id' },
      order: ['created_at', '-created_at', 'code', '-code'],
      search: 'name',
    })
  }

  protected override async written(tx: Tx): Promise<void> {
    this.parts.database.afterCommit(tx, async () => {
      await this.cache.drop('channel:')
      await this.cache.drop('catalogue:')
    })
  }

  protected override async further(db: Tx, _ctx: RequestContext, rows: readonly Row[]) {
    const ids = rows.map((row) => row.id)
    const counted = async (table: 'channel_product' | 'publishable_key') => {
      const found = await db
        .selectFrom(table)
        .select((eb) => ['channel_id', eb.fn.countAll<number>().as('count')])
        .where('channel_id', 'in', ids)
        .groupBy('channel_id')
        .execute()
      return new Map(found.map((one) => [one.channel_id, Number(one.count)]))
    }
    const [products, keys] = [await counted('channel_product'), await counted('publishable_key')]
    return new Map(ids.map((id) => [id, { products: products.get(id) ?? 0, keys: keys.get(id) ?? 0 }]))
  }
}
