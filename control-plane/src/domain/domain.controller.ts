import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { claimDomain, listDomains, makeDomainCanonical, readDomain, removeDomain, verifyDomain } from './domain.contract.ts'
import { DomainService } from './domain.service.ts'

@Controller()
export class DomainController {
  constructor(private readonly domains: DomainService) {}

  @Handle(listDomains)
  list(ctx: RequestContext, input: Input<typeof listDomains>) {
    return this.domains.list(ctx, input.params.id, input.query)
  }

  @Handle(claimDomain)
  claim(ctx: RequestContext, input: Input<typeof claimDomain>) {
    return this.domains.claim(ctx, input.params.id, input.body.host)
  }

  @Handle(readDomain)
  read(ctx: RequestContext, { params }: Input<typeof readDomain>) {
    return this.domains.read(ctx, params.id, params.host)
  }

  @Handle(verifyDomain)
  verify(ctx: RequestContext, { params }: Input<typeof verifyDomain>) {
    return this.domains.verify(ctx, params.id, params.host)
  }

  @Handle(makeDomainCanonical)
  canonical(ctx: RequestContext, { params }: Input<typeof makeDomainCanonical>) {
    return this.domains.makeCanonical(ctx, params.id, params.host)
  }

  @Handle(removeDomain)
  remove(ctx: RequestContext, { params }: Input<typeof removeDomain>) {
    return this.domains.remove(ctx, params.id, params.host)
  }
}
