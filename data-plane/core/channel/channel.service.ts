import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../platform/audit/audit.ts'
import { KeySources } from '../../platform/auth/key-sources.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx, violates } from '../../platform/db/index.ts'
import { ChannelRows } from './channel.rows.ts'
import type { linkChannelProducts, listChannelProducts } from './contract.ts'

export interface Channel {
  id: string
  code: string
  status: string
  listing: string
}

/** The channel of whoever brings no key. */
const webCode = 'web'

/** Through which channel a request comes, and what that channel sells. A shop without channels sells everything everywhere. */
@Injectable()
export class Channels {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
    private readonly keys: KeySources,
    private readonly rows: ChannelRows,
  ) {}

  /** The channel of the publishable key, else the web shop's; null where there is none. */
  async of(ctx: RequestContext): Promise<Channel | null> {
    const all = await this.all()
    if (all.length === 0) return null
    const given = ctx.headers['x-publishable-key']
    const key = typeof given === 'string' && given !== '' ? await this.keys.resolve(given) : null
    const named = key?.channelId ? all.find((channel) => channel.id === key.channelId) : undefined
    return named ?? all.find((channel) => channel.code === webCode) ?? null
  }

  /** Id of the caller's channel when it shows linked products only; null when it shows all. */
  async listingOf(ctx: RequestContext): Promise<string | null> {
    const channel = await this.of(ctx)
    return channel?.listing === 'linked' ? channel.id : null
  }

  /** @throws DomainError not_found when a channel does not show this product */
  async requireShown(channelId: string | null, productId: string): Promise<void> {
    if (channelId === null) return
    const row = await this.database.read
      .selectFrom('channel_product')
      .select('product_id')
      .where('channel_id', '=', channelId)
      .where('product_id', '=', productId)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
  }

  /**
   * What must hold before something is ordered.
   * @param channel the caller's, read before the transaction: nothing in one waits for a second connection
   * @param variantIds of the products among the lines
   * @returns code of the channel it is sold through
   * @throws DomainError sales_closed while the channel is paused | not_found for a product it does not sell
   */
  async requireSelling(tx: Tx, channel: Channel | null, variantIds: readonly string[]): Promise<string | null> {
    if (!channel) return null
    if (channel.status === 'paused') throw new DomainError('sales_closed', { details: { reason: 'channel_paused', channel: channel.code } })
    if (channel.listing === 'linked' && variantIds.length > 0) {
      const { rows } = await sql<{ product_id: string }>`
        SELECT va.product_id FROM variant va WHERE va.id = ANY (${sql.val(variantIds)}::text[])
          AND NOT EXISTS (SELECT 1 FROM channel_product cp WHERE cp.channel_id = ${channel.id} AND cp.product_id = va.product_id) LIMIT 1`.execute(
        tx,
      )
      if (rows[0])
        throw new DomainError('not_found', { field: 'lines', details: { product_id: rows[0].product_id, channel: channel.code } })
    }
    return channel.code
  }

  async products(id: string, { limit, offset }: { limit: number; offset: number }): Promise<Output<typeof listChannelProducts>> {
    const { rows } = await sql<{ product_id: string; handle: string; title: I18nText; created_at: Date }>`
      SELECT cp.product_id, p.handle, p.title, cp.created_at FROM channel_product cp JOIN product p ON p.id = cp.product_id
      WHERE cp.channel_id = ${id} ORDER BY cp.product_id LIMIT ${limit} OFFSET ${offset}`.execute(this.database.read)
    const counted = await this.database.read
      .selectFrom('channel_product')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .where('channel_id', '=', id)
      .executeTakeFirstOrThrow()
    const items = rows.map(({ created_at, ...row }) => ({ ...row, linked_at: created_at.toISOString() }))
    return { items, total: Number(counted.total) }
  }

  /** @throws DomainError not_found | validation_failed for a product there is not */
  async link(ctx: RequestContext, id: string, { link, unlink }: Input<typeof linkChannelProducts>['body']) {
    await this.rows.get(ctx, id)
    const now = this.clock.now()
    try {
      await this.database.transaction(async (tx) => {
        if (unlink.length > 0)
          await tx.deleteFrom('channel_product').where('channel_id', '=', id).where('product_id', 'in', unlink).execute()
        if (link.length > 0) {
          await tx
            .insertInto('channel_product')
            .values([...new Set(link)].map((product_id) => ({ channel_id: id, product_id, created_at: now })))
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        await audit(tx, ctx, {
          action: 'channel.link',
          resource: { type: 'sales_channel', id },
          after: { link: link.length, unlink: unlink.length },
        })
      })
    } catch (error) {
      if (violates(error, '23503')) throw new DomainError('validation_failed', { field: 'link' })
      throw error
    }
    await this.cache.drop('catalogue:')
    return this.rows.get(ctx, id)
  }

  private all(): Promise<Channel[]> {
    return this.cache.wrap('channel:all', 300, () =>
      this.database.read.selectFrom('sales_channel').select(['id', 'code', 'status', 'listing']).orderBy('created_at').execute(),
    )
  }
}
