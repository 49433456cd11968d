import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../platform/db/index.ts'
import { actionsFor, transition } from '../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { ManagedStore, StoreInput, StorePatch } from './contract.ts'
import { missingToGoLive } from './live-rules.ts'
import { storeLifecycle } from './store.lifecycle.ts'
import { StoreService } from './store.service.ts'

type Verb = 'publish' | 'maintain' | 'archive'

/** Stores for staff. */
@Injectable()
export class StoreAdmin {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly stores: StoreService,
  ) {}

  async list(ctx: RequestContext, filter: { limit: number; offset: number; status?: string | undefined }): Promise<Page<ManagedStore>> {
    let query = this.database.read.selectFrom('store').where('deleted_at', 'is', null)
    if (filter.status) query = query.where('status', '=', filter.status)
    const [rows, counted] = await Promise.all([
      query.select('id').orderBy('created_at', 'desc').orderBy('id').limit(filter.limit).offset(filter.offset).execute(),
      query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { items: await Promise.all(rows.map((row) => this.get(ctx, row.id))), total: Number(counted.total) }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedStore> {
    const row = await db.selectFrom('store').selectAll().where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const policies = await db
      .selectFrom('store_policy')
      .select(['kind', 'title', 'body'])
      .where('store_id', '=', id)
      .where('published_at', 'is not', null)
      .orderBy('revision')
      .execute()
    const facts = { ...(row as unknown as ManagedStore), policies: policies as { kind: string; title: object; body: object }[] }
    return {
      ...(row as unknown as ManagedStore),
      missing: missingToGoLive(facts),
      actions: actionsFor(storeLifecycle, row, ctx) as Verb[],
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }
  }

  /** @throws DomainError already_exists (handle), default_exists, currency_not_supported */
  async create(ctx: RequestContext, input: StoreInput): Promise<ManagedStore> {
    this.requireCurrencies(input.currencies, input.default_currency)
    const now = this.clock.now()
    const store = await this.database.transaction(async (tx) => {
      const id = newId('sto')
      try {
        await tx
          .insertInto('store')
          .values({ ...input, id, name: jsonb(input.name), tagline: jsonb(input.tagline), created_at: now, updated_at: now })
          .execute()
      } catch (error) {
        if (violates(error, '23505', 'store_one_default')) throw new DomainError('default_exists', { cause: error })
        if (violates(error, '23505', 'store_handle_key')) throw new DomainError('already_exists', { field: 'handle', cause: error })
        throw error
      }
      await audit(tx, ctx, { action: 'store.create', resource: { type: 'store', id }, after: { handle: input.handle, kind: input.kind } })
      return this.get(ctx, id, tx)
    })
    await this.stores.changed()
    return store
  }

  /** @throws DomainError currency_not_supported; publish_requirements_missing when a live store would lose what it needs */
  async update(ctx: RequestContext, id: string, patch: StorePatch): Promise<ManagedStore> {
    const now = this.clock.now()
    const store = await this.database.transaction(async (tx) => {
      const before = await tx
        .selectFrom('store')
        .selectAll()
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
      if (!before) throw new DomainError('not_found')
      this.requireCurrencies(patch.currencies ?? before.currencies, patch.default_currency ?? before.default_currency)
      const { currencies, default_currency: currency, locales, kind, ...texts } = patch
      const changed = Object.fromEntries(
        Object.entries(texts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value === null ? null : jsonb(value)]])),
      )
      await tx
        .updateTable('store')
        .set((eb) => ({
          ...changed,
          ...(currencies ? { currencies } : {}),
          ...(currency ? { default_currency: currency } : {}),
          ...(locales ? { locales } : {}),
          ...(kind ? { kind } : {}),
          version: eb('version', '+', 1),
          updated_at: now,
        }))
        .where('id', '=', id)
        .execute()
      const after = await this.get(ctx, id, tx)
      if (after.status === 'live') requireLive(after)
      await audit(tx, ctx, { action: 'store.update', resource: { type: 'store', id }, after: patch })
      return after
    })
    await this.stores.changed()
    return store
  }

  /** @throws DomainError invalid_transition, publish_requirements_missing */
  async move(ctx: RequestContext, id: string, name: Verb): Promise<ManagedStore> {
    const store = await this.database.transaction(async (tx) => {
      await transition(tx, storeLifecycle, { id, name, ctx })
      const after = await this.get(ctx, id, tx)
      if (after.status === 'live') requireLive(after)
      return after
    })
    await this.stores.changed()
    return store
  }

  private requireCurrencies(currencies: readonly string[], currency: string): void {
    const supported = this.tenant.document.currencies
    const foreign = currencies.find((code) => !supported.includes(code))
    if (foreign)
      throw new DomainError('currency_not_supported', { field: 'currencies', details: { currency: foreign, currencies: supported } })
    if (!currencies.includes(currency))
      throw new DomainError('currency_not_supported', { field: 'default_currency', details: { currencies } })
  }
}

function requireLive(store: ManagedStore): void {
  if (store.missing.length > 0) throw new DomainError('publish_requirements_missing', { details: { list: store.missing } })
}
