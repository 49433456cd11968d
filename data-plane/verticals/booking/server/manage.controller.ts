import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Clock } from '../../../platform/clock/clock.ts'
import {
  adminGetOffering,
  adminListOfferings,
  adminListProviders,
  adminPublishOffering,
  adminRejectProvider,
  adminUnpublishOffering,
  adminVerifyProvider,
  vendorArchiveOffering,
  vendorCreateOffering,
  vendorCreatePolicy,
  vendorGetOffering,
  vendorListOfferings,
  vendorListPolicies,
  vendorPublishOffering,
  vendorUnpublishOffering,
  vendorUpdateOffering,
  vendorUpdatePolicy,
} from '../contract.ts'
import { OfferingReader } from './offering-read.ts'
import { OfferingWriter } from './offering-writer.ts'
import { Policies } from './policies.ts'
import { Providers } from './providers.ts'

/** Services and policies for their vendor. */
@Controller()
export class VendorOfferingController {
  constructor(
    private readonly reader: OfferingReader,
    private readonly writer: OfferingWriter,
    private readonly policies: Policies,
    private readonly clock: Clock,
  ) {}

  @Handle(vendorListOfferings)
  list(ctx: RequestContext, { query }: Input<typeof vendorListOfferings>) {
    return this.reader.list(ctx, query, this.clock.now())
  }

  @Handle(vendorGetOffering)
  get(ctx: RequestContext, { params }: Input<typeof vendorGetOffering>) {
    return this.reader.get(ctx, params.id)
  }

  @Handle(vendorCreateOffering)
  create(ctx: RequestContext, { body }: Input<typeof vendorCreateOffering>) {
    return this.writer.create(ctx, body)
  }

  @Handle(vendorUpdateOffering)
  update(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateOffering>) {
    return this.writer.update(ctx, params.id, body)
  }

  @Handle(vendorPublishOffering)
  publish(ctx: RequestContext, { params }: Input<typeof vendorPublishOffering>) {
    return this.writer.run(ctx, params.id, 'publish')
  }

  @Handle(vendorUnpublishOffering)
  unpublish(ctx: RequestContext, { params }: Input<typeof vendorUnpublishOffering>) {
    return this.writer.run(ctx, params.id, 'unpublish')
  }

  @Handle(vendorArchiveOffering)
  archive(ctx: RequestContext, { params }: Input<typeof vendorArchiveOffering>) {
    return this.writer.run(ctx, params.id, 'archive')
  }

  @Handle(vendorListPolicies)
  listPolicies(ctx: RequestContext, { query }: Input<typeof vendorListPolicies>) {
    return this.policies.list(ctx, query)
  }

  @Handle(vendorCreatePolicy)
  createPolicy(ctx: RequestContext, { body }: Input<typeof vendorCreatePolicy>) {
    return this.policies.create(ctx, body)
  }

  @Handle(vendorUpdatePolicy)
  updatePolicy(ctx: RequestContext, { params, body }: Input<typeof vendorUpdatePolicy>) {
    return this.policies.update(ctx, params.id, body)
  }
}

/** Services and providers for staff: everybody's. */
@Controller()
export class AdminOfferingController {
  constructor(
    private readonly reader: OfferingReader,
    private readonly writer: OfferingWriter,
    private readonly providers: Providers,
    private readonly clock: Clock,
  ) {}

  @Handle(adminListOfferings)
  list(ctx: RequestContext, { query }: Input<typeof adminListOfferings>) {
    return this.reader.list(ctx, query, this.clock.now())
  }

  @Handle(adminGetOffering)
  get(ctx: RequestContext, { params }: Input<typeof adminGetOffering>) {
    return this.reader.get(ctx, params.id)
  }

  @Handle(adminPublishOffering)
  publish(ctx: RequestContext, { params }: Input<typeof adminPublishOffering>) {
    return this.writer.run(ctx, params.id, 'publish')
  }

  @Handle(adminUnpublishOffering)
  unpublish(ctx: RequestContext, { params }: Input<typeof adminUnpublishOffering>) {
    return this.writer.run(ctx, params.id, 'unpublish')
  }

  @Handle(adminListProviders)
  listProviders(ctx: RequestContext, { query }: Input<typeof adminListProviders>) {
    return this.providers.list(ctx, query)
  }

  @Handle(adminVerifyProvider)
  verify(ctx: RequestContext, { params, body }: Input<typeof adminVerifyProvider>) {
    return this.providers.judge(ctx, params.id, 'verified', body.note ?? null)
  }

  @Handle(adminRejectProvider)
  reject(ctx: RequestContext, { params, body }: Input<typeof adminRejectProvider>) {
    return this.providers.judge(ctx, params.id, 'rejected', body.reason)
  }
}
