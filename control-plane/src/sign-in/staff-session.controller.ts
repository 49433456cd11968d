import { DomainError, type Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import { Abilities, reachOf } from '../staff/ability.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { listStaffSessions, resetTotp } from './account.contract.ts'
import { SecondFactor } from './second-factor.service.ts'
import { SessionService } from './session.service.ts'

/** Sessions and second factor of somebody else, for whoever answers for them. */
@Controller()
export class StaffSessionController {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly sessions: SessionService,
    private readonly secondFactor: SecondFactor,
    private readonly abilities: Abilities,
  ) {}

  @Handle(listStaffSessions)
  async list(ctx: RequestContext, { params }: Input<typeof listStaffSessions>) {
    const user = await this.#within(ctx, params.id, 'read')
    const rows = await this.sessions.list(this.registry.db, user.id, ctx.actor.kind === 'staff' ? ctx.actor.sid : null)
    return rows
  }

  @Handle(resetTotp)
  async reset(ctx: RequestContext, { params, body }: Input<typeof resetTotp>) {
    const user = await this.#within(ctx, params.id, 'update')
    return this.registry.within(ctx, async (tx) => {
      const ended = await this.sessions.endOthers(tx, user.id, null, 'totp_reset')
      await this.secondFactor.remove(tx, ctx, user, body.reason)
      return { ended }
    })
  }

  /** Only people all of whose roles lie within the caller's reach. @throws DomainError not_found */
  async #within(ctx: RequestContext, id: string, action: 'read' | 'update'): Promise<StaffRow> {
    const reach = reachOf(this.abilities.of(ctx.actor), action, 'session')
    const user = await this.staff.find(id)
    const mine =
      user?.grants.every((grant) => grant.tenant_id !== null && reach.tenants.includes(grant.tenant_id)) && user.grants.length > 0
    if (!user || !(reach.everything || mine)) throw new DomainError('not_found')
    return user
  }
}
