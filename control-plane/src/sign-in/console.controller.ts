import { DomainError, type Input, readSession, signOut } from '@cityos/contract'
import { Handle, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { AuthorizationService } from './authorization.service.ts'
import { ConsoleSession } from './console-session.ts'
import { beginConsoleSignIn, finishConsoleSignIn } from './sign-in.contract.ts'
import { browserCookie } from './sign-in.controller.ts'

/** The operator console's session on its own host. */
@Controller()
export class ConsoleController {
  constructor(
    private readonly session: ConsoleSession,
    private readonly authorizations: AuthorizationService,
  ) {}

  @Handle(beginConsoleSignIn)
  begin(ctx: RequestContext, { query }: Input<typeof beginConsoleSignIn>) {
    return RawAnswer.redirect(this.session.begin(ctx, query.return_to) + (query.lang ? `&lang=${query.lang}` : ''), 302)
  }

  @Handle(finishConsoleSignIn)
  async finish(ctx: RequestContext, { query }: Input<typeof finishConsoleSignIn>) {
    if (!query.code || !query.state)
      throw new DomainError('invalid_request', { message: query.error ?? 'the sign-in came back without a code' })
    return RawAnswer.redirect(await this.session.finish(ctx, query.code, query.state))
  }

  @Handle(readSession)
  async read(ctx: RequestContext, _input: Input<typeof readSession>) {
    const claims = await this.session.read(ctx.cookies)
    if (!claims) throw new DomainError('unauthenticated')
    const { sub, email, name, grants, exp } = claims
    return { sub, email, name, grants, tenant_id: null, expires_at: new Date(exp * 1000).toISOString() }
  }

  @Handle(signOut)
  async signOut(ctx: RequestContext, _input: Input<typeof signOut>) {
    await this.session.end(ctx.cookies)
    await this.authorizations.closeBrowser(ctx.cookies.get(browserCookie))
    ctx.cookies.clear(browserCookie)
    return { redirect_to: null }
  }
}
