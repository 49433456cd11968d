import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../platform/db/index.ts'
import type { ManagedNavigation, ManagedPolicy } from './contract.ts'
import { StoreService } from './store.service.ts'

/** Policies and navigation of the default store. */
@Injectable()
export class StoreContent {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stores: StoreService,
  ) {}

  async policies(filter: { limit: number; offset: number; kind?: string | undefined }): Promise<Page<ManagedPolicy>> {
    let query = this.database.read.selectFrom('store_policy')
    if (filter.kind) query = query.where('kind', '=', filter.kind)
    const [rows, counted] = await Promise.all([
      query.selectAll().orderBy('created_at', 'desc').orderBy('id').limit(filter.limit).offset(filter.offset).execute(),
      query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { items: rows.map(policyOf), total: Number(counted.total) }
  }

  /**
   * A policy is never changed: each text is a new revision, and orders keep the one they were placed under.
   * @throws DomainError validation_failed without English and Arabic
   */
  async publishPolicy(ctx: RequestContext, input: Pick<ManagedPolicy, 'kind' | 'title' | 'body'>): Promise<ManagedPolicy> {
    for (const locale of ['en', 'ar'] as const) {
      if (!input.title[locale]?.trim() || !input.body[locale]?.trim())
        throw new DomainError('validation_failed', { field: `body.${locale}` })
    }
    const now = this.clock.now()
    const policy = await this.database.transaction(async (tx) => {
      const storeId = await this.lockStore(tx)
      const last = await tx
        .selectFrom('store_policy')
        .select((eb) => eb.fn.max('revision').as('revision'))
        .where('store_id', '=', storeId)
        .where('kind', '=', input.kind)
        .executeTakeFirst()
      const row = await tx
        .insertInto('store_policy')
        .values({
          id: newId('pol'),
          store_id: storeId,
          kind: input.kind,
          revision: Number(last?.revision ?? 0) + 1,
          title: jsonb(input.title),
          body: jsonb(input.body),
          published_at: now,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      await audit(tx, ctx, {
        action: 'policy.publish',
        resource: { type: 'store_policy', id: row.id },
        after: { kind: row.kind, revision: row.revision },
      })
      return policyOf(row)
    })
    await this.stores.changed()
    return policy
  }

  async navigation(): Promise<ManagedNavigation> {
    return (await this.stores.current()).navigation
  }

  async setNavigation(ctx: RequestContext, navigation: ManagedNavigation): Promise<ManagedNavigation> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      const storeId = await this.lockStore(tx)
      const texts = { header: jsonb(navigation.header), footer: jsonb(navigation.footer), updated_at: now }
      await tx
        .insertInto('store_navigation')
        .values({ id: newId('nav'), store_id: storeId, ...texts, created_at: now })
        .onConflict((conflict) => conflict.column('store_id').doUpdateSet(texts))
        .execute()
      await audit(tx, ctx, { action: 'navigation.set', resource: { type: 'store', id: storeId } })
    })
    await this.stores.changed()
    return this.navigation()
  }

  /** The default store, locked so that two revisions do not get one number. @throws DomainError not_found before there is one */
  private async lockStore(tx: Tx): Promise<string> {
    const row = await tx
      .selectFrom('store')
      .select('id')
      .where('is_default', '=', true)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found', { field: 'store' })
    return row.id
  }
}

function policyOf(row: {
  id: string
  kind: string
  revision: number
  title: unknown
  body: unknown
  published_at: Date | null
  created_at: Date
}): ManagedPolicy {
  return {
    id: row.id,
    kind: row.kind as ManagedPolicy['kind'],
    version: row.revision,
    title: row.title as ManagedPolicy['title'],
    body: row.body as ManagedPolicy['body'],
    published_at: row.published_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  }
}
