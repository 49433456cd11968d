import { RawAnswer, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { authorization } from '../../generated/client.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import type { StaffRow } from '../staff/staff.service.ts'
import { AuthorizationService } from './authorization.service.ts'

export const browserCookie = 'issuer_session'
/** Ties the step after the password to this browser. */
const stepCookie = 'issuer_step'
const stepSeconds = 15 * 60

/** Signs browsers in at the issuer and sends them back to the application. */
@Injectable()
export class BrowserSignIn {
  constructor(
    private readonly authorizations: AuthorizationService,
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** The password was right; a code is still missing. */
  async remember(ctx: RequestContext, request: authorization, user: StaffRow): Promise<void> {
    ctx.cookies.set(stepCookie, await this.authorizations.remember(request, user), { maxAge: stepSeconds, path: '/oauth' })
  }

  /** Whose password was right in this browser. @throws DomainError token_expired */
  remembered(ctx: RequestContext, request: authorization): Promise<StaffRow> {
    return this.authorizations.remembered(request, ctx.cookies.get(stepCookie))
  }

  /** Who is signed in in this browser. */
  current(ctx: RequestContext): Promise<{ user: StaffRow; signInId: string } | null> {
    return this.authorizations.browserUser(ctx.cookies.get(browserCookie))
  }

  /** @returns id of the sign-in */
  async open(ctx: RequestContext, user: StaffRow): Promise<string> {
    const browser = await this.authorizations.openBrowser(user)
    ctx.cookies.set(browserCookie, browser.token, { maxAge: browser.seconds })
    ctx.cookies.clear(stepCookie, '/oauth')
    return browser.signInId
  }

  /** Signs in and goes back to the application. @throws DomainError forbidden | token_expired */
  async enter(ctx: RequestContext, request: authorization, user: StaffRow): Promise<RawAnswer> {
    return this.goOn(ctx, request, { user, signInId: await this.open(ctx, user) })
  }

  /** Back to the application, with a code. @throws DomainError forbidden | token_expired */
  async goOn(ctx: RequestContext, request: authorization, browser: { user: StaffRow; signInId: string }): Promise<RawAnswer> {
    const granted = await this.authorizations.grant(request, browser.user, browser.signInId)
    await this.record(ctx, browser.user.id, request.client_id)
    return RawAnswer.redirect(granted.location)
  }

  /** Refused tries (`userId` null) are recorded without saying whether the account exists. */
  async record(ctx: RequestContext, userId: string | null, client: string): Promise<void> {
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
