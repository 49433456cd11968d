import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  vendorAddProductMedia,
  vendorAddVariant,
  vendorArchiveProduct,
  vendorArchiveVariant,
  vendorCreateProduct,
  vendorGetProduct,
  vendorListProducts,
  vendorListVariantPriceHistory,
  vendorPublishProduct,
  vendorRemoveProductMedia,
  vendorReviseProduct,
  vendorSetProductOptions,
  vendorSetVariantPrices,
  vendorSubmitProduct,
  vendorUnpublishProduct,
  vendorUpdateProduct,
  vendorUpdateProductMedia,
  vendorUpdateVariant,
} from '../contract.ts'
import { ManagedProducts } from './managed-read.ts'
import { MediaWriter } from './media-writer.ts'
import { ProductVerbs } from './product-verbs.ts'
import { ProductWriter } from './product-writer.ts'
import { VariantWriter } from './variant-writer.ts'

/** Products for a vendor's staff: their own; the services filter by the actor. */
@Controller()
export class VendorProductController {
  constructor(
    private readonly products: ManagedProducts,
    private readonly writer: ProductWriter,
    private readonly verbs: ProductVerbs,
    private readonly variants: VariantWriter,
    private readonly media: MediaWriter,
  ) {}

  @Handle(vendorListProducts)
  list(ctx: RequestContext, { query }: Input<typeof vendorListProducts>) {
    return this.products.list(ctx, query)
  }

  @Handle(vendorCreateProduct)
  create(ctx: RequestContext, { body }: Input<typeof vendorCreateProduct>) {
    return this.writer.create(ctx, body)
  }

  @Handle(vendorGetProduct)
  get(ctx: RequestContext, { params }: Input<typeof vendorGetProduct>) {
    return this.products.get(ctx, params.id)
  }

  @Handle(vendorUpdateProduct)
  update(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateProduct>) {
    return this.writer.update(ctx, params.id, body)
  }

  @Handle(vendorPublishProduct)
  publish(ctx: RequestContext, { params }: Input<typeof vendorPublishProduct>) {
    return this.verbs.run(ctx, params.id, 'publish')
  }

  @Handle(vendorUnpublishProduct)
  unpublish(ctx: RequestContext, { params }: Input<typeof vendorUnpublishProduct>) {
    return this.verbs.run(ctx, params.id, 'unpublish')
  }

  @Handle(vendorArchiveProduct)
  archive(ctx: RequestContext, { params }: Input<typeof vendorArchiveProduct>) {
    return this.verbs.run(ctx, params.id, 'archive')
  }

  @Handle(vendorSubmitProduct)
  submit(ctx: RequestContext, { params }: Input<typeof vendorSubmitProduct>) {
    return this.verbs.run(ctx, params.id, 'submit')
  }

  @Handle(vendorReviseProduct)
  revise(ctx: RequestContext, { params }: Input<typeof vendorReviseProduct>) {
    return this.verbs.run(ctx, params.id, 'revise')
  }

  @Handle(vendorSetProductOptions)
  setOptions(ctx: RequestContext, { params, body }: Input<typeof vendorSetProductOptions>) {
    return this.writer.setOptions(ctx, params.id, body.options)
  }

  @Handle(vendorAddVariant)
  addVariant(ctx: RequestContext, { params, body }: Input<typeof vendorAddVariant>) {
    return this.variants.add(ctx, params.id, body)
  }

  @Handle(vendorUpdateVariant)
  updateVariant(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateVariant>) {
    return this.variants.update(ctx, params.id, body)
  }

  @Handle(vendorArchiveVariant)
  archiveVariant(ctx: RequestContext, { params }: Input<typeof vendorArchiveVariant>) {
    return this.variants.archive(ctx, params.id)
  }

  @Handle(vendorSetVariantPrices)
  setPrices(ctx: RequestContext, { params, body }: Input<typeof vendorSetVariantPrices>) {
    return this.variants.setPrices(ctx, params.id, body.prices)
  }

  @Handle(vendorListVariantPriceHistory)
  priceHistory(ctx: RequestContext, { params, query }: Input<typeof vendorListVariantPriceHistory>) {
    return this.variants.priceHistory(ctx, params.id, query)
  }

  @Handle(vendorAddProductMedia)
  addMedia(ctx: RequestContext, { params, body }: Input<typeof vendorAddProductMedia>) {
    return this.media.add(ctx, params.id, body)
  }

  @Handle(vendorUpdateProductMedia)
  updateMedia(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateProductMedia>) {
    return this.media.update(ctx, params.id, params.media_id, body)
  }

  @Handle(vendorRemoveProductMedia)
  removeMedia(ctx: RequestContext, { params }: Input<typeof vendorRemoveProductMedia>) {
    return this.media.remove(ctx, params.id, params.media_id)
  }
}
