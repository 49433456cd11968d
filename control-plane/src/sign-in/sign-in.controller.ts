import type { Input, Locale } from '@cityos/contract'
import { DomainError } from '@cityos/contract'
import { Handle, RateLimiter, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { StaffService } from '../staff/staff.service.ts'
import { AuthorizationService } from './authorization.service.ts'
import { outOfBand } from './clients.ts'
import { alert, escapeHtml, field, hidden, page, say } from './pages.ts'
import { authorize, endBrowserSession, showSignIn, submitSignIn } from './sign-in.contract.ts'

export const browserCookie = 'issuer_session'

/** Attempts per five minutes: by address, and by account whoever asks. */
const limit = { perAddress: 150, perAccount: 30, accountField: 'email', windowSeconds: 300 }

/** The pages a member of staff signs in at. */
@Controller()
export class SignInController {
  constructor(
    private readonly authorizations: AuthorizationService,
    private readonly staff: StaffService,
    private readonly limiter: RateLimiter,
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  @Handle(authorize)
  async authorize(ctx: RequestContext, { query }: Input<typeof authorize>) {
    const locale = query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.open(query)
      if (wantsJson(ctx)) return { request: request.id }
      const user = query.prompt === 'login' ? null : await this.authorizations.browserUser(ctx.cookies.get(browserCookie))
      if (user && request.redirect_uri !== outOfBand) {
        const granted = await this.authorizations.grant(request, user).catch((error: unknown) => refusedRole(error))
        if (granted) return RawAnswer.redirect(granted.location)
        return this.#form(locale, request.id, request.redirect_uri, {
          status: 403,
          problem: say(locale, 'no_role', { email: this.staff.emailOf(user) }),
        })
      }
      return RawAnswer.redirect(`/oauth/sign-in?request=${request.id}${query.lang ? `&lang=${query.lang}` : ''}`, 302)
    } catch (error) {
      if (wantsJson(ctx) || !(error instanceof DomainError) || error.code !== 'invalid_request') throw error
      return page({
        status: 400,
        locale,
        title: 'title',
        here: '/oauth/authorize',
        body: `<h1>${escapeHtml(say(locale, 'invalid'))}</h1>${alert(error.message)}`,
      })
    }
  }

  @Handle(showSignIn)
  async show(ctx: RequestContext, { query }: Input<typeof showSignIn>) {
    const locale = query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.read(query.request)
      return this.#form(locale, request.id, request.redirect_uri, {})
    } catch (error) {
      return this.#expired(error, locale)
    }
  }

  @Handle(submitSignIn)
  async submit(ctx: RequestContext, { body, query }: Input<typeof submitSignIn>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    const json = wantsJson(ctx)
    try {
      await this.limiter.enforce(ctx, 'oauth.sign_in', limit, body)
      const request = await this.authorizations.read(body.request)
      const user = await this.staff.authenticate(body.email, body.password)
      await this.#record(ctx, user?.id ?? null, request.client_id)
      if (!user) {
        if (json) throw new DomainError('unauthenticated', { message: say(locale, 'refused') })
        return this.#form(locale, request.id, request.redirect_uri, { status: 401, problem: say(locale, 'refused'), email: body.email })
      }
      const granted = await this.authorizations.grant(request, user)
      if (json) return { code: granted.code, state: granted.state }
      const browser = await this.authorizations.openBrowser(user)
      ctx.cookies.set(browserCookie, browser.token, { maxAge: browser.seconds })
      return RawAnswer.redirect(granted.location)
    } catch (error) {
      if (json || !(error instanceof DomainError)) throw error
      const again = { email: body.email, status: error.status }
      const target = await this.#targetOf(body.request)
      if (error.code === 'rate_limited')
        return this.#form(locale, body.request, target, {
          ...again,
          problem: say(locale, 'limited', { seconds: Number(error.details?.['retry_after'] ?? 60) }),
        })
      if (error.code === 'forbidden')
        return this.#form(locale, body.request, target, { ...again, problem: say(locale, 'no_role', { email: body.email }) })
      return this.#expired(error, locale)
    }
  }

  @Handle(endBrowserSession)
  async signOut(ctx: RequestContext, { query }: Input<typeof endBrowserSession>) {
    await this.authorizations.closeBrowser(ctx.cookies.get(browserCookie))
    ctx.cookies.clear(browserCookie)
    const locale = query.lang ?? ctx.locale
    return page({ locale, title: 'title', here: '/oauth/sign-out', body: `<h1>${escapeHtml(say(locale, 'signed_out'))}</h1>` })
  }

  #form(locale: Locale, request: string, redirectUri: string | null, shown: { status?: number; problem?: string; email?: string }) {
    const body = `<h1>${escapeHtml(say(locale, 'heading'))}</h1><p>${escapeHtml(say(locale, 'lead'))}</p>${alert(shown.problem ?? null)}
<form method="post" action="/oauth/sign-in">${hidden('request', request)}${hidden('lang', locale)}
${field({ name: 'email', label: say(locale, 'email'), type: 'email', autocomplete: 'username', value: shown.email ?? '', focused: !shown.email, invalid: !!shown.problem })}
${field({ name: 'password', label: say(locale, 'password'), type: 'password', autocomplete: 'current-password', focused: !!shown.email, invalid: !!shown.problem })}
<button type="submit">${escapeHtml(say(locale, 'submit'))}</button></form>`
    const targets = redirectUri && URL.canParse(redirectUri) && new URL(redirectUri).origin !== 'null' ? [new URL(redirectUri).origin] : []
    return page({
      status: shown.status ?? 200,
      locale,
      title: 'title',
      body,
      here: `/oauth/sign-in?request=${request}`,
      formTargets: targets,
    })
  }

  /** Where a form's answer may lead, for the page's security policy; null when the request is no longer open. */
  async #targetOf(requestId: string): Promise<string | null> {
    return this.authorizations.read(requestId).then(
      (request) => request.redirect_uri,
      () => null,
    )
  }

  #expired(error: unknown, locale: Locale): RawAnswer {
    if (!(error instanceof DomainError) || error.code !== 'token_expired') throw error
    return page({
      status: 410,
      locale,
      title: 'title',
      here: '/oauth/sign-out',
      body: `<h1>${escapeHtml(say(locale, 'expired'))}</h1><p><a href="/">cityos</a></p>`,
    })
  }

  /** Refused tries are recorded without saying whether the account exists. */
  async #record(ctx: RequestContext, userId: string | null, client: string): Promise<void> {
    const action = userId ? 'sign_in.accepted' : 'sign_in.refused'
    await this.registry.transaction((tx) =>
      audit(tx, {
        at: this.clock.now(),
        actor: userId ?? 'anonymous',
        action,
        tenantId: null,
        resource: { type: 'client', id: client },
        ip: ctx.ip || null,
        requestId: ctx.requestId,
      }),
    )
  }
}

/** Programs ask for JSON, browsers for pages. */
export function wantsJson(ctx: RequestContext): boolean {
  const accept = ctx.headers.accept ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

function refusedRole(error: unknown): null {
  if (error instanceof DomainError && error.code === 'forbidden') return null
  throw error
}
