import { type Input, readSession, signOut } from '@cityos/contract'
import { Handle, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { AuthorizationService } from './authorization.service.ts'
import { browserCookie } from './browser-sign-in.ts'
import { OperatorConsole } from './console.ts'
import { beginConsoleSignIn, finishConsoleSignIn } from './sign-in.contract.ts'

/** The operator console's session on its own host. */
@Controller()
export class ConsoleController {
  constructor(
    private readonly console: OperatorConsole,
    private readonly authorizations: AuthorizationService,
  ) {}

  @Handle(beginConsoleSignIn)
  begin(ctx: RequestContext, { query }: Input<typeof beginConsoleSignIn>) {
    const location = this.console.session.begin(ctx.cookies, this.console.redirectUri, query.return_to, query.lang ?? ctx.locale)
    return RawAnswer.redirect(location, 302)
  }

  @Handle(finishConsoleSignIn)
  async finish(ctx: RequestContext, { query }: Input<typeof finishConsoleSignIn>) {
    return RawAnswer.redirect(await this.console.session.finish(ctx.cookies, this.console.redirectUri, query), 302)
  }

  @Handle(readSession)
  async read(ctx: RequestContext, _input: Input<typeof readSession>) {
    const { sub, email, name, grants, exp } = await this.console.session.read(ctx.cookies)
    return { sub, email, name, grants, tenant_id: null, expires_at: new Date(exp * 1000).toISOString(), support: null }
  }

  @Handle(signOut)
  async signOut(ctx: RequestContext, _input: Input<typeof signOut>) {
    await this.console.session.end(ctx.cookies)
    await this.authorizations.closeBrowser(ctx.cookies.get(browserCookie))
    ctx.cookies.clear(browserCookie)
    return { redirect_to: null }
  }
}
