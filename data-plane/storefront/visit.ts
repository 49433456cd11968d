import { type AnyEndpoint, ApiError, type Call, type Locale, pickText, type Result, type TenantDocument } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { ReactNode } from 'react'
import type { Assets } from './assets.ts'
import { Form } from './form.ts'
import { type Formats, formatsOf } from './format.ts'
import { type Translate, translator } from './i18n/messages.ts'
import type { ThemeStyle } from './theme/css.ts'
import type { VerticalStorefront } from './vertical-storefront.ts'

/** Calls an operation of the public store API in this process, as the visitor. */
export type CallApi = <E extends AnyEndpoint>(endpoint: E, call?: Call<E>, options?: { idempotencyKey?: string }) => Promise<Result<E>>

export interface VisitFields {
  ctx: RequestContext
  tenant: TenantDocument
  call: CallApi
  locale: Locale
  /** `https://souq.example:8080`, without a slash at the end. */
  origin: string
  /** Path below the locale, with a leading slash: `/products/oud`. */
  path: string
  query: URLSearchParams
  params: Record<string, string>
  form: Form | null
  assets: Assets
  theme: ThemeStyle
  now: Date
  /** Verticals with pages that are on here, in the order menus show them. */
  verticals: readonly VerticalStorefront[]
  /** With those that are off: what was bought from them keeps its links. */
  allVerticals: readonly VerticalStorefront[]
}

/** One request for a page: who asks, for what, in which language, and how to reach the API. Pages are functions of it. */
export class Visit {
  readonly ctx: RequestContext
  readonly tenant: TenantDocument
  readonly call: CallApi
  readonly locale: Locale
  readonly origin: string
  readonly path: string
  readonly query: URLSearchParams
  readonly params: Record<string, string>
  readonly form: Form
  readonly assets: Assets
  readonly theme: ThemeStyle
  readonly now: Date
  readonly verticals: readonly VerticalStorefront[]
  readonly allVerticals: readonly VerticalStorefront[]
  readonly t: Translate
  readonly formats: Formats
  /** Path of the page as it can be opened again; differs from `path` where a form was refused and shown anew. */
  address: string

  constructor(fields: VisitFields) {
    this.ctx = fields.ctx
    this.tenant = fields.tenant
    this.call = fields.call
    this.locale = fields.locale
    this.origin = fields.origin
    this.path = fields.path
    this.query = fields.query
    this.params = fields.params
    this.form = fields.form ?? Form.empty()
    this.assets = fields.assets
    this.theme = fields.theme
    this.now = fields.now
    this.verticals = fields.verticals
    this.allVerticals = fields.allVerticals
    this.t = translator(fields.locale)
    this.address = fields.path
    this.formats = formatsOf(fields.locale, fields.tenant.timezone)
  }

  /** Name of the shop in the page's language. */
  get shopName(): string {
    return pickText(this.tenant.name, this.locale, this.tenant.default_locale)
  }

  get signedIn(): boolean {
    return this.ctx.actor.kind === 'customer'
  }

  /** The shop sells goods, too: products, categories, search. A tenant may have other verticals only. */
  get hasCatalogue(): boolean {
    return this.tenant.verticals.includes('catalogue')
  }

  /** Where looking around goes on: the products, else the home page. */
  get shopPath(): string {
    return this.hasCatalogue ? '/products' : '/'
  }

  /** Reading goes on while a tenant is suspended, buying does not (design §3). */
  get suspended(): boolean {
    return this.tenant.status === 'suspended' || this.tenant.quarantined
  }

  /** Why nothing can be bought, where that is so: a message's key. */
  get pauseNotice(): 'suspended.banner' | 'quarantined.banner' {
    return this.tenant.quarantined ? 'quarantined.banner' : 'suspended.banner'
  }

  param(name: string): string {
    return this.params[name] ?? ''
  }

  /** Address of a page of this shop in the visitor's language. @param path with a leading slash, `/cart` */
  href(path: string, query?: URLSearchParams | Record<string, string | undefined>): string {
    return pageAddress(this.locale, path, query)
  }

  /** The same page in another language, with its query. */
  inLocale(locale: Locale): string {
    return pageAddress(locale, this.address, this.query)
  }

  /** A cookie this shop wrote; absent for a first visit. */
  cookie(name: string): string | undefined {
    return this.ctx.cookies.get(name)
  }

  /** Remembers a short notice for the next page (`303` after a form). */
  notify(notice: Notice): void {
    this.ctx.cookies.set('notice', notice, { maxAge: 60 })
  }

  /** The page that was left for signing in: a path of this shop only, never another host. */
  returnTo(fallback: string): string {
    const asked = this.form.text('return_to') || this.query.get('return_to') || ''
    return /^\/(?:en|fr|ar)(?:\/[\w\-./%?=&]*)?$/.test(asked) && !asked.includes('//') ? asked : this.href(fallback)
  }
}

/** Notices a page may show once after a form was done; texts are `notice.<name>`. */
export const notices = [
  'added',
  'removed',
  'updated',
  'signed_in',
  'signed_out',
  'account_ready',
  'address_saved',
  'address_removed',
  'profile_saved',
  'session_ended',
  'password_changed',
  'order_cancelled',
  'orders_claimed',
  'no_orders_to_claim',
  'held',
  'cancelled',
  'moved',
  'listed',
  'review_sent',
  'changed',
  'sent_on',
] as const
export type Notice = (typeof notices)[number]

export function pageAddress(locale: Locale, path: string, query?: URLSearchParams | Record<string, string | undefined>): string {
  const search = query instanceof URLSearchParams ? query : new URLSearchParams()
  if (query && !(query instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, value)
  }
  const text = search.toString()
  return `/${locale}${path === '/' ? '' : path}${text ? `?${text}` : ''}`
}

export interface PageAnswer {
  kind: 'page'
  status: number
  title: string
  description?: string
  body: ReactNode
  /** Structured data (schema.org) of the page. */
  jsonLd?: object[]
  /** Path and query of the page's one address below the locale; defaults to the path without query. */
  canonical?: string
  /** Pages that are nobody's business but the visitor's, or that have no lasting address. */
  noIndex?: boolean
  /** Address of a picture for link previews. */
  image?: string
  /** Checkout and sign-in keep the header small: one thing to do. */
  frame: 'full' | 'plain'
  /** Without scripts the page is read again after this many seconds: tracking, countdowns. */
  refreshSeconds?: number
}

/** Where to go after a form, or when an address has moved. */
export interface RedirectAnswer {
  kind: 'redirect'
  to: string
  status: 301 | 302 | 303
}

/** A piece of a page for scripts, or a text file. */
export interface TextAnswer {
  kind: 'text'
  status: number
  type: string
  body: string
  /** Seconds the answer may be reused. */
  maxAge: number
}

export interface FragmentAnswer {
  kind: 'fragment'
  status: number
  body: ReactNode
}

export type Answer = PageAnswer | RedirectAnswer | TextAnswer | FragmentAnswer
export type PageHandler = (visit: Visit) => Promise<Answer> | Answer

export function page(title: string, body: ReactNode, more: Partial<Omit<PageAnswer, 'kind' | 'title' | 'body'>> = {}): PageAnswer {
  return { kind: 'page', status: 200, frame: 'full', title, body, ...more }
}

/** After a form: `303`, so that reloading the next page sends nothing again. */
export function seeOther(to: string): RedirectAnswer {
  return { kind: 'redirect', to, status: 303 }
}

export function movedTo(to: string): RedirectAnswer {
  return { kind: 'redirect', to, status: 301 }
}

export type Attempt<T> = { ok: true; value: T } | { ok: false; error: ApiError }

/** Runs a call whose refusal is part of the page (a form); anything that is no answer of the API keeps being thrown. */
export async function attempt<T>(work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work }
  } catch (error) {
    if (error instanceof ApiError) return { ok: false, error }
    throw error
  }
}

/** The answer, or null when there is no such thing here. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  const result = await attempt(work)
  if (result.ok) return result.value
  if (result.error.status === 404) return null
  throw result.error
}
