import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  activatePolicy,
  approvePolicy,
  changePolicy,
  createPolicy,
  diffPolicy,
  endPolicyException,
  grantPolicyException,
  listPolicies,
  listPolicyExceptions,
  readAuthorityPolicy,
  readNodePolicy,
  readPolicy,
  readTenantPolicy,
  removePolicy,
  simulatePolicy,
  withdrawPolicy,
} from './policy.contract.ts'
import { PolicyExceptions } from './policy.exceptions.ts'
import { PolicyReader } from './policy.reader.ts'
import { PolicyService } from './policy.service.ts'

@Controller()
export class PolicyController {
  constructor(
    private readonly reader: PolicyReader,
    private readonly policies: PolicyService,
    private readonly exceptions: PolicyExceptions,
  ) {}

  @Handle(listPolicies)
  list(ctx: RequestContext, { query }: Input<typeof listPolicies>) {
    return this.reader.list(ctx, query)
  }

  @Handle(readPolicy)
  read(ctx: RequestContext, { params }: Input<typeof readPolicy>) {
    return this.reader.read(ctx, params.id)
  }

  @Handle(createPolicy)
  create(ctx: RequestContext, { body }: Input<typeof createPolicy>) {
    return this.policies.create(ctx, body)
  }

  @Handle(changePolicy)
  change(ctx: RequestContext, { params, body }: Input<typeof changePolicy>) {
    return this.policies.change(ctx, params.id, body)
  }

  @Handle(removePolicy)
  remove(ctx: RequestContext, { params }: Input<typeof removePolicy>) {
    return this.policies.remove(ctx, params.id)
  }

  @Handle(approvePolicy)
  approve(ctx: RequestContext, { params }: Input<typeof approvePolicy>) {
    return this.policies.approve(ctx, params.id)
  }

  @Handle(activatePolicy)
  activate(ctx: RequestContext, { params }: Input<typeof activatePolicy>) {
    return this.policies.activate(ctx, params.id)
  }

  @Handle(withdrawPolicy)
  withdraw(ctx: RequestContext, { params }: Input<typeof withdrawPolicy>) {
    return this.policies.withdraw(ctx, params.id)
  }

  @Handle(diffPolicy)
  diff(ctx: RequestContext, { params, query }: Input<typeof diffPolicy>) {
    return this.reader.diff(ctx, params.id, query.against)
  }

  @Handle(simulatePolicy)
  simulate(ctx: RequestContext, { params, body }: Input<typeof simulatePolicy>) {
    return this.reader.simulate(ctx, params.id, body.tenant_id)
  }

  @Handle(readNodePolicy)
  ofNode(_ctx: RequestContext, { params }: Input<typeof readNodePolicy>) {
    return this.reader.ofNode(params.id)
  }

  @Handle(readAuthorityPolicy)
  ofAuthority(_ctx: RequestContext, { params }: Input<typeof readAuthorityPolicy>) {
    return this.reader.ofAuthority(params.id)
  }

  @Handle(readTenantPolicy)
  ofTenant(ctx: RequestContext, { params }: Input<typeof readTenantPolicy>) {
    return this.reader.ofTenant(ctx, params.id)
  }

  @Handle(listPolicyExceptions)
  listExceptions(ctx: RequestContext, { query }: Input<typeof listPolicyExceptions>) {
    return this.exceptions.list(ctx, query)
  }

  @Handle(grantPolicyException)
  grant(ctx: RequestContext, { body }: Input<typeof grantPolicyException>) {
    return this.exceptions.grant(ctx, body)
  }

  @Handle(endPolicyException)
  end(ctx: RequestContext, { params }: Input<typeof endPolicyException>) {
    return this.exceptions.end(ctx, params.id)
  }
}
