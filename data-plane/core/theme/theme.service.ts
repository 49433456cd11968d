import { type DesignTokens, DomainError, faintPairs, tokensOfBrand } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { fileUrl } from '../file/public-picture.ts'
import { themeLifecycle } from './theme.lifecycle.ts'
import { Themes } from './theme.rows.ts'

/** A look as pages need it. */
export interface PublishedLook {
  id: string | null
  tokens: DesignTokens
  logo_light_url: string | null
  logo_dark_url: string | null
}

const previewLife = minutes(60)
const cacheKey = 'theme:published'

/** Moves looks along their lifecycle, and knows the one that is shown. */
@Injectable()
export class ThemeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cache: Cache,
    private readonly tenant: TenantContext,
    private readonly themes: Themes,
  ) {}

  /** The published look; without one the shop's neutrals around its brand colour. Kept in the process until it changes. */
  published(): Promise<PublishedLook> {
    return this.cache.wrap(cacheKey, 300, async () => {
      const row = await this.database.read
        .selectFrom('brand_theme')
        .selectAll()
        .where('status', '=', 'published')
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row
        ? this.look(row)
        : { id: null, tokens: tokensOfBrand(this.tenant.document.theme.brand), logo_light_url: null, logo_dark_url: null }
    })
  }

  /** The look a preview address shows; null when there is none, or its hour is over. */
  async previewed(secret: string): Promise<PublishedLook | null> {
    const row = await this.database.read
      .selectFrom('brand_theme')
      .selectAll()
      .where('preview_hash', '=', hashSecret(secret))
      .where('preview_until', '>', this.clock.now())
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    return row ? this.look(row) : null
  }

  /** @throws DomainError contrast_too_low naming every pair | invalid_transition */
  async publish(ctx: RequestContext, id: string) {
    const { tokens } = await this.themes.get(ctx, id)
    const pairs = faintPairs(tokens)
    if (pairs.length > 0) throw new DomainError('contrast_too_low', { field: 'tokens.colours', details: { pairs } })
    await this.database.transaction(async (tx) => {
      const former = await tx
        .selectFrom('brand_theme')
        .select('id')
        .where('status', '=', 'published')
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
      if (former && former.id !== id) await transition(tx, themeLifecycle, { id: former.id, name: 'archive', ctx })
      await transition(tx, themeLifecycle, {
        id,
        name: 'publish',
        ctx,
        changes: { published_at: this.clock.now(), preview_hash: null, preview_until: null },
      })
    })
    return this.changed(ctx, id)
  }

  async archive(ctx: RequestContext, id: string) {
    await this.themes.get(ctx, id)
    await this.database.transaction((tx) => transition(tx, themeLifecycle, { id, name: 'archive', ctx }))
    return this.changed(ctx, id)
  }

  /** @returns the look with an address that shows the shop in it for an hour; a former address stops working */
  async preview(ctx: RequestContext, id: string) {
    await this.themes.get(ctx, id)
    const secret = newSecret()
    await this.database.transaction((tx) =>
      transition(tx, themeLifecycle, {
        id,
        name: 'preview',
        ctx,
        changes: { preview_hash: hashSecret(secret), preview_until: later(this.clock.now(), previewLife) },
      }),
    )
    return { ...(await this.themes.get(ctx, id)), preview_path: `/?theme=${secret}` }
  }

  private async changed(ctx: RequestContext, id: string) {
    await this.cache.drop('theme:')
    return this.themes.get(ctx, id)
  }

  private async look(row: {
    id: string
    tokens: unknown
    logo_light_file_id: string | null
    logo_dark_file_id: string | null
  }): Promise<PublishedLook> {
    const ids = [row.logo_light_file_id, row.logo_dark_file_id].filter((id) => id !== null)
    const files = ids.length === 0 ? [] : await this.database.read.selectFrom('file').select(['id', 'key']).where('id', 'in', ids).execute()
    const urlOf = (id: string | null) => {
      const file = files.find((one) => one.id === id)
      return file ? fileUrl(file.key) : null
    }
    const tokens = row.tokens as DesignTokens
    return { id: row.id, tokens, logo_light_url: urlOf(row.logo_light_file_id), logo_dark_url: urlOf(row.logo_dark_file_id) }
  }
}
