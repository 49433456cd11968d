import { DomainError, type I18nText, type Page, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Database, type Tx } from '../../platform/db/index.ts'
import { actionsFor } from '../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { ManagedVendor } from './contract.ts'
import { vendorLifecycle } from './vendor.lifecycle.ts'

type Row = Omit<ManagedVendor, 'picture' | 'actions' | 'created_at' | 'updated_at'> & {
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  created_at: Date
  updated_at: Date
  total: number
}

export interface VendorFilter {
  limit: number
  offset: number
  q?: string | undefined
  status?: string | undefined
  tier?: string | undefined
}

/** What staff and the vendor itself read of a vendor. */
@Injectable()
export class ManagedVendors {
  constructor(
    private readonly database: Database,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  async list(ctx: RequestContext, filter: VendorFilter): Promise<Page<ManagedVendor>> {
    const rows = await this.rows(this.database.read, filter)
    return { items: rows.map((row) => this.view(ctx, row)), total: rows[0]?.total ?? 0 }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedVendor> {
    const [row] = await this.rows(db, { limit: 1, offset: 0, id })
    if (!row) throw new DomainError('not_found')
    return this.view(ctx, row)
  }

  private async rows(db: Tx, filter: VendorFilter & { id?: string }): Promise<Row[]> {
    const [id, status, tier, typed] = [
      filter.id ?? null,
      filter.status ?? null,
      filter.tier ?? null,
      filter.q?.trim().toLowerCase() || null,
    ]
    const { rows } = await sql<Row>`
      SELECT v.id, v.handle, v.name, v.tagline, v.description, v.legal_name, v.kind, v.tier, v.status, v.status_reason, v.cr_no, v.vat_no, v.email, v.phone,
        v.city, v.verticals, v.picture, v.rating_average, v.rating_count, v.version, v.created_at, v.updated_at,
        (SELECT count(*)::int FROM product p WHERE p.vendor_id = v.id AND p.status <> 'archived' AND p.deleted_at IS NULL) AS product_count,
        count(*) OVER ()::int AS total
      FROM vendor v
      WHERE v.deleted_at IS NULL AND (${id}::text IS NULL OR v.id = ${id}) AND (${status}::text IS NULL OR v.status = ${status})
        AND (${tier}::text IS NULL OR v.tier = ${tier})
        AND (${typed}::text IS NULL OR position(${typed}::text in lower(v.name::text || ' ' || v.legal_name || ' ' || v.handle || ' ' || coalesce(v.cr_no, ''))) > 0)
      ORDER BY v.created_at DESC, v.id LIMIT ${filter.limit} OFFSET ${filter.offset}`.execute(db)
    return rows
  }

  private view(ctx: RequestContext, { total: _total, ...row }: Row): ManagedVendor {
    const picture = row.picture && {
      url: `/v1/files/${row.picture.key}`,
      width: row.picture.width,
      height: row.picture.height,
      alt: pickText(row.picture.alt, ctx.locale, this.tenant.document.default_locale),
    }
    return {
      ...row,
      picture,
      email: this.pii.decryptOptional(row.email),
      phone: this.pii.decryptOptional(row.phone),
      actions: actionsFor(vendorLifecycle, row as never, ctx),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }
  }
}
