import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import {
  changePassword,
  changeProfile,
  confirmTotp,
  disableTotp,
  endOtherSessions,
  endOwnSession,
  listOwnSessions,
  offerTotp,
  readSecurity,
  renewRecoveryCodes,
  requestEmailChange,
} from './account.contract.ts'
import { AccountService } from './account.service.ts'
import { SecondFactor } from './second-factor.service.ts'
import { SessionService } from './session.service.ts'

/** What members of staff do with their own account. */
@Controller()
export class AccountController {
  constructor(
    private readonly registry: Registry,
    private readonly account: AccountService,
    private readonly sessions: SessionService,
    private readonly secondFactor: SecondFactor,
  ) {}

  @Handle(readSecurity)
  async read(ctx: RequestContext) {
    return this.account.security(await this.account.own(ctx))
  }

  @Handle(changeProfile)
  async change(ctx: RequestContext, { body }: Input<typeof changeProfile>) {
    return this.account.security(await this.account.changeProfile(ctx, await this.account.own(ctx), body))
  }

  @Handle(listOwnSessions)
  async list(ctx: RequestContext) {
    return this.sessions.list(this.registry.db, (await this.account.own(ctx)).id, sessionOf(ctx))
  }

  @Handle(endOwnSession)
  async end(ctx: RequestContext, { params }: Input<typeof endOwnSession>) {
    await this.sessions.end(ctx, (await this.account.own(ctx)).id, params.id, 'ended_by_owner')
    return { ended: 1 }
  }

  @Handle(endOtherSessions)
  async endOthers(ctx: RequestContext) {
    const { id } = await this.account.own(ctx)
    return { ended: await this.registry.within(ctx, (tx) => this.sessions.endOthers(tx, id, sessionOf(ctx), 'ended_by_owner')) }
  }

  @Handle(changePassword)
  async password(ctx: RequestContext, { body }: Input<typeof changePassword>) {
    const user = await this.account.own(ctx)
    const passwords = { current: body.current_password, next: body.password }
    return { ended: await this.account.changePassword(ctx, user, passwords, sessionOf(ctx)) }
  }

  @Handle(requestEmailChange)
  async email(ctx: RequestContext, { body }: Input<typeof requestEmailChange>) {
    const user = await this.account.own(ctx)
    await this.account.requestEmailChange(ctx, user, body.email, body.current_password)
    return this.account.security(user)
  }

  @Handle(offerTotp)
  async offer(ctx: RequestContext, { body }: Input<typeof offerTotp>) {
    const user = await this.account.own(ctx)
    await this.account.prove(user, body.current_password)
    return this.secondFactor.offer(user)
  }

  @Handle(confirmTotp)
  async confirm(ctx: RequestContext, { body }: Input<typeof confirmTotp>) {
    return { recovery_codes: await this.secondFactor.confirm(ctx, await this.account.own(ctx), body.code) }
  }

  @Handle(disableTotp)
  async disable(ctx: RequestContext, { body }: Input<typeof disableTotp>) {
    const user = await this.account.own(ctx)
    await this.account.prove(user, body.current_password)
    await this.secondFactor.disable(ctx, user, body.code)
    return this.account.security(await this.account.own(ctx))
  }

  @Handle(renewRecoveryCodes)
  async renew(ctx: RequestContext, { body }: Input<typeof renewRecoveryCodes>) {
    const user = await this.account.own(ctx)
    await this.account.prove(user, body.current_password)
    await this.secondFactor.check(ctx, user, body.code)
    return { recovery_codes: await this.secondFactor.renewCodes(ctx, user) }
  }
}

function sessionOf(ctx: RequestContext): string | null {
  return ctx.actor.kind === 'staff' ? ctx.actor.sid : null
}
