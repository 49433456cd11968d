import { DomainError, type Input, type Locale } from '@cityos/contract'
import { Handle, type RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import type { authorization } from '../../generated/client.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { AuthorizationService } from './authorization.service.ts'
import { BrowserSignIn } from './browser-sign-in.ts'
import { codeField, codesPage, enrolmentForm, expiredPage, originOf, problemOf } from './code.pages.ts'
import { alert, escapeHtml, hidden, page, say } from './pages.ts'
import { continueSignIn, showCode, submitCode } from './recovery.contract.ts'
import { SecondFactor } from './second-factor.service.ts'

/** The step after the password: a code of the authenticator app, or setting one up where the platform asks for it. */
@Controller()
export class CodeController {
  constructor(
    private readonly authorizations: AuthorizationService,
    private readonly secondFactor: SecondFactor,
    private readonly staff: StaffService,
    private readonly browsers: BrowserSignIn,
  ) {}

  @Handle(showCode)
  async show(ctx: RequestContext, { query }: Input<typeof showCode>) {
    const locale = query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.read(query.request)
      const user = await this.browsers.remembered(ctx, request)
      return await this.#form(locale, request, user, null)
    } catch (error) {
      return expiredPage(error, locale)
    }
  }

  @Handle(submitCode)
  async submit(ctx: RequestContext, { body, query }: Input<typeof submitCode>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.read(body.request)
      const user = await this.browsers.remembered(ctx, request)
      try {
        if (this.secondFactor.isOn(user)) {
          await this.secondFactor.check(ctx, user, body.code)
          return await this.browsers.enter(ctx, request, user)
        }
        const codes = await this.secondFactor.confirm(ctx, user, body.code)
        await this.browsers.open(ctx, user)
        const next = `<form method="post" action="/oauth/continue">${hidden('request', request.id)}${hidden('lang', locale)}<button type="submit">${escapeHtml(say(locale, 'codes_done'))}</button></form>`
        return codesPage(locale, codes, next, originOf(request.redirect_uri))
      } catch (error) {
        const problem = problemOf(locale, error)
        if (problem === null) throw error
        return await this.#form(locale, request, user, problem, (error as DomainError).status)
      }
    } catch (error) {
      return expiredPage(error, locale)
    }
  }

  @Handle(continueSignIn)
  async go(ctx: RequestContext, { body, query }: Input<typeof continueSignIn>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    try {
      const request = await this.authorizations.read(body.request)
      const browser = await this.browsers.current(ctx)
      if (!browser) throw new DomainError('token_expired')
      return await this.browsers.goOn(ctx, request, browser)
    } catch (error) {
      return expiredPage(error, locale)
    }
  }

  async #form(locale: Locale, request: authorization, user: StaffRow, problem: string | null, status = 200): Promise<RawAnswer> {
    const on = this.secondFactor.isOn(user)
    const lead = say(locale, on ? 'code_lead' : 'enrol_required', { email: this.staff.emailOf(user) })
    const fields = on ? codeField(locale, problem !== null) : enrolmentForm(locale, await this.secondFactor.offer(user), problem !== null)
    const body = `<h1>${escapeHtml(say(locale, on ? 'code_heading' : 'enrol_heading'))}</h1><p>${escapeHtml(lead)}</p>${alert(problem)}
<form method="post" action="/oauth/code">${hidden('request', request.id)}${hidden('lang', locale)}${fields}
<button type="submit">${escapeHtml(say(locale, on ? 'code_submit' : 'enrol_submit'))}</button></form>`
    const here = `/oauth/code?request=${request.id}`
    return page({ status, locale, title: 'title', body, here, formTargets: originOf(request.redirect_uri) })
  }
}
