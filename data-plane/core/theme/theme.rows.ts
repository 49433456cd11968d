import { type DesignTokens, DomainError, faintPairs, tokensOfBrand } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { jsonb, type Tx } from '../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../platform/managed/managed-rows.ts'
import { fileUrl } from '../file/public-picture.ts'
import { type themeActions, themes } from './contract.ts'

type Row = Selectable<DB['brand_theme']>
type Given = {
  tokens?: DesignTokens | undefined
  logo_light_file_id?: string | null | undefined
  logo_dark_file_id?: string | null | undefined
}

/** The looks of a shop; only what was not published yet is changed. */
@Injectable()
export class Themes extends ManagedRows<'brand_theme', typeof themes> {
  constructor(parts: ManagedParts) {
    super(parts, themes, {
      table: 'brand_theme',
      entity: 'theme.theme',
      prefix: 'thm',
      owner: { column: 'id' },
      order: ['-created_at', 'created_at'],
      search: 'name',
      keepsRemoved: true,
    })
  }

  protected override async columns(tx: Tx, _ctx: RequestContext, input: Given, before: Row | null): Promise<Record<string, unknown>> {
    if (before && before.status !== 'draft' && before.status !== 'preview') {
      throw new DomainError('invalid_transition', { details: { status: before.status } })
    }
    for (const field of ['logo_light_file_id', 'logo_dark_file_id'] as const) {
      const id = input[field]
      if (id && !(await isLogo(tx, id))) throw new DomainError('validation_failed', { field })
    }
    if (before) return {}
    return { status: 'draft', ...(input.tokens ? {} : { tokens: jsonb(tokensOfBrand(this.parts.tenant.document.theme.brand)) }) }
  }

  /** Looks that were published stay, so that one can go back to them. */
  override async remove(ctx: RequestContext, id: string): Promise<{ id: string }> {
    const { status } = await this.get(ctx, id)
    if (status === 'published' || status === 'archived') throw new DomainError('invalid_transition', { details: { status } })
    return super.remove(ctx, id)
  }

  protected override async further(db: Tx, _ctx: RequestContext, rows: readonly Row[]) {
    const ids = rows.flatMap((row) => [row.logo_light_file_id ?? [], row.logo_dark_file_id ?? []].flat())
    const files = ids.length === 0 ? [] : await db.selectFrom('file').select(['id', 'key']).where('id', 'in', ids).execute()
    const urls = new Map(files.map((file) => [file.id, fileUrl(file.key)]))
    return new Map(
      rows.map((row) => [
        row.id,
        {
          faint: faintPairs(row.tokens as unknown as DesignTokens),
          logo_light_url: (row.logo_light_file_id && urls.get(row.logo_light_file_id)) ?? null,
          logo_dark_url: (row.logo_dark_file_id && urls.get(row.logo_dark_file_id)) ?? null,
          actions: actionsOf(row.status),
        },
      ]),
    )
  }
}

function actionsOf(status: string): (typeof themeActions)[number][] {
  if (status === 'draft' || status === 'preview') return ['change', 'remove', 'preview', 'publish', 'archive']
  return status === 'published' ? ['archive'] : ['publish']
}

/** A public picture; an SVG was rewritten without script when it came in. */
async function isLogo(tx: Tx, id: string): Promise<boolean> {
  const file = await tx
    .selectFrom('file')
    .select('id')
    .where('id', '=', id)
    .where('visibility', '=', 'public')
    .where('status', '=', 'ready')
    .executeTakeFirst()
  return file !== undefined
}
