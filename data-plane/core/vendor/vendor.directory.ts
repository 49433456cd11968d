import { DomainError, type I18nText, type Page, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { VendorCard, VendorProfile } from './contract.ts'

interface PublicRow {
  id: string
  handle: string
  name: I18nText
  tagline: I18nText
  description: I18nText
  city: string | null
  cr_no: string | null
  vat_no: string | null
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  product_count: number
  rating_average: number | null
  rating_count: number
  created_at: Date
  total: number
}

/** What shoppers see of vendors: those that sell, with the number of their visible products. */
@Injectable()
export class VendorDirectory {
  constructor(
    private readonly database: Database,
    private readonly tenant: TenantContext,
  ) {}

  async list(
    ctx: RequestContext,
    { limit, offset, q }: { limit: number; offset: number; q?: string | undefined },
  ): Promise<Page<VendorCard>> {
    const rows = await this.rows(ctx, { limit, offset, q: q?.trim() || null, handle: null })
    return {
      items: rows.map((row) => this.card(ctx, row)),
      total: rows[0]?.total ?? (offset > 0 ? await this.count(q?.trim() || null) : 0),
    }
  }

  /** @throws DomainError not_found also for a vendor that does not sell now */
  async profile(ctx: RequestContext, handle: string): Promise<VendorProfile> {
    const [row] = await this.rows(ctx, { limit: 1, offset: 0, q: null, handle })
    if (!row) throw new DomainError('not_found')
    const { rows: categories } = await sql<{ handle: string; name: I18nText; count: number }>`
      SELECT c.handle, c.name, count(*)::int AS count FROM search_document d JOIN category c ON c.id = d.category_id
      WHERE d.visible AND d.kind = 'product' AND d.vendor_id = ${row.id} GROUP BY c.id ORDER BY count DESC, c.handle`.execute(
      this.database.read,
    )
    return {
      ...this.card(ctx, row),
      description: this.text(ctx, row.description),
      city: row.city,
      cr_no: row.cr_no,
      vat_no: row.vat_no,
      categories: categories.map((category) => ({ ...category, name: this.text(ctx, category.name) })),
      since: row.created_at.toISOString(),
    }
  }

  private async rows(
    ctx: RequestContext,
    wanted: { limit: number; offset: number; q: string | null; handle: string | null },
  ): Promise<PublicRow[]> {
    const { rows } = await sql<PublicRow>`
      SELECT v.id, v.handle, v.name, v.tagline, v.description, v.city, v.cr_no, v.vat_no, v.picture, v.rating_average, v.rating_count, v.created_at,
        coalesce(n.count, 0)::int AS product_count, count(*) OVER ()::int AS total
      FROM vendor v
      LEFT JOIN LATERAL (SELECT count(*) FROM search_document d WHERE d.visible AND d.kind = 'product' AND d.vendor_id = v.id) n ON true
      WHERE v.status = 'active' AND v.deleted_at IS NULL
        AND (${wanted.handle}::text IS NULL OR v.handle = ${wanted.handle})
        AND (${wanted.q}::text IS NULL OR position(lower(${wanted.q}::text) in lower(v.name::text)) > 0)
      ORDER BY lower(coalesce(v.name->>${ctx.locale}, v.name->>'en', v.handle)), v.id
      LIMIT ${wanted.limit} OFFSET ${wanted.offset}`.execute(this.database.read)
    return rows
  }

  private async count(q: string | null): Promise<number> {
    const { rows } = await sql<{ total: number }>`
      SELECT count(*)::int AS total FROM vendor v WHERE v.status = 'active' AND v.deleted_at IS NULL
        AND (${q}::text IS NULL OR position(lower(${q}::text) in lower(v.name::text)) > 0)`.execute(this.database.read)
    return rows[0]!.total
  }

  private card(ctx: RequestContext, row: PublicRow): VendorCard {
    const picture = row.picture && {
      url: `/v1/files/${row.picture.key}`,
      width: row.picture.width,
      height: row.picture.height,
      alt: this.text(ctx, row.picture.alt),
    }
    return {
      id: row.id,
      handle: row.handle,
      name: this.text(ctx, row.name),
      tagline: this.text(ctx, row.tagline),
      picture,
      product_count: row.product_count,
      rating_average: row.rating_average,
      rating_count: row.rating_count,
    }
  }

  private text(ctx: RequestContext, value: I18nText): string {
    return pickText(value, ctx.locale, this.tenant.document.default_locale)
  }
}
