import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  changeNode,
  createNode,
  importNodes,
  listNodes,
  moveNode,
  nearNodes,
  readNode,
  readNodeMap,
  readNodeTree,
  removeNode,
  resolveNode,
} from './node.contract.ts'
import { NodeReader } from './node.reader.ts'
import { NodeService } from './node.service.ts'

@Controller()
export class NodeController {
  constructor(
    private readonly reader: NodeReader,
    private readonly nodes: NodeService,
  ) {}

  @Handle(listNodes)
  list(ctx: RequestContext, { query }: Input<typeof listNodes>) {
    return this.reader.list(ctx, query)
  }

  @Handle(readNodeTree)
  tree(ctx: RequestContext, { query }: Input<typeof readNodeTree>) {
    return this.reader.tree(ctx, query)
  }

  @Handle(readNodeMap)
  map(ctx: RequestContext, { query }: Input<typeof readNodeMap>) {
    return this.reader.map(ctx, query)
  }

  @Handle(nearNodes)
  near(ctx: RequestContext, { query }: Input<typeof nearNodes>) {
    return this.reader.near(ctx, query)
  }

  @Handle(resolveNode)
  resolve(_ctx: RequestContext, { query }: Input<typeof resolveNode>) {
    return this.reader.resolve(query)
  }

  @Handle(importNodes)
  import(ctx: RequestContext, { body }: Input<typeof importNodes>) {
    return this.nodes.import(ctx, body)
  }

  @Handle(createNode)
  create(ctx: RequestContext, { body }: Input<typeof createNode>) {
    return this.nodes.create(ctx, body)
  }

  @Handle(readNode)
  read(ctx: RequestContext, { params }: Input<typeof readNode>) {
    return this.reader.detail(ctx, params.id)
  }

  @Handle(changeNode)
  change(ctx: RequestContext, { params, body }: Input<typeof changeNode>) {
    return this.nodes.change(ctx, params.id, body)
  }

  @Handle(moveNode)
  move(ctx: RequestContext, { params, body }: Input<typeof moveNode>) {
    return this.nodes.move(ctx, params.id, body)
  }

  @Handle(removeNode)
  remove(ctx: RequestContext, { params }: Input<typeof removeNode>) {
    return this.nodes.remove(ctx, params.id)
  }
}
