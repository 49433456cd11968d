import { createHash } from 'node:crypto'
import { DomainError, isLocale, type Locale, type TenantDocument } from '@cityos/contract'
import { type AnswerWriter, type ApiCaller, isSameOrigin, originOf, type RequestContext, type RequestContexts } from '@cityos/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Assets, readAssets } from './assets.ts'
import { renderBare, renderDocument, renderFragment } from './document.tsx'
import { failureAnswer } from './failure.tsx'
import { Form } from './form.ts'
import { loadFrame } from './frame.ts'
import { favicon } from './pages/files.ts'
import { Router } from './router.ts'
import { files, routes } from './routes.ts'
import { lookStyle, type ShownLook, type ThemeStyle, themeStyle } from './theme/css.ts'
import { isServed, type VerticalStorefront, verticalRoutes } from './vertical-storefront.ts'
import { type Answer, type CallApi, Visit } from './visit.ts'

export interface StorefrontParts {
  contexts: RequestContexts
  caller: ApiCaller
  writer: AnswerWriter
  /** Current tenant document; read anew for every request. */
  tenant: { readonly document: TenantDocument }
  clock: { now(): Date }
  /** How browsers reach this tenant's hosts. */
  publicOrigin: { scheme: 'http' | 'https'; port: number | null }
  /** `<release>/assets`: the built client. */
  assetsDir: string
  /** The same of other releases: pages of theirs may still be open and ask for hashed files. */
  formerAssetsDirs: readonly string[]
  /** The published look, or the one a preview address shows. */
  look: (preview: string | null) => Promise<ShownLook>
  /** Pages of the verticals this release has; which of them are on, the tenant document says. */
  verticals: readonly VerticalStorefront[]
}

const fileRouter = new Router(files)

/** Turns requests into pages; `mount.ts` puts it on Fastify. */
export class Storefront {
  readonly #parts: StorefrontParts
  readonly #assets: Assets
  readonly #router: Router
  #theme: { version: number; style: ThemeStyle } | null = null
  readonly #looks = new WeakMap<ShownLook, ThemeStyle>()

  constructor(parts: StorefrontParts) {
    this.#parts = parts
    this.#assets = readAssets(parts.assetsDir)
    this.#router = new Router([...routes, ...verticalRoutes(parts.verticals)])
  }

  /** `/` → the visitor's language, else the tenant's own. */
  async start(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { ctx } = await this.#identify(request)
    this.#parts.writer.head(reply, ctx)
    return reply
      .header('vary', 'Accept-Language')
      .header('cache-control', 'no-store')
      .redirect(`/${this.#offered(ctx.locale)}`, 302)
  }

  async icon(reply: FastifyReply): Promise<FastifyReply> {
    return reply.type('image/svg+xml').header('cache-control', 'public, max-age=3600').send(favicon(this.#parts.tenant.document))
  }

  async worker(reply: FastifyReply): Promise<FastifyReply> {
    const { worker } = this.#assets
    if (worker === null) return reply.code(404).send()
    return reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(worker)
  }

  /** robots.txt, sitemaps: one address for all languages. */
  async file(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const startedAt = performance.now()
    const path = pathOf(request)
    const { ctx, refusal } = await this.#identify(request)
    const visit = await this.#visit(request, ctx, this.#parts.tenant.document.default_locale, path)
    const match = fileRouter.find('GET', path)
    const answer = await this.#answer(visit, () => {
      if (refusal) throw refusal
      if (match === null || match === 'method') throw new DomainError('not_found')
      Object.assign(visit.params, match.params)
      return match.route.handler(visit)
    })
    await this.#send(reply, request, visit, answer)
    this.#parts.writer.finished(request, reply, ctx, 'storefront.file', path, startedAt)
    return reply
  }

  async page(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const startedAt = performance.now()
    const [, first = '', ...rest] = pathOf(request).split('/')
    const locale = isLocale(first) ? first : this.#parts.tenant.document.default_locale
    const path = `/${rest.join('/')}`.replace(/(?<=.)\/$/, '')
    const { ctx: identified, refusal } = await this.#identify(request)
    const ctx = identified.with({ locale })
    const visit = await this.#visit(request, ctx, locale, path)
    const match = this.#router.find(request.method === 'POST' ? 'POST' : 'GET', path)
    const answer = await this.#answer(visit, () => {
      if (refusal) throw refusal
      if (!this.#parts.tenant.document.locales.includes(locale) || match === null) throw new DomainError('not_found')
      if (match === 'method') return { kind: 'redirect', to: visit.href('/'), status: 303 }
      if (!isServed(match.route, this.#parts.tenant.document.verticals)) throw new DomainError('not_found')
      if (request.method === 'POST' && !isSameOrigin(request)) throw new DomainError('forbidden', { details: { reason: 'cross_origin' } })
      Object.assign(visit.params, match.params)
      return match.route.handler(visit)
    })
    await this.#send(reply, request, visit, answer)
    this.#parts.writer.finished(
      request,
      reply,
      ctx,
      match === null || match === 'method' ? 'storefront.unmatched' : `storefront ${match.route.pattern}`,
      path,
      startedAt,
    )
    return reply
  }

  /**
   * Who asks. A session that ended makes a guest of the visitor, not an error page; any other refusal
   * (another site's form, a database that is away) becomes a page like every failure.
   */
  async #identify(request: FastifyRequest): Promise<{ ctx: RequestContext; refusal: unknown }> {
    const bare = this.#parts.contexts.bare(request)
    try {
      return { ctx: await this.#parts.contexts.identified(bare, request, null), refusal: null }
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unauthenticated') return { ctx: bare, refusal: error }
      bare.cookies.clear('session')
      return { ctx: bare, refusal: null }
    }
  }

  async #visit(request: FastifyRequest, ctx: RequestContext, locale: Locale, path: string): Promise<Visit> {
    const query = new URLSearchParams(request.url.split('?')[1] ?? '')
    const call: CallApi = (endpoint, call = {}, options = {}) =>
      this.#parts.caller.call(
        endpoint,
        call,
        options.idempotencyKey ? visit.ctx.with({ idempotencyKey: options.idempotencyKey }) : visit.ctx,
      )
    const visit: Visit = new Visit({
      ctx,
      tenant: this.#parts.tenant.document,
      call,
      locale,
      origin: originOf(ctx, this.#parts.publicOrigin),
      path,
      query,
      params: {},
      form: request.method === 'POST' ? Form.from(request.body) : null,
      assets: this.#assets,
      theme: await this.#themeNow(query.get('theme')),
      now: this.#parts.clock.now(),
      allVerticals: this.#parts.verticals,
      verticals: this.#parts.verticals.filter((vertical) => this.#parts.tenant.document.verticals.includes(vertical.name)),
    })
    return visit
  }

  /** The published look, else what follows from the brand colour in the tenant document; worked out once each. */
  async #themeNow(preview: string | null): Promise<ThemeStyle> {
    const look = await this.#parts.look(preview)
    if (look.id !== null) {
      const style = this.#looks.get(look) ?? lookStyle(look)
      this.#looks.set(look, style)
      return style
    }
    const { version, theme } = this.#parts.tenant.document
    if (this.#theme?.version !== version) this.#theme = { version, style: themeStyle(theme) }
    return this.#theme.style
  }

  #offered(locale: Locale): Locale {
    const { locales, default_locale } = this.#parts.tenant.document
    return locales.includes(locale) ? locale : default_locale
  }

  /** Whatever goes wrong becomes a page: nothing of an error leaves this process, its request id does. */
  async #answer(visit: Visit, work: () => Promise<Answer> | Answer): Promise<Answer> {
    try {
      return await work()
    } catch (error) {
      return failureAnswer(visit, error)
    }
  }

  async #send(reply: FastifyReply, request: FastifyRequest, visit: Visit, answer: Answer): Promise<void> {
    if (request.method === 'POST' && answer.kind === 'page' && answer.canonical) visit.address = answer.canonical
    const html = await this.#html(visit, answer)
    this.#parts.writer.head(reply, visit.ctx)
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'strict-origin-when-cross-origin')
    if (answer.kind === 'redirect') {
      reply.header('cache-control', 'no-store').redirect(answer.to, answer.status)
      return
    }
    if (answer.kind === 'text') {
      reply.code(answer.status).type(answer.type).header('cache-control', `public, max-age=${answer.maxAge}`).send(answer.body)
      return
    }
    reply
      .code(answer.status)
      .type('text/html; charset=utf-8')
      .header('content-security-policy', contentPolicy(visit.theme))
      .header('vary', 'Cookie')
    const personal = visit.query.has('theme') || visit.ctx.cookies.present
    if (answer.kind === 'fragment' || personal || visit.ctx.cookies.changes().length > 0 || answer.status !== 200) {
      reply.header('cache-control', 'private, no-store').send(html)
      return
    }
    const tag = `"${createHash('sha1').update(html).digest('base64url')}"`
    reply.header('cache-control', 'public, max-age=0, must-revalidate').header('etag', tag)
    if (request.headers['if-none-match'] === tag) reply.code(304).send()
    else reply.send(html)
  }

  async #html(visit: Visit, answer: Answer): Promise<string> {
    if (answer.kind === 'fragment') return renderFragment(answer.body)
    if (answer.kind !== 'page') return ''
    try {
      return renderDocument(visit, answer, await loadFrame(visit))
    } catch (error) {
      // The frame could not be read either (database away, store in maintenance): a page that needs nothing.
      const failure = failureAnswer(visit, error)
      answer.status = failure.kind === 'page' ? failure.status : 500
      return failure.kind === 'page' ? renderBare(visit, failure) : ''
    }
  }
}

/**
 * Only our own files run or style anything; the theme's `<style>` is named by its hash. A nonce would change with every
 * answer and break pages that are revalidated with `304`.
 */
function contentPolicy(theme: ThemeStyle): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${theme.source}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
