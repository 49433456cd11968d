import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminCreateCategory,
  adminGetCategory,
  adminListCategories,
  adminMoveCategory,
  adminRemoveCategory,
  adminUpdateCategory,
  vendorListCategories,
} from '../contract.ts'
import { CategoryWriter } from './category-writer.ts'

@Controller()
export class CategoryController {
  constructor(private readonly categories: CategoryWriter) {}

  @Handle(vendorListCategories)
  vendorList(ctx: RequestContext, { query }: Input<typeof vendorListCategories>) {
    return this.categories.list(ctx, query)
  }

  @Handle(adminListCategories)
  list(ctx: RequestContext, { query }: Input<typeof adminListCategories>) {
    return this.categories.list(ctx, query)
  }

  @Handle(adminCreateCategory)
  create(ctx: RequestContext, { body }: Input<typeof adminCreateCategory>) {
    return this.categories.create(ctx, body)
  }

  @Handle(adminGetCategory)
  get(ctx: RequestContext, { params }: Input<typeof adminGetCategory>) {
    return this.categories.get(ctx, params.id)
  }

  @Handle(adminUpdateCategory)
  update(ctx: RequestContext, { params, body }: Input<typeof adminUpdateCategory>) {
    return this.categories.update(ctx, params.id, body)
  }

  @Handle(adminMoveCategory)
  move(ctx: RequestContext, { params, body }: Input<typeof adminMoveCategory>) {
    return this.categories.move(ctx, params.id, body.parent_id)
  }

  @Handle(adminRemoveCategory)
  remove(ctx: RequestContext, { params }: Input<typeof adminRemoveCategory>) {
    return this.categories.remove(ctx, params.id)
  }
}
