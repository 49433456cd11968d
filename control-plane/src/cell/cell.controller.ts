import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { changeCell, closeCell, createCell, listCells, openCell, readCell, removeCell, renewCellAccess } from './cell.contract.ts'
import { CellService } from './cell.service.ts'

@Controller()
export class CellController {
  constructor(private readonly cells: CellService) {}

  @Handle(listCells)
  list(ctx: RequestContext, input: Input<typeof listCells>) {
    return this.cells.list(ctx, input.query)
  }

  @Handle(readCell)
  read(ctx: RequestContext, input: Input<typeof readCell>) {
    return this.cells.read(ctx, input.params.name)
  }

  @Handle(createCell)
  create(ctx: RequestContext, input: Input<typeof createCell>) {
    return this.cells.create(ctx, input.body)
  }

  @Handle(changeCell)
  change(ctx: RequestContext, input: Input<typeof changeCell>) {
    return this.cells.change(ctx, input.params.name, input.body)
  }

  @Handle(renewCellAccess)
  renewAccess(ctx: RequestContext, input: Input<typeof renewCellAccess>) {
    return this.cells.renewAccess(ctx, input.params.name, input.body)
  }

  @Handle(removeCell)
  remove(ctx: RequestContext, input: Input<typeof removeCell>) {
    return this.cells.remove(ctx, input.params.name, input.query)
  }

  @Handle(openCell)
  open(ctx: RequestContext, input: Input<typeof openCell>) {
    return this.cells.setOpen(ctx, input.params.name, true)
  }

  @Handle(closeCell)
  close(ctx: RequestContext, input: Input<typeof closeCell>) {
    return this.cells.setOpen(ctx, input.params.name, false)
  }
}
