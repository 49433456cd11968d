import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { vendorOf } from '../order/vendor-order.service.ts'
import {
  createReview,
  getRating,
  getReviewState,
  hideReview,
  listAdminReviews,
  listReviews,
  listVendorReviews,
  replyToReview,
  showReview,
} from './contract.ts'
import { Reviews } from './review.service.ts'

@Controller()
export class ReviewController {
  constructor(private readonly reviews: Reviews) {}

  @Handle(listReviews)
  list(ctx: RequestContext, input: Input<typeof listReviews>) {
    return this.reviews.list(ctx, input.query)
  }

  @Handle(getRating)
  rating(_ctx: RequestContext, input: Input<typeof getRating>) {
    return this.reviews.rating(input.params.type, input.params.id)
  }

  @Handle(getReviewState)
  state(ctx: RequestContext, input: Input<typeof getReviewState>) {
    return this.reviews.state(ctx, input.params.id, input.query.token)
  }

  @Handle(createReview)
  create(ctx: RequestContext, input: Input<typeof createReview>) {
    return this.reviews.create(ctx, input.params.id, input.query.token, input.body)
  }

  @Handle(listVendorReviews)
  listOwn(ctx: RequestContext, input: Input<typeof listVendorReviews>) {
    return this.reviews.listOwn(ctx, vendorOf(ctx), input.query)
  }

  @Handle(replyToReview)
  reply(ctx: RequestContext, input: Input<typeof replyToReview>) {
    return this.reviews.reply(ctx, vendorOf(ctx), input.params.id, input.body.text)
  }

  @Handle(listAdminReviews)
  listAll(ctx: RequestContext, input: Input<typeof listAdminReviews>) {
    return this.reviews.listAll(ctx, input.query)
  }

  @Handle(hideReview)
  hide(ctx: RequestContext, input: Input<typeof hideReview>) {
    return this.reviews.hide(ctx, input.params.id, input.body.reason)
  }

  @Handle(showReview)
  show(ctx: RequestContext, input: Input<typeof showReview>) {
    return this.reviews.show(ctx, input.params.id)
  }
}
