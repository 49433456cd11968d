import { DomainError, type I18nText, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/append-event.ts'
import { type KeptPicture, pictureView, publicPicture } from '../../file/public-picture.ts'
import type { CategoryInput, CategoryPatch, ManagedCategory } from '../contract.ts'
import { CategoryTree } from '../read/category-tree.ts'
import { Reader } from '../read/reader.ts'
import { indexProducts } from '../search/index-writer.ts'

interface Row {
  id: string
  handle: string
  parent_id: string | null
  path: string
  depth: number
  position: number
  name: I18nText
  description: I18nText
  picture: KeptPicture | null
  attribute_schema: ManagedCategory['attribute_schema']
  product_count: number
  version: number
  created_at: Date
  updated_at: Date
  total: number
}

/** The category tree for staff. Paths of a subtree change in one transaction, never into a cycle. */
@Injectable()
export class CategoryWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tree: CategoryTree,
    private readonly reader: Reader,
  ) {}

  async list(
    ctx: RequestContext,
    filter: { limit: number; offset: number; q?: string | undefined; parent_id?: string | undefined },
  ): Promise<Page<ManagedCategory>> {
    const rows = await this.rows(this.database.read, filter)
    return { items: rows.map((row) => this.view(ctx, row)), total: rows[0]?.total ?? 0 }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedCategory> {
    const [row] = await this.rows(db, { limit: 1, offset: 0, id })
    if (!row) throw new DomainError('not_found')
    return this.view(ctx, row)
  }

  /** @throws DomainError already_exists (handle), validation_failed (parent, depth, picture) */
  async create(ctx: RequestContext, input: CategoryInput): Promise<ManagedCategory> {
    const now = this.clock.now()
    const created = await this.database.transaction(async (tx) => {
      const parent = input.parent_id ? await this.lock(tx, input.parent_id, 'parent_id') : null
      if (parent && parent.depth >= 6)
        throw new DomainError('validation_failed', { field: 'parent_id', details: { reason: 'too_deep', most: 6 } })
      const id = newId('cat')
      const picture = await publicPicture(tx, input.picture_file_id, input.name)
      try {
        await sql`
          INSERT INTO category (id, handle, parent_id, path, depth, position, name, description, attribute_schema, picture_file_id, picture, created_at, updated_at)
          VALUES (${id}, ${input.handle}, ${input.parent_id}, ${parent ? `${parent.path}.${id}` : id}::ltree, ${(parent?.depth ?? 0) + 1}, ${input.position},
            ${jsonb(input.name)}::jsonb, ${jsonb(input.description)}::jsonb, ${jsonb(input.attribute_schema)}::jsonb, ${input.picture_file_id},
            ${picture && jsonb(picture)}::jsonb, ${now}, ${now})`.execute(tx)
      } catch (error) {
        throw asTaken(error)
      }
      await audit(tx, ctx, {
        action: 'category.create',
        resource: { type: 'category', id },
        after: { handle: input.handle, parent_id: input.parent_id },
      })
      return this.get(ctx, id, tx)
    })
    await this.tree.changed()
    return created
  }

  async update(ctx: RequestContext, id: string, patch: CategoryPatch): Promise<ManagedCategory> {
    const now = this.clock.now()
    const updated = await this.database.transaction(async (tx) => {
      const before = await this.lock(tx, id)
      const { name, description, attribute_schema: attributes, picture_file_id: fileId, ...plain } = patch
      const picture = fileId === undefined ? undefined : await publicPicture(tx, fileId, name ?? before.name)
      const changes = {
        ...plain,
        ...(name ? { name: jsonb(name) } : {}),
        ...(description ? { description: jsonb(description) } : {}),
        ...(attributes ? { attribute_schema: jsonb(attributes) } : {}),
        ...(fileId === undefined ? {} : { picture_file_id: fileId, picture: picture ? jsonb(picture) : null }),
      }
      try {
        await tx
          .updateTable('category')
          .set((eb) => ({ ...changes, version: eb('version', '+', 1), updated_at: now }))
          .where('id', '=', id)
          .execute()
      } catch (error) {
        throw asTaken(error)
      }
      // Names and facets of a category are words and tags of its products.
      await this.reindex(tx, before.path, now)
      await audit(tx, ctx, { action: 'category.update', resource: { type: 'category', id }, after: patch })
      return this.get(ctx, id, tx)
    })
    await this.tree.changed()
    return updated
  }

  /** @throws DomainError category_cycle under itself or its own child, validation_failed when the subtree would be too deep */
  async move(ctx: RequestContext, id: string, parentId: string | null): Promise<ManagedCategory> {
    const now = this.clock.now()
    const moved = await this.database.transaction(async (tx) => {
      // Two moves at once could build a cycle together: one after the other.
      await sql`SELECT pg_advisory_xact_lock(hashtext('catalogue.category.tree'))`.execute(tx)
      const category = await this.lock(tx, id)
      const parent = parentId ? await this.lock(tx, parentId, 'parent_id') : null
      if (parent && (parent.id === id || parent.path.split('.').includes(id)))
        throw new DomainError('category_cycle', { field: 'parent_id' })
      const base = parent ? `${parent.path}.${id}` : id
      const { rows } = await sql<{
        deepest: number
      }>`SELECT max(depth)::int AS deepest FROM category WHERE path <@ ${category.path}::ltree AND deleted_at IS NULL`.execute(tx)
      const deepest = (parent?.depth ?? 0) + 1 + rows[0]!.deepest - category.depth
      if (deepest > 6) throw new DomainError('validation_failed', { field: 'parent_id', details: { reason: 'too_deep', most: 6 } })
      await sql`
        UPDATE category SET
          path = CASE WHEN id = ${id} THEN ${base}::ltree ELSE ${base}::ltree || subpath(path, ${category.depth}) END,
          depth = depth - ${category.depth} + ${(parent?.depth ?? 0) + 1},
          parent_id = CASE WHEN id = ${id} THEN ${parentId} ELSE parent_id END,
          version = version + 1, updated_at = ${now}
        WHERE path <@ ${category.path}::ltree`.execute(tx)
      await this.reindex(tx, base, now)
      await appendEvent(tx, {
        type: 'catalogue.category.moved',
        aggregate: { type: 'category', id, version: category.version + 1 },
        payload: { id, parent_id: parentId },
        ctx,
      })
      await audit(tx, ctx, {
        action: 'category.move',
        resource: { type: 'category', id },
        before: { parent_id: category.parent_id },
        after: { parent_id: parentId },
      })
      return this.get(ctx, id, tx)
    })
    await this.tree.changed()
    return moved
  }

  /** @throws DomainError validation_failed while it has children or products */
  async remove(ctx: RequestContext, id: string): Promise<{ id: string }> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      await this.lock(tx, id)
      const { rows } = await sql<{ children: number; products: number }>`
        SELECT (SELECT count(*)::int FROM category WHERE parent_id = ${id} AND deleted_at IS NULL) AS children,
          (SELECT count(*)::int FROM product WHERE category_id = ${id} AND status <> 'archived' AND deleted_at IS NULL) AS products`.execute(
        tx,
      )
      const { children, products } = rows[0]!
      if (children > 0 || products > 0) throw new DomainError('validation_failed', { details: { reason: 'not_empty', children, products } })
      await tx.updateTable('category').set({ deleted_at: now, updated_at: now }).where('id', '=', id).execute()
      await audit(tx, ctx, { action: 'category.remove', resource: { type: 'category', id } })
    })
    await this.tree.changed()
    return { id }
  }

  private async lock(tx: Tx, id: string, field?: string) {
    const { rows } = await sql<{ id: string; path: string; depth: number; parent_id: string | null; version: number; name: I18nText }>`
      SELECT id, path::text AS path, depth, parent_id, version, name FROM category WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`.execute(
      tx,
    )
    if (!rows[0])
      throw field ? new DomainError('validation_failed', { field, details: { reason: 'unknown' } }) : new DomainError('not_found')
    return rows[0]
  }

  private async reindex(tx: Tx, path: string, now: Date): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      SELECT p.id FROM product p JOIN category c ON c.id = p.category_id WHERE c.path <@ ${path}::ltree AND p.status = 'published'`.execute(
      tx,
    )
    await indexProducts(
      tx,
      rows.map((row) => row.id),
      now,
    )
  }

  private async rows(
    db: Tx,
    filter: { limit: number; offset: number; id?: string; q?: string | undefined; parent_id?: string | undefined },
  ): Promise<Row[]> {
    const [id, parent, typed] = [filter.id ?? null, filter.parent_id ?? null, filter.q?.trim().toLowerCase() || null]
    const { rows } = await sql<Row>`
      SELECT c.id, c.handle, c.parent_id, c.depth, c.position, c.name, c.description, c.picture, c.attribute_schema, c.version, c.created_at, c.updated_at,
        (SELECT string_agg(a.handle, '/' ORDER BY a.depth) FROM category a WHERE a.path @> c.path) AS path,
        (SELECT count(*)::int FROM product p WHERE p.category_id = c.id AND p.status <> 'archived' AND p.deleted_at IS NULL) AS product_count,
        count(*) OVER ()::int AS total
      FROM category c
      WHERE c.deleted_at IS NULL AND (${id}::text IS NULL OR c.id = ${id}) AND (${parent}::text IS NULL OR c.parent_id = ${parent})
        AND (${typed}::text IS NULL OR position(${typed}::text in lower(c.name::text || ' ' || c.handle)) > 0)
      ORDER BY (SELECT array_agg(ARRAY[a.position::text, a.handle] ORDER BY a.depth) FROM category a WHERE a.path @> c.path), c.id
      LIMIT ${filter.limit} OFFSET ${filter.offset}`.execute(db)
    return rows
  }

  private view(ctx: RequestContext, { total: _total, ...row }: Row): ManagedCategory {
    return {
      ...row,
      picture: row.picture && pictureView(row.picture, ctx.locale, this.reader.fallback),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }
  }
}

function asTaken(error: unknown): unknown {
  return violates(error, '23505', 'category_handle_key') ? new DomainError('already_exists', { field: 'handle', cause: error }) : error
}
