import { DomainError, type I18nText, type Locale, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Cache } from '../../platform/cache/cache.ts'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { Look } from '../theme/contract.ts'
import { type PublishedLook, ThemeService } from '../theme/theme.service.ts'
import type { ManagedNavigation, ManagedStore, NavigationView, PolicyView, StoreView, TenantView } from './contract.ts'
import { SettingService } from './setting.service.ts'

/** A store as the rest of the house reads it. */
export interface CurrentStore {
  id: string
  handle: string
  name: I18nText
  tagline: I18nText
  kind: ManagedStore['kind']
  status: ManagedStore['status']
  currencies: string[]
  default_currency: string
  locales: Locale[]
  contact: ManagedStore['contact']
  legal: ManagedStore['legal']
  seo: ManagedStore['seo']
  maintenance_message: I18nText | null
  navigation: ManagedNavigation
  policies: { kind: PolicyView['kind']; version: number }[]
}

interface PolicyRow {
  kind: PolicyView['kind']
  version: number
  title: I18nText
  body: I18nText
  published_at: string
}

const readOnlyStatuses = ['suspended', 'closing', 'closed']
const retryAfterSeconds = '300'

/** What shoppers see of tenant and store. */
@Injectable()
export class StoreService {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly tenant: TenantContext,
    private readonly settings: SettingService,
    private readonly themes: ThemeService,
  ) {}

  tenantView(ctx: RequestContext): Promise<TenantView> {
    const { document } = this.tenant
    return this.themed().then((theme) => ({
      id: document.id,
      slug: document.slug,
      name: pickText(document.name, ctx.locale, document.default_locale),
      status: document.status,
      locales: document.locales,
      default_locale: document.default_locale,
      currencies: document.currencies,
      default_currency: document.default_currency,
      timezone: document.timezone,
      country: document.country,
      verticals: document.verticals,
      theme,
      test: document.test,
      read_only: document.quarantined || readOnlyStatuses.includes(document.status),
      quarantined: document.quarantined,
    }))
  }

  /** The look of the shop, or the one a preview address shows. */
  async look(ctx: RequestContext, preview?: string): Promise<Look> {
    const store = await this.current()
    const look = (preview && (await this.themes.previewed(preview))) || (await this.themes.published())
    const themed = await this.themed(look)
    return {
      ...themed,
      name: pickText(store.name, ctx.locale, this.fallback),
      theme_id: look.id,
      tokens: look.tokens,
      logo_dark_url: look.logo_dark_url ?? themed.logo_url,
    }
  }

  /**
   * The store behind the host: today every host of a tenant shows its default store. A tenant that has not set one up
   * yet sells under the values of its tenant document.
   */
  current(): Promise<CurrentStore> {
    return this.cache.wrap('store:current', 60, () => this.load())
  }

  /** @throws DomainError store_maintenance */
  async storeView(ctx: RequestContext): Promise<StoreView> {
    const store = await this.current()
    this.requireOpen(ctx, store)
    const text = (value: I18nText | null | undefined) => pickText(value, ctx.locale, this.fallback)
    return {
      id: store.id,
      handle: store.handle,
      name: text(store.name),
      tagline: text(store.tagline),
      kind: store.kind,
      status: store.status,
      maintenance_message: store.maintenance_message && text(store.maintenance_message),
      currencies: store.currencies,
      default_currency: store.default_currency,
      locales: store.locales,
      contact: { email: store.contact.email, phone: store.contact.phone, address: text(store.contact.address) },
      legal: { legal_name: text(store.legal.legal_name), cr_no: store.legal.cr_no, vat_no: store.legal.vat_no },
      seo: { title: text(store.seo.title) || text(store.name), description: text(store.seo.description) || text(store.tagline) },
      policies: store.policies,
    }
  }

  /**
   * While a store is closed for maintenance shoppers read nothing of it; staff go on working.
   * @throws DomainError store_maintenance (503, with Retry-After)
   */
  requireOpen(ctx: RequestContext, store: CurrentStore): void {
    if (store.status !== 'maintenance') return
    ctx.setHeader('retry-after', retryAfterSeconds)
    throw new DomainError('store_maintenance', { details: { message: pickText(store.maintenance_message, ctx.locale, this.fallback) } })
  }

  async navigation(ctx: RequestContext): Promise<NavigationView> {
    const { navigation } = await this.current()
    const text = (value: I18nText) => pickText(value, ctx.locale, this.fallback)
    return {
      header: navigation.header.map((item) => ({ ...item, label: text(item.label) })),
      footer: navigation.footer.map((group) => ({
        label: text(group.label),
        items: group.items.map((item) => ({ ...item, label: text(item.label) })),
      })),
    }
  }

  async policy(ctx: RequestContext, kind: PolicyView['kind']): Promise<PolicyView> {
    const store = await this.current()
    const row = await this.cache.wrap(`store:policy:${kind}`, 300, () => this.latestPolicy(store.id, kind))
    if (!row) throw new DomainError('not_found')
    const text = (value: I18nText) => pickText(value, ctx.locale, this.fallback)
    return { ...row, title: text(row.title), body: text(row.body) }
  }

  /** Forgets what it read: call after every change of a store, its navigation or policies. */
  changed(): Promise<void> | void {
    return this.cache.drop('store:')
  }

  private get fallback(): Locale {
    return this.tenant.document.default_locale
  }

  private async themed(shown?: PublishedLook) {
    const look = shown ?? (await this.themes.published())
    const { theme } = this.tenant.document
    const settings = await this.settings.all()
    const logo = settings['brand.logo_file_id']
    return {
      brand: look.id ? look.tokens.colours.light.brand : (settings['brand.color'] ?? theme.brand),
      radius: settings['brand.radius'] ?? theme.radius,
      logo_url: look.logo_light_url ?? (logo ? await this.logoUrl(logo) : theme.logo_url),
    }
  }

  private logoUrl(fileId: string): Promise<string | null> {
    return this.cache.wrap(`store:logo:${fileId}`, 300, async () => {
      const file = await this.database.read
        .selectFrom('file')
        .select('key')
        .where('id', '=', fileId)
        .where('status', '=', 'ready')
        .executeTakeFirst()
      return file ? `/v1/files/${file.key}` : null
    })
  }

  private async load(): Promise<CurrentStore> {
    const row = await this.database.read
      .selectFrom('store')
      .selectAll()
      .where('is_default', '=', true)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!row) return this.bare()
    const [navigation, policies] = await Promise.all([
      this.database.read.selectFrom('store_navigation').select(['header', 'footer']).where('store_id', '=', row.id).executeTakeFirst(),
      this.database.read
        .selectFrom('store_policy')
        .select((eb) => ['kind', eb.fn.max('revision').as('version')])
        .where('store_id', '=', row.id)
        .where('published_at', 'is not', null)
        .groupBy('kind')
        .orderBy('kind')
        .execute(),
    ])
    return {
      ...row,
      navigation: { header: navigation?.header ?? [], footer: navigation?.footer ?? [] } as ManagedNavigation,
      policies: policies.map((policy) => ({ kind: policy.kind, version: Number(policy.version) })),
    } as CurrentStore
  }

  private bare(): CurrentStore {
    const { document } = this.tenant
    return {
      id: document.id,
      handle: document.slug,
      name: document.name,
      tagline: {},
      kind: 'marketplace',
      status: 'draft',
      currencies: document.currencies,
      default_currency: document.default_currency,
      locales: document.locales,
      contact: { email: null, phone: null, address: null },
      legal: { legal_name: null, cr_no: null, vat_no: null, vat_registered: false },
      seo: {},
      maintenance_message: null,
      navigation: { header: [], footer: [] },
      policies: [],
    }
  }

  private async latestPolicy(storeId: string, kind: string): Promise<PolicyRow | null> {
    const row = await this.database.read
      .selectFrom('store_policy')
      .select(['kind', 'revision', 'title', 'body', 'published_at'])
      .where('store_id', '=', storeId)
      .where('kind', '=', kind)
      .where('published_at', 'is not', null)
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row?.published_at) return null
    const { revision, published_at: publishedAt, ...policy } = row
    return { ...policy, version: revision, published_at: publishedAt.toISOString() } as PolicyRow
  }
}
