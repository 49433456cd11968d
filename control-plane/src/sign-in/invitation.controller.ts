import { DomainError, type Input, type Locale, type StaffRole } from '@cityos/contract'
import { Handle, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller, Inject } from '@nestjs/common'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { publicOrigin, SETTINGS, type Settings } from '../settings.ts'
import { InvitationService } from '../staff/invitation.service.ts'
import { checkPassword } from '../staff/password.ts'
import { StaffService } from '../staff/staff.service.ts'
import { BrowserSignIn } from './browser-sign-in.ts'
import { codeField, problemOf } from './code.pages.ts'
import { alert, escapeHtml, field, hidden, page, roleName, say } from './pages.ts'
import { SecondFactor } from './second-factor.service.ts'
import { acceptInvitation, showInvitation } from './sign-in.contract.ts'
import { wantsJson } from './sign-in.controller.ts'

type Open = Awaited<ReturnType<InvitationService['open']>>

/** How an invited person gets an account: the address of the invitation works once. */
@Controller()
export class InvitationController {
  constructor(
    private readonly registry: Registry,
    private readonly invitations: InvitationService,
    private readonly staff: StaffService,
    private readonly browsers: BrowserSignIn,
    private readonly secondFactor: SecondFactor,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handle(showInvitation)
  async show(ctx: RequestContext, { query }: Input<typeof showInvitation>) {
    const locale = query.lang ?? ctx.locale
    try {
      const invitation = await this.invitations.open(this.registry.db, query.token)
      const known = (await this.staff.findByEmail(invitation.email)) !== null
      if (wantsJson(ctx)) return { email: invitation.email, role: invitation.role, tenant_id: invitation.tenant_id, known }
      return this.#form(locale, query.token, invitation, { known })
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
  }

  @Handle(acceptInvitation)
  async accept(ctx: RequestContext, { body, query }: Input<typeof acceptInvitation>) {
    const locale = body.lang ?? query.lang ?? ctx.locale
    let invitation: Open
    try {
      invitation = await this.invitations.open(this.registry.db, body.token)
    } catch (error) {
      return this.#gone(ctx, error, locale)
    }
    const known = (await this.staff.findByEmail(invitation.email)) !== null
    try {
      const user = await this.#accept(ctx, invitation, body, known, locale)
      const location = await this.#home(invitation.tenant_id)
      if (wantsJson(ctx)) return { user_id: user.id, email: invitation.email, location }
      await this.browsers.open(ctx, user)
      return RawAnswer.redirect(location)
    } catch (error) {
      if (wantsJson(ctx) || !(error instanceof DomainError)) throw error
      if (error.code === 'token_expired') return this.#gone(ctx, error, locale)
      const problem = problemOf(locale, error) ?? say(locale, 'refused')
      return this.#form(locale, body.token, invitation, { known, code: needsCode(error), name: body.name, problem, status: error.status })
    }
  }

  async #accept(ctx: RequestContext, invitation: Open, body: Input<typeof acceptInvitation>['body'], known: boolean, locale: Locale) {
    if (!known) this.#checkNew(invitation.email, body)
    const existing = known ? await this.staff.authenticate(invitation.email, body.password) : null
    if (known && !existing) throw new DomainError('unauthenticated', { message: say('en', 'refused') })
    if (existing) await this.secondFactor.check(ctx, existing, body.code)
    return this.registry.transaction(async (tx) => {
      const now = this.clock.now()
      const { count } = await tx.invitation.updateMany({
        where: { id: invitation.id, accepted_at: null, revoked_at: null },
        data: { accepted_at: now },
      })
      if (count === 0) throw new DomainError('token_expired')
      const user = existing ?? (await this.staff.create(tx, { email: invitation.email, name: body.name, password: body.password, locale }))
      await this.staff.grant(tx, user.id, { role: invitation.role as StaffRole, tenant_id: invitation.tenant_id, nodes: invitation.nodes })
      const resource = { type: 'invitation', id: invitation.id }
      await audit(tx, {
        at: now,
        actor: user.id,
        action: 'invitation.accept',
        tenantId: invitation.tenant_id,
        resource,
        ip: ctx.ip || null,
        requestId: ctx.requestId,
        changes: { role: invitation.role },
      })
      return user
    })
  }

  #checkNew(email: string, body: Input<typeof acceptInvitation>['body']): void {
    if (body.name === '')
      throw new DomainError('validation_failed', { field: 'name', message: 'a name is required', details: { rule: 'name' } })
    if (body.password_again !== undefined && body.password_again !== body.password) {
      throw new DomainError('validation_failed', {
        field: 'password_again',
        message: 'the two passwords differ',
        details: { rule: 'different' },
      })
    }
    checkPassword(body.password, email)
  }

  /** Where the new member of staff works: the tenant's console, or the operator's. */
  async #home(tenantId: string | null): Promise<string> {
    const domain = tenantId
      ? await this.registry.db.tenant_domain.findFirst({ where: { tenant_id: tenantId }, orderBy: { created_at: 'asc' } })
      : null
    return domain ? `${publicOrigin(this.settings, `admin.${domain.host}`)}/` : '/'
  }

  #form(
    locale: Locale,
    token: string,
    invitation: Open,
    shown: { known: boolean; code?: boolean; name?: string; problem?: string; status?: number },
  ) {
    const lead = say(locale, 'invitation_lead', { email: invitation.email, role: roleName(locale, invitation.role as StaffRole) })
    const fields = shown.known
      ? `<p>${escapeHtml(say(locale, 'invitation_known'))}</p>${field({ name: 'password', label: say(locale, 'password'), type: 'password', autocomplete: 'current-password', focused: true })}${shown.code ? codeField(locale, true) : ''}`
      : [
          field({ name: 'name', label: say(locale, 'name'), type: 'text', autocomplete: 'name', value: shown.name ?? '', focused: true }),
          field({
            name: 'password',
            label: say(locale, 'password'),
            type: 'password',
            autocomplete: 'new-password',
            hint: say(locale, 'password_hint'),
          }),
          field({ name: 'password_again', label: say(locale, 'password_again'), type: 'password', autocomplete: 'new-password' }),
        ].join('\n')
    const body = `<h1>${escapeHtml(say(locale, 'invitation_heading'))}</h1><p>${escapeHtml(lead)}</p>${alert(shown.problem ?? null)}
<form method="post" action="/oauth/invitation">${hidden('token', token)}${hidden('lang', locale)}${fields}
<button type="submit">${escapeHtml(say(locale, 'invitation_submit'))}</button></form>`
    const formTargets = [`${this.settings.binding.public.scheme}://*.${this.settings.binding.public.base_domain}:*`]
    return page({
      status: shown.status ?? 200,
      locale,
      title: 'invitation_title',
      body,
      here: `/oauth/invitation?token=${encodeURIComponent(token)}`,
      formTargets,
    })
  }

  #gone(ctx: RequestContext, error: unknown, locale: Locale): RawAnswer {
    if (wantsJson(ctx) || !(error instanceof DomainError) || error.code !== 'token_expired') throw error
    return page({
      status: 410,
      locale,
      title: 'invitation_title',
      here: '/oauth/invitation?token=-',
      body: `<h1>${escapeHtml(say(locale, 'invitation_expired'))}</h1>`,
    })
  }
}

/** The password was right; the page asks for the code of the authenticator app as well. */
function needsCode(error: DomainError): boolean {
  return error.code === 'totp_required' || error.code === 'totp_invalid'
}
