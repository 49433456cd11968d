import { type Binding, DomainError, type Input, readSession, signOut, tenantAudience } from '@cityos/contract'
import { ConsoleSession, Handle, originOf, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller, Inject } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { StaffKeys } from '../control-stream/staff-keys.ts'
import { beginSignIn, finishSignIn } from './staff-session.contract.ts'
import { StaffTokens, tenantConsole } from './staff-tokens.ts'

/** Tenant staff sign in at the control plane and come back here; only on the admin host. */
@Controller()
export class StaffSessionController {
  readonly #session: ConsoleSession

  constructor(
    tokens: StaffTokens,
    keys: StaffKeys,
    @Inject(BINDING) private readonly binding: Binding,
  ) {
    this.#session = new ConsoleSession({
      clientId: tenantConsole,
      resource: tenantAudience(binding.tenant.id),
      authorizeUrl: `${binding.issuer}/oauth/authorize`,
      exchange: (code, verifier, redirectUri) => tokens.exchange(code, verifier, redirectUri),
      refresh: (token) => tokens.refresh(token),
      revoke: (token) => tokens.revoke(token),
      verify: (token) => keys.claims(token),
    })
  }

  @Handle(beginSignIn)
  begin(ctx: RequestContext, { query }: Input<typeof beginSignIn>) {
    requireConsoleHost(ctx)
    return RawAnswer.redirect(this.#session.begin(ctx.cookies, this.#redirectUri(ctx), query.return_to, query.lang ?? ctx.locale), 302)
  }

  @Handle(finishSignIn)
  async finish(ctx: RequestContext, { query }: Input<typeof finishSignIn>) {
    requireConsoleHost(ctx)
    return RawAnswer.redirect(await this.#session.finish(ctx.cookies, this.#redirectUri(ctx), query), 302)
  }

  @Handle(readSession)
  async session(ctx: RequestContext) {
    requireConsoleHost(ctx)
    const { sub, email, name, grants, exp, act, support } = await this.#session.read(ctx.cookies)
    return {
      sub,
      email,
      name,
      grants,
      tenant_id: this.binding.tenant.id,
      expires_at: new Date(exp * 1000).toISOString(),
      support: support ? { ...support, by: act?.name ?? name } : null,
    }
  }

  @Handle(signOut)
  async signOut(ctx: RequestContext) {
    requireConsoleHost(ctx)
    await this.#session.end(ctx.cookies)
    return { redirect_to: `${this.binding.issuer}/oauth/sign-out` }
  }

  #redirectUri(ctx: RequestContext): string {
    return `${originOf(ctx, this.binding.public)}/auth/callback`
  }
}

function requireConsoleHost(ctx: RequestContext): void {
  if (ctx.surface !== 'admin') throw new DomainError('not_found')
}
