import type { Input, ManagedNoun } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller, Inject, type Type } from '@nestjs/common'
import type { ManagedRows, ManagedTable } from './managed-rows.ts'

type AnyRows = Pick<ManagedRows<ManagedTable, ManagedNoun>, 'list' | 'get' | 'create' | 'update' | 'remove'>

/** The controller of a managed noun: its five operations, answered by the injectable `rowsOf`. */
export function managedController(noun: object, rowsOf: Type<unknown>): Type<unknown> {
  const declared = noun as ManagedNoun

  @Controller()
  class ManagedController {
    constructor(@Inject(rowsOf) private readonly rows: AnyRows) {}

    @Handle(declared.list)
    list(ctx: RequestContext, { query }: Input<ManagedNoun['list']>) {
      return this.rows.list(ctx, query)
    }

    @Handle(declared.get)
    get(ctx: RequestContext, { params }: Input<ManagedNoun['get']>) {
      return this.rows.get(ctx, params.id)
    }

    @Handle(declared.create)
    create(ctx: RequestContext, { body }: Input<ManagedNoun['create']>) {
      return this.rows.create(ctx, body)
    }

    @Handle(declared.update)
    update(ctx: RequestContext, { params, body }: Input<ManagedNoun['update']>) {
      return this.rows.update(ctx, params.id, body)
    }

    @Handle(declared.remove)
    remove(ctx: RequestContext, { params }: Input<ManagedNoun['remove']>) {
      return this.rows.remove(ctx, params.id)
    }
  }
  return ManagedController
}
