import type { Input, Locale } from '@cityos/contract'
import { DomainError } from '@cityos/contract'
import { Handle, RateLimiter, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { AuthorizationService } from './authorization.service.ts'
import { BrowserSignIn, browserCookie } from './browser-sign-in.ts'
import { outOfBand } from './clients.ts'
import { expiredPage, originOf } from './code.pages.ts'
import { alert, escapeHtml, field, hidden, page, say } from './pages.ts'
import { SecondFactor } from './second-factor.service.ts'
import { SessionService } from './session.service.ts'
import { authorize, endBrowserSession, showSignIn, signInLimit, submitSignIn } from './sign-in.contract.ts'

/** The pages a member of staff signs in at. */
@Controller()
export class SignInController {
  constructor(
    private readonly authorizations: AuthorizationService,
    private readonly staff: StaffService,
    private readonly secondFactor: SecondFactor,
    private readonly browsers: BrowserSignIn,
    private readonly sessions: SessionService,
    private readonly limiter: RateLimiter,
  ) {}

  @Handle(authorize)
  async authorize(ctx: RequestContext, { query }: Input<typeof authorize>) {
    const locale = query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.open(query)
      if (wantsJson(ctx)) return { request: request.id }
      const browser = query.prompt === 'login' ? null : await this.browsers.current(ctx)
      if (browser && request.redirect_uri !== outOfBand) {
        const granted = await this.authorizations.grant(request, browser.user, browser.signInId).catch(refusedRole)
        if (granted) return RawAnswer.redirect(granted.location)
        return this.#form(locale, request.id, request.redirect_uri, {
          status: 403,
          problem: say(locale, 'no_role', { email: this.staff.emailOf(browser.user) }),
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
      return expiredPage(error, locale)
    }
  }

  @Handle(submitSignIn)
  async submit(ctx: RequestContext, { body, query }: Input<typeof submitSignIn>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    const json = wantsJson(ctx)
    try {
      await this.limiter.enforce(ctx, 'oauth.sign_in', signInLimit, body)
      const request = await this.authorizations.read(body.request)
      const user = await this.staff.authenticate(body.email, body.password)
      if (!user) {
        await this.browsers.record(ctx, null, request.client_id)
        if (json) throw new DomainError('unauthenticated', { message: say(locale, 'refused') })
        return this.#form(locale, request.id, request.redirect_uri, { status: 401, problem: say(locale, 'refused'), email: body.email })
      }
      await this.authorizations.requireRole(request, user)
      const needsCode = this.secondFactor.isOn(user) || (await this.secondFactor.isRequired())
      if (json) {
        if (needsCode) await this.#codeOfProgram(ctx, user, body.code)
        const granted = await this.authorizations.grant(request, user, null)
        await this.browsers.record(ctx, user.id, request.client_id)
        return { code: granted.code, state: granted.state }
      }
      if (needsCode) {
        await this.browsers.remember(ctx, request, user)
        return RawAnswer.redirect(`/oauth/code?request=${request.id}&lang=${locale}`)
      }
      return await this.browsers.enter(ctx, request, user)
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
      return expiredPage(error, locale)
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
<button type="submit">${escapeHtml(say(locale, 'submit'))}</button></form>
<p class="more"><a href="/oauth/forgotten?lang=${locale}">${escapeHtml(say(locale, 'forgot'))}</a></p>`
    return page({
      status: shown.status ?? 200,
      locale,
      title: 'title',
      body,
      here: `/oauth/sign-in?request=${request}`,
      formTargets: redirectUri === null ? [] : originOf(redirectUri),
    })
  }

  /** Where a form's answer may lead, for the page's security policy; null when the request is no longer open. */
  async #targetOf(requestId: string): Promise<string | null> {
    return this.authorizations.read(requestId).then(
      (request) => request.redirect_uri,
      () => null,
    )
  }

  /** @throws DomainError totp_required, with `details.enrol` where to set the app up first | totp_invalid */
  async #codeOfProgram(ctx: RequestContext, user: StaffRow, code: string | undefined): Promise<void> {
    if (!this.secondFactor.isOn(user)) throw new DomainError('totp_required', { details: { enrol: this.sessions.accountUrl } })
    await this.secondFactor.check(ctx, user, code)
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
