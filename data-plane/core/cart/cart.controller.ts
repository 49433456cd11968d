import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { CartService } from './cart.service.ts'
import {
  addCartLine,
  createCart,
  getCart,
  holdCartLine,
  listPaymentMethods,
  listShippingOptions,
  removeCartLine,
  updateCart,
  updateCartLine,
} from './contract.ts'

@Controller()
export class CartController {
  constructor(private readonly carts: CartService) {}

  @Handle(createCart)
  create(ctx: RequestContext, input: Input<typeof createCart>) {
    return this.carts.create(ctx, input.body)
  }

  @Handle(getCart)
  get(ctx: RequestContext, input: Input<typeof getCart>) {
    return this.carts.get(ctx, input.params.id)
  }

  @Handle(updateCart)
  update(ctx: RequestContext, input: Input<typeof updateCart>) {
    return this.carts.update(ctx, input.params.id, input.body)
  }

  @Handle(addCartLine)
  addLine(ctx: RequestContext, input: Input<typeof addCartLine>) {
    return this.carts.addLine(ctx, input.params.id, input.body)
  }

  @Handle(updateCartLine)
  updateLine(ctx: RequestContext, input: Input<typeof updateCartLine>) {
    return this.carts.updateLine(ctx, input.params.id, input.params.line_id, input.body.quantity)
  }

  @Handle(holdCartLine)
  holdLine(ctx: RequestContext, input: Input<typeof holdCartLine>) {
    return this.carts.holdLine(ctx, input.params.id, input.params.line_id)
  }

  @Handle(removeCartLine)
  removeLine(ctx: RequestContext, input: Input<typeof removeCartLine>) {
    return this.carts.removeLine(ctx, input.params.id, input.params.line_id)
  }

  @Handle(listShippingOptions)
  shippingOptions(ctx: RequestContext, input: Input<typeof listShippingOptions>) {
    return this.carts.shippingOptions(ctx, input.params.id)
  }

  @Handle(listPaymentMethods)
  paymentMethods(ctx: RequestContext, input: Input<typeof listPaymentMethods>) {
    return this.carts.paymentMethods(ctx, input.params.id)
  }
}
