import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminAddProductMedia,
  adminAddVariant,
  adminApproveProduct,
  adminArchiveProduct,
  adminArchiveVariant,
  adminCreateProduct,
  adminGetProduct,
  adminListProducts,
  adminListVariantPriceHistory,
  adminPublishProduct,
  adminRejectProduct,
  adminRemoveProductMedia,
  adminReviseProduct,
  adminSetProductOptions,
  adminSetVariantPrices,
  adminSubmitProduct,
  adminUnpublishProduct,
  adminUpdateProduct,
  adminUpdateProductMedia,
  adminUpdateVariant,
} from '../contract.ts'
import { ManagedProducts } from './managed-read.ts'
import { MediaWriter } from './media-writer.ts'
import { ProductVerbs } from './product-verbs.ts'
import { ProductWriter } from './product-writer.ts'
import { VariantWriter } from './variant-writer.ts'

/** Products for staff: everybody's. */
@Controller()
export class AdminProductController {
  constructor(
    private readonly products: ManagedProducts,
    private readonly writer: ProductWriter,
    private readonly verbs: ProductVerbs,
    private readonly variants: VariantWriter,
    private readonly media: MediaWriter,
  ) {}

  @Handle(adminListProducts)
  list(ctx: RequestContext, { query }: Input<typeof adminListProducts>) {
    return this.products.list(ctx, query)
  }

  @Handle(adminCreateProduct)
  create(ctx: RequestContext, { body }: Input<typeof adminCreateProduct>) {
    return this.writer.create(ctx, body)
  }

  @Handle(adminGetProduct)
  get(ctx: RequestContext, { params }: Input<typeof adminGetProduct>) {
    return this.products.get(ctx, params.id)
  }

  @Handle(adminUpdateProduct)
  update(ctx: RequestContext, { params, body }: Input<typeof adminUpdateProduct>) {
    return this.writer.update(ctx, params.id, body)
  }

  @Handle(adminPublishProduct)
  publish(ctx: RequestContext, { params }: Input<typeof adminPublishProduct>) {
    return this.verbs.run(ctx, params.id, 'publish')
  }

  @Handle(adminUnpublishProduct)
  unpublish(ctx: RequestContext, { params }: Input<typeof adminUnpublishProduct>) {
    return this.verbs.run(ctx, params.id, 'unpublish')
  }

  @Handle(adminArchiveProduct)
  archive(ctx: RequestContext, { params }: Input<typeof adminArchiveProduct>) {
    return this.verbs.run(ctx, params.id, 'archive')
  }

  @Handle(adminSubmitProduct)
  submit(ctx: RequestContext, { params }: Input<typeof adminSubmitProduct>) {
    return this.verbs.run(ctx, params.id, 'submit')
  }

  @Handle(adminReviseProduct)
  revise(ctx: RequestContext, { params }: Input<typeof adminReviseProduct>) {
    return this.verbs.run(ctx, params.id, 'revise')
  }

  @Handle(adminApproveProduct)
  approve(ctx: RequestContext, { params }: Input<typeof adminApproveProduct>) {
    return this.verbs.run(ctx, params.id, 'approve')
  }

  @Handle(adminRejectProduct)
  reject(ctx: RequestContext, { params, body }: Input<typeof adminRejectProduct>) {
    return this.verbs.run(ctx, params.id, 'reject', body.reason)
  }

  @Handle(adminSetProductOptions)
  setOptions(ctx: RequestContext, { params, body }: Input<typeof adminSetProductOptions>) {
    return this.writer.setOptions(ctx, params.id, body.options)
  }

  @Handle(adminAddVariant)
  addVariant(ctx: RequestContext, { params, body }: Input<typeof adminAddVariant>) {
    return this.variants.add(ctx, params.id, body)
  }

  @Handle(adminUpdateVariant)
  updateVariant(ctx: RequestContext, { params, body }: Input<typeof adminUpdateVariant>) {
    return this.variants.update(ctx, params.id, body)
  }

  @Handle(adminArchiveVariant)
  archiveVariant(ctx: RequestContext, { params }: Input<typeof adminArchiveVariant>) {
    return this.variants.archive(ctx, params.id)
  }

  @Handle(adminSetVariantPrices)
  setPrices(ctx: RequestContext, { params, body }: Input<typeof adminSetVariantPrices>) {
    return this.variants.setPrices(ctx, params.id, body.prices)
  }

  @Handle(adminListVariantPriceHistory)
  priceHistory(ctx: RequestContext, { params, query }: Input<typeof adminListVariantPriceHistory>) {
    return this.variants.priceHistory(ctx, params.id, query)
  }

  @Handle(adminAddProductMedia)
  addMedia(ctx: RequestContext, { params, body }: Input<typeof adminAddProductMedia>) {
    return this.media.add(ctx, params.id, body)
  }

  @Handle(adminUpdateProductMedia)
  updateMedia(ctx: RequestContext, { params, body }: Input<typeof adminUpdateProductMedia>) {
    return this.media.update(ctx, params.id, params.media_id, body)
  }

  @Handle(adminRemoveProductMedia)
  removeMedia(ctx: RequestContext, { params }: Input<typeof adminRemoveProductMedia>) {
    return this.media.remove(ctx, params.id, params.media_id)
  }
}
