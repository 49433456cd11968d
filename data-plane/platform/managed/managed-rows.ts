import { DomainError, I18nText, type Input, type ManagedNoun, Money, newId, type Output, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { DB } from '../../generated/db.ts'
import { audit } from '../audit/audit.ts'
import { Clock } from '../clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../db/index.ts'
import { appendEvent } from '../outbox/append-event.ts'
import { TenantContext } from '../tenant/tenant-context.ts'

/** Tables whose rows are plain nouns. */
export type ManagedTable = {
  [T in keyof DB]: DB[T] extends { id: unknown; version: unknown; created_at: unknown; updated_at: unknown } ? T : never
}[keyof DB]

type Row = Record<string, unknown> & { id: string; version: number }

export interface ManagedPlan<T extends ManagedTable> {
  table: T
  /** What it is called in events and audit: `event.venue`. */
  entity: string
  /** Prefix of new ids. */
  prefix: string
  /** Whose rows these are: by a column of their own, or by that of the row they belong to. */
  owner: { column: string } | { parent: ManagedTable; by: string; column: string }
  /** Columns the list may be ordered by; the first is the default. An index stands behind each. */
  order: readonly [string, ...string[]]
  /** Column the query's `q` is looked for in (a jsonb text is looked through in every language). */
  search?: string
  /** Fields of the input that are no columns of this row: children, which `written` stores. */
  elsewhere?: readonly string[]
  /** Removed rows stay, with `deleted_at`, because something sold points to them. */
  keepsRemoved?: boolean
}

@Injectable()
export class ManagedParts {
  constructor(
    readonly database: Database,
    readonly clock: Clock,
    readonly tenant: TenantContext,
  ) {}
}

/**
 * Lists, reads, adds, changes and removes the rows of a declared noun: a vendor's staff see their vendor's rows only, every write is
 * audited, leaves an event (`event.venue.created|changed|removed`) and raises the row's version. A field is the column of
 * its name; money is `<name>_amount` in the tenant's currency; texts and objects are jsonb. What else a noun needs is said in the hooks.
 */
export abstract class ManagedRows<T extends ManagedTable, N extends ManagedNoun> {
  constructor(
    protected readonly parts: ManagedParts,
    readonly declared: N,
    protected readonly plan: ManagedPlan<T>,
  ) {}

  /** Further columns of a row about to be written. @throws DomainError when a rule forbids it */
  protected async columns(
    _tx: Tx,
    _ctx: RequestContext,
    _input: Partial<Input<N['create']>['body']>,
    _before: Selectable<DB[T]> | null,
  ): Promise<Record<string, unknown>> {
    return {}
  }

  /** After a row was written or removed, in the same transaction: children, counters, caches. */
  protected async written(
    _tx: Tx,
    _ctx: RequestContext,
    _row: Selectable<DB[T]>,
    _input: Partial<Input<N['create']>['body']> | null,
  ): Promise<void> {}

  /** Further fields of the answer, by row id: one question for all rows of a page. */
  protected async further(
    _db: Tx,
    _ctx: RequestContext,
    _rows: readonly Selectable<DB[T]>[],
  ): Promise<ReadonlyMap<string, Record<string, unknown>>> {
    return new Map()
  }

  /** The condition of a filter that is no column of its name. */
  protected condition(_filter: string, _value: unknown): RawBuilder<unknown> | undefined {
    return undefined
  }

  async list(ctx: RequestContext, query: Input<N['list']>['query']): Promise<Page<Output<N['get']>>> {
    const { limit, offset, order, q, ...filters } = query as { limit: number; offset: number; order?: string; q?: string } & Record<
      string,
      unknown
    >
    const where = [...this.scope(ctx), ...this.filters(filters)]
    if (q && this.plan.search) where.push(sql`r.${sql.ref(this.plan.search)}::text ILIKE ${`%${q.replace(/[\\%_]/g, '\\$&')}%`}`)
    const found = sql`FROM ${sql.table(this.plan.table)} r WHERE ${sql.join(where, sql` AND `)}`
    const { rows } = await sql<Row>`SELECT r.* ${found} ORDER BY ${this.orderBy(order)}, r.id LIMIT ${limit} OFFSET ${offset}`.execute(
      this.parts.database.read,
    )
    const { rows: counted } = await sql<{ total: number }>`SELECT count(*)::int AS total ${found}`.execute(this.parts.database.read)
    return { items: await this.views(this.parts.database.read, ctx, rows), total: counted[0]!.total }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.parts.database.read): Promise<Output<N['get']>> {
    const { rows } =
      await sql<Row>`SELECT r.* FROM ${sql.table(this.plan.table)} r WHERE r.id = ${id} AND ${sql.join(this.scope(ctx), sql` AND `)}`.execute(
        db,
      )
    const [view] = await this.views(db, ctx, rows)
    if (!view) throw new DomainError('not_found')
    return view
  }

  /** @throws DomainError already_exists | validation_failed | currency_mismatch | what `columns` refuses */
  async create(ctx: RequestContext, input: Input<N['create']>['body']): Promise<Output<N['get']>> {
    return this.parts.database.transaction(async (tx) => {
      const now = this.parts.clock.now()
      const id = newId(this.plan.prefix)
      const values = {
        ...(await this.ownership(tx, ctx, input as Record<string, unknown>)),
        ...this.stored(input as Record<string, unknown>),
        ...(await this.columns(tx, ctx, input as Partial<Input<N['create']>['body']>, null)),
        id,
        created_at: now,
        updated_at: now,
      }
      const columns = Object.keys(values).map((column) => sql.ref(column))
      const row = await this.write(
        sql`INSERT INTO ${sql.table(this.plan.table)} (${sql.join(columns)}) VALUES (${sql.join(Object.values(values))}) RETURNING *`,
        tx,
      )
      await this.settle(tx, ctx, 'created', row!, input as Record<string, unknown>)
      return this.get(ctx, id, tx)
    })
  }

  /** @throws DomainError not_found | stale_version | already_exists | validation_failed | what `columns` refuses */
  async update(ctx: RequestContext, id: string, patch: Input<N['update']>['body']): Promise<Output<N['get']>> {
    const { version, ...input } = patch as Record<string, unknown> & { version?: number }
    return this.parts.database.transaction(async (tx) => {
      const before = await this.lock(tx, ctx, id)
      if (version !== undefined && version !== before.version)
        throw new DomainError('stale_version', { details: { version: before.version } })
      const changes = {
        ...(this.movesParent(input) && (await this.ownership(tx, ctx, input))),
        ...this.stored(input),
        ...(await this.columns(tx, ctx, input as Partial<Input<N['create']>['body']>, before as Selectable<DB[T]>)),
        updated_at: this.parts.clock.now(),
      }
      const assignments = Object.entries(changes).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
      const row = await this.write(
        sql`UPDATE ${sql.table(this.plan.table)} SET ${sql.join(assignments)}, version = version + 1 WHERE id = ${id} RETURNING *`,
        tx,
      )
      await this.settle(tx, ctx, 'changed', row!, input)
      return this.get(ctx, id, tx)
    })
  }

  /** @throws DomainError not_found | validation_failed `in_use` while another row needs it */
  async remove(ctx: RequestContext, id: string): Promise<{ id: string }> {
    return this.parts.database.transaction(async (tx) => {
      const before = await this.lock(tx, ctx, id)
      const table = sql.table(this.plan.table)
      await this.write(
        this.plan.keepsRemoved
          ? sql`UPDATE ${table} SET deleted_at = ${this.parts.clock.now()}, version = version + 1 WHERE id = ${id} RETURNING *`
          : sql`DELETE FROM ${table} WHERE id = ${id} RETURNING *`,
        tx,
      )
      await this.settle(tx, ctx, 'removed', { ...before, version: before.version + 1 }, null)
      return { id }
    })
  }

  private scope({ actor }: RequestContext): RawBuilder<unknown>[] {
    const { owner, keepsRemoved } = this.plan
    const live = keepsRemoved ? [sql`r.deleted_at IS NULL`] : []
    if (actor.kind === 'staff' || actor.kind === 'system') return live.length > 0 ? live : [sql`true`]
    if (actor.kind !== 'vendor') return [sql`false`]
    const own =
      'parent' in owner
        ? sql`EXISTS (SELECT 1 FROM ${sql.table(owner.parent)} o WHERE o.id = r.${sql.ref(owner.by)} AND o.${sql.ref(owner.column)} = ${actor.vendorId})`
        : sql`r.${sql.ref(owner.column)} = ${actor.vendorId}`
    return [own, ...live]
  }

  private filters(given: Record<string, unknown>): RawBuilder<unknown>[] {
    return Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => this.condition(name, value) ?? sql`r.${sql.ref(name)} = ${value}`)
  }

  private orderBy(asked: string | undefined): RawBuilder<unknown> {
    const wanted = asked ?? this.plan.order[0]
    const column = wanted.replace(/^-/, '')
    if (!this.plan.order.some((known) => known.replace(/^-/, '') === column))
      throw new DomainError('invalid_request', {
        field: 'order',
        details: { fields: [{ field: 'order', message: `one of ${this.plan.order.join(', ')}` }] },
      })
    return wanted.startsWith('-') ? sql`r.${sql.ref(column)} DESC` : sql`r.${sql.ref(column)}`
  }

  /** A row of a vendor is that vendor's; a row of a parent needs the parent to be. */
  private async ownership(tx: Tx, { actor }: RequestContext, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { owner } = this.plan
    if (actor.kind !== 'vendor') return {}
    if (!('parent' in owner)) return { [owner.column]: actor.vendorId }
    const { rows } =
      await sql`SELECT 1 FROM ${sql.table(owner.parent)} WHERE id = ${input[owner.by]} AND ${sql.ref(owner.column)} = ${actor.vendorId} FOR SHARE`.execute(
        tx,
      )
    if (rows.length === 0) throw new DomainError('not_found', { field: owner.by })
    return {}
  }

  private movesParent(input: Record<string, unknown>): boolean {
    return 'parent' in this.plan.owner && input[this.plan.owner.by] !== undefined
  }

  private async lock(tx: Tx, ctx: RequestContext, id: string): Promise<Row> {
    const { rows } =
      await sql<Row>`SELECT r.* FROM ${sql.table(this.plan.table)} r WHERE r.id = ${id} AND ${sql.join(this.scope(ctx), sql` AND `)} FOR UPDATE OF r`.execute(
        tx,
      )
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  private async write(statement: RawBuilder<unknown>, tx: Tx): Promise<Row | undefined> {
    try {
      return (await statement.execute(tx)).rows[0] as Row | undefined
    } catch (error) {
      if (violates(error, '23505'))
        throw new DomainError('already_exists', { details: { constraint: (error as { constraint?: string }).constraint } })
      // a row that is pointed to (23503 once checked late, 23001 at once), or one that points to nothing
      if (violates(error, '23503') || violates(error, '23001'))
        throw new DomainError('validation_failed', {
          details: { reason: 'in_use_or_unknown', constraint: (error as { constraint?: string }).constraint },
        })
      throw error
    }
  }

  /** After a row was written by a verb of its own: children, event, audit. */
  protected async settle(
    tx: Tx,
    ctx: RequestContext,
    what: 'created' | 'changed' | 'removed',
    row: Row,
    input: Record<string, unknown> | null,
  ): Promise<void> {
    await this.written(tx, ctx, row as Selectable<DB[T]>, input as Partial<Input<N['create']>['body']> | null)
    const { entity } = this.plan
    await appendEvent(tx, {
      type: `${entity}.${what}`,
      aggregate: { type: entity, id: row.id, version: row.version },
      payload: { id: row.id },
      ctx,
    })
    await audit(tx, ctx, { action: `${entity}.${what}`, resource: { type: entity, id: row.id }, ...(input && { after: input }) })
  }

  /** Fields of the input as columns. */
  private stored(input: Record<string, unknown>): Record<string, unknown> {
    const columns: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(this.declared.input.shape)) {
      if (input[name] === undefined || this.plan.elsewhere?.includes(name)) continue
      const kind = kindOf(field as z.ZodType)
      if (kind === 'money') columns[`${name}_amount`] = this.amount(name, input[name] as Money | null)
      else columns[name] = kind === 'json' && input[name] !== null ? jsonb(input[name]) : input[name]
    }
    return columns
  }

  private amount(field: string, money: Money | null): number | null {
    const currency = this.parts.tenant.document.default_currency
    if (money && money.currency !== currency) throw new DomainError('currency_mismatch', { field, details: { currency } })
    return money?.amount ?? null
  }

  private async views(db: Tx, ctx: RequestContext, rows: readonly Row[]): Promise<Output<N['get']>[]> {
    if (rows.length === 0) return []
    const further = await this.further(db, ctx, rows as unknown as Selectable<DB[T]>[])
    return rows.map((row) => ({ ...this.shown(row), ...further.get(row.id) }) as Output<N['get']>)
  }

  private shown(row: Row): Record<string, unknown> {
    const currency = this.parts.tenant.document.default_currency
    return Object.fromEntries(
      Object.entries(this.declared.shape.shape).flatMap(([name, field]) => {
        const value = kindOf(field as z.ZodType) === 'money' ? row[`${name}_amount`] : row[name]
        if (value === undefined) return []
        if (kindOf(field as z.ZodType) === 'money') return [[name, value === null ? null : { amount: value, currency }]]
        return [[name, value instanceof Date ? value.toISOString() : value]]
      }),
    )
  }
}

/** How a field is stored: money as minor units, texts in languages and objects as jsonb, all else as it is (arrays of plain values too). */
function kindOf(field: z.ZodType): 'money' | 'json' | 'plain' {
  if (field instanceof z.ZodNullable || field instanceof z.ZodOptional || field instanceof z.ZodDefault)
    return kindOf(field.unwrap() as z.ZodType)
  if (field === Money) return 'money'
  if (field === I18nText || field instanceof z.ZodObject || field instanceof z.ZodRecord) return 'json'
  if (field instanceof z.ZodArray) return kindOf(field.element as z.ZodType) === 'plain' ? 'plain' : 'json'
  return 'plain'
}
