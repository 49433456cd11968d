import { randomBytes } from 'node:crypto'
import { DomainError, type Input, type Locale, platformAudience } from '@cityos/contract'
import { Handle, RateLimiter, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import type { StaffRow } from '../staff/staff.service.ts'
import { accountPage } from './account.pages.ts'
import { AccountService } from './account.service.ts'
import { AuthorizationService } from './authorization.service.ts'
import { BrowserSignIn } from './browser-sign-in.ts'
import { codesPage, problemOf } from './code.pages.ts'
import { escapeHtml, say } from './pages.ts'
import { showAccount, submitAccount } from './recovery.contract.ts'
import { requireSame } from './recovery.controller.ts'
import { SecondFactor } from './second-factor.service.ts'
import { SessionService } from './session.service.ts'

interface Browser {
  user: StaffRow
  signInId: string
}
type Change = Input<typeof submitAccount>['body']
const proofs = { most: 20, seconds: 300 }

/** The page of one's own account at the issuer, for whoever is signed in there in this browser. */
@Controller()
export class AccountPageController {
  constructor(
    private readonly registry: Registry,
    private readonly account: AccountService,
    private readonly sessions: SessionService,
    private readonly secondFactor: SecondFactor,
    private readonly authorizations: AuthorizationService,
    private readonly browsers: BrowserSignIn,
    private readonly limiter: RateLimiter,
  ) {}

  @Handle(showAccount)
  async show(ctx: RequestContext, { query }: Input<typeof showAccount>) {
    const locale = query.lang ?? ctx.locale
    const browser = await this.browsers.current(ctx)
    if (!browser) return this.#signIn(locale)
    const said = {
      password: 'account_password_changed',
      totp: 'account_totp_enabled',
      totp_off: 'account_totp_disabled',
      session: 'account_ended',
    } as const
    return this.#page(locale, browser, { said: query.done ? say(locale, said[query.done]) : null })
  }

  @Handle(submitAccount)
  async submit(ctx: RequestContext, { body, query }: Input<typeof submitAccount>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    const browser = await this.browsers.current(ctx)
    if (!browser) return this.#signIn(locale)
    try {
      await this.limiter.take(`oauth.account:account:${browser.user.id}`, proofs.most, proofs.seconds)
      return await this.#change(ctx, locale, browser, body)
    } catch (error) {
      const problem = problemOf(locale, error)
      if (problem === null || !(error instanceof DomainError)) throw error
      const offer = body.change === 'totp-confirm' && error.code === 'totp_invalid' ? await this.secondFactor.offer(browser.user) : null
      return this.#page(locale, browser, { problem, offer, status: error.status })
    }
  }

  async #change(ctx: RequestContext, locale: Locale, { user, signInId }: Browser, body: Change): Promise<RawAnswer> {
    switch (body.change) {
      case 'password':
        requireSame(body)
        await this.account.changePassword(ctx, user, { current: body.current_password, next: body.password }, signInId)
        return back(locale, 'password')
      case 'email':
        await this.account.requestEmailChange(ctx, user, body.email, body.current_password)
        return back(locale)
      case 'totp-offer':
        await this.account.prove(user, body.current_password)
        return this.#page(locale, { user, signInId }, { offer: await this.secondFactor.offer(user) })
      case 'totp-confirm':
        return this.#codes(locale, await this.secondFactor.confirm(ctx, user, body.code), 'totp')
      case 'totp-disable':
        await this.account.prove(user, body.current_password)
        await this.secondFactor.disable(ctx, user, body.code)
        return back(locale, 'totp_off')
      case 'recovery-codes':
        await this.account.prove(user, body.current_password)
        await this.secondFactor.check(ctx, user, body.code)
        return this.#codes(locale, await this.secondFactor.renewCodes(ctx, user))
      case 'end-session':
        await this.sessions.end(ctx, user.id, body.session, 'ended_by_owner')
        return back(locale, 'session')
      case 'end-others':
        await this.registry.within(ctx, (tx) => this.sessions.endOthers(tx, user.id, signInId, 'ended_by_owner'))
        return back(locale, 'session')
    }
  }

  #codes(locale: Locale, codes: string[], done?: string): RawAnswer {
    const next = `/oauth/account?lang=${locale}${done ? `&done=${done}` : ''}`
    return codesPage(locale, codes, `<p><a href="${escapeHtml(next)}">${escapeHtml(say(locale, 'codes_done'))}</a></p>`)
  }

  async #page(
    locale: Locale,
    { user, signInId }: Browser,
    shown: { said?: string | null; problem?: string; offer?: { secret: string; qr_svg: string } | null; status?: number },
  ): Promise<RawAnswer> {
    const [security, sessions] = await Promise.all([this.account.security(user), this.sessions.list(this.registry.db, user.id, signInId)])
    return accountPage(locale, { security, sessions, ...shown })
  }

  /** Sign in first; nobody trades this code, the browser's sign-in is what counts. */
  async #signIn(locale: Locale): Promise<RawAnswer> {
    const request = await this.authorizations.open({
      client_id: 'account',
      redirect_uri: this.sessions.accountUrl,
      code_challenge: randomBytes(32).toString('base64url'),
      resource: platformAudience,
    })
    return RawAnswer.redirect(`/oauth/sign-in?request=${request.id}&lang=${locale}`, 302)
  }
}

/** Reloading the page after a change must not do it again. */
function back(locale: Locale, done?: string): RawAnswer {
  return RawAnswer.redirect(`/oauth/account?lang=${locale}${done ? `&done=${done}` : ''}`)
}
