import { DomainError, type Input, type Locale } from '@cityos/contract'
import { Handle, type RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Sealing } from '../registry/sealing.ts'
import { StaffService } from '../staff/staff.service.ts'
import { AccountService } from './account.service.ts'
import { problemOf } from './code.pages.ts'
import { alert, done, escapeHtml, field, hidden, page, say, type Text } from './pages.ts'
import { confirmEmail, requestReset, resetPassword, showEmailConfirmation, showForgotten, showReset } from './recovery.contract.ts'
import { wantsJson } from './sign-in.controller.ts'

/** Pages that links in mails lead to: a new password, a new e-mail address. */
@Controller()
export class RecoveryController {
  constructor(
    private readonly account: AccountService,
    private readonly staff: StaffService,
    private readonly sealing: Sealing,
  ) {}

  @Handle(showForgotten)
  forgotten(ctx: RequestContext, { query }: Input<typeof showForgotten>) {
    const locale = query.lang ?? ctx.locale
    const body = `<h1>${text(locale, 'forgot_heading')}</h1><p>${text(locale, 'forgot_lead')}</p>
<form method="post" action="/oauth/forgotten">${hidden('lang', locale)}
${field({ name: 'email', label: say(locale, 'email'), type: 'email', autocomplete: 'username', focused: true })}
<button type="submit">${text(locale, 'forgot_submit')}</button></form>`
    return page({ locale, title: 'forgot_heading', here: '/oauth/forgotten', body })
  }

  /** The same answer for an account that is there and one that is not. */
  @Handle(requestReset)
  async request(ctx: RequestContext, { body, query }: Input<typeof requestReset>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    await this.account.requestReset(ctx, body.email)
    if (wantsJson(ctx)) return { asked: true }
    const shown = `<h1>${text(locale, 'forgot_heading')}</h1>${done(say(locale, 'forgot_sent', { email: body.email }))}`
    return page({ locale, title: 'forgot_heading', here: null, body: shown })
  }

  @Handle(showReset)
  async reset(ctx: RequestContext, { query }: Input<typeof showReset>) {
    const locale = query.lang ?? ctx.locale
    try {
      const { user } = await this.account.readLink(query.token, 'password-reset')
      if (wantsJson(ctx)) return { email: this.staff.emailOf(user) }
      return this.#resetForm(locale, query.token, this.staff.emailOf(user), null)
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
  }

  @Handle(resetPassword)
  async setPassword(ctx: RequestContext, { body, query }: Input<typeof resetPassword>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    try {
      const { user } = await this.account.readLink(body.token, 'password-reset')
      try {
        requireSame(body)
        await this.account.reset(ctx, body.token, body.password)
      } catch (error) {
        const problem = problemOf(locale, error)
        if (wantsJson(ctx) || problem === null) throw error
        return this.#resetForm(locale, body.token, this.staff.emailOf(user), problem, (error as DomainError).status)
      }
      if (wantsJson(ctx)) return { email: this.staff.emailOf(user) }
      return this.#finished(locale, 'reset_heading', say(locale, 'reset_done'))
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
  }

  /** A mail program that looks at the link changes nothing: the button does. */
  @Handle(showEmailConfirmation)
  async email(ctx: RequestContext, { query }: Input<typeof showEmailConfirmation>) {
    const locale = query.lang ?? ctx.locale
    try {
      const { link } = await this.account.readLink(query.token, 'email-change')
      const email = this.sealing.open('personal', link.email_sealed ?? '')
      if (wantsJson(ctx)) return { email }
      const body = `<h1>${text(locale, 'email_heading')}</h1><p>${text(locale, 'email_lead', { email })}</p>
<form method="post" action="/oauth/email">${hidden('token', query.token)}${hidden('lang', locale)}
<button type="submit">${text(locale, 'email_submit')}</button></form>`
      return page({ locale, title: 'email_heading', here: `/oauth/email?token=${encodeURIComponent(query.token)}`, body })
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
  }

  @Handle(confirmEmail)
  async confirm(ctx: RequestContext, { body, query }: Input<typeof confirmEmail>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    try {
      const email = await this.account.confirmEmail(ctx, body.token)
      if (wantsJson(ctx)) return { email }
      return this.#finished(locale, 'email_heading', say(locale, 'email_done', { email }))
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
  }

  #resetForm(locale: Locale, token: string, email: string, problem: string | null, status = 200): RawAnswer {
    const invalid = problem !== null
    const body = `<h1>${text(locale, 'reset_heading')}</h1><p>${text(locale, 'reset_lead', { email })}</p>${alert(problem)}
<form method="post" action="/oauth/reset">${hidden('token', token)}${hidden('lang', locale)}
<input type="text" name="username" value="${escapeHtml(email)}" autocomplete="username" hidden>
${newPasswordFields(locale, 'password', invalid)}
<button type="submit">${text(locale, 'reset_submit')}</button></form>`
    return page({ status, locale, title: 'reset_heading', here: `/oauth/reset?token=${encodeURIComponent(token)}`, body })
  }

  #finished(locale: Locale, heading: Text, said: string): RawAnswer {
    const body = `<h1>${text(locale, heading)}</h1>${done(said)}<p><a href="/">${text(locale, 'to_console')}</a></p>`
    return page({ locale, title: heading, here: null, body })
  }

  #gone(ctx: RequestContext, error: unknown, locale: Locale): RawAnswer {
    if (wantsJson(ctx) || !(error instanceof DomainError)) throw error
    const said: Text | null = error.code === 'token_expired' ? 'link_expired' : error.code === 'already_exists' ? 'email_taken' : null
    if (!said) throw error
    const body = `<h1>${text(locale, said)}</h1><p><a href="/oauth/forgotten?lang=${locale}">${text(locale, 'forgot')}</a></p>`
    return page({ status: error.status, locale, title: 'title', here: null, body })
  }
}

/** Two fields for a new password. @param name of the first one */
export function newPasswordFields(locale: Locale, label: Text, invalid: boolean): string {
  const hint = say(locale, 'password_hint')
  return `${field({ name: 'password', label: say(locale, label), type: 'password', autocomplete: 'new-password', hint, invalid })}
${field({ name: 'password_again', label: say(locale, 'password_again'), type: 'password', autocomplete: 'new-password', invalid })}`
}

/** @throws DomainError validation_failed, `details.rule` = `different` */
export function requireSame(body: { password: string; password_again?: string | undefined }): void {
  if (body.password_again === undefined || body.password_again === body.password) return
  throw new DomainError('validation_failed', {
    field: 'password_again',
    message: 'the two passwords differ',
    details: { rule: 'different' },
  })
}

function text(locale: Locale, key: Text, values: Record<string, string | number> = {}): string {
  return escapeHtml(say(locale, key, values))
}
