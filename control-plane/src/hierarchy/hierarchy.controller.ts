import type { AnyEndpoint, Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller, type Type } from '@nestjs/common'
import { hierarchyNouns } from './hierarchy.contract.ts'
import { type AnyNoun, HierarchyService } from './hierarchy.service.ts'

/** The five operations of whichever kind. */
type Operations = Record<'list' | 'read' | 'create' | 'change' | 'remove', AnyEndpoint>
type Asked = Input<AnyEndpoint>

/** The controller of one kind: five operations, all answered by the one service. */
function controllerOf(noun: AnyNoun): Type<unknown> {
  const { list, read, create, change, remove } = noun as Operations

  @Controller()
  class HierarchyController {
    constructor(private readonly entries: HierarchyService) {}

    @Handle(list)
    list(ctx: RequestContext, { query }: Asked) {
      return this.entries.list(ctx, noun, query)
    }

    @Handle(read)
    read(ctx: RequestContext, { params }: Asked) {
      return this.entries.read(ctx, noun, params.id)
    }

    @Handle(create)
    create(ctx: RequestContext, { body }: Asked) {
      return this.entries.create(ctx, noun, body)
    }

    @Handle(change)
    change(ctx: RequestContext, { params, body }: Asked) {
      return this.entries.change(ctx, noun, params.id, body)
    }

    @Handle(remove)
    remove(ctx: RequestContext, { params }: Asked) {
      return this.entries.remove(ctx, noun, params.id)
    }
  }
  return HierarchyController
}

export const hierarchyControllers = hierarchyNouns.map(controllerOf)
