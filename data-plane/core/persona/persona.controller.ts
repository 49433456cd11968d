import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { assignPersona, chooseMyPersona, getMyPersona, listAssignments, unassignPersona } from './contract.ts'
import { Personas } from './persona.service.ts'

@Controller()
export class PersonaController {
  constructor(private readonly personas: Personas) {}

  @Handle(getMyPersona)
  mine(ctx: RequestContext) {
    return this.personas.mine(ctx)
  }

  @Handle(chooseMyPersona)
  choose(ctx: RequestContext, { body }: Input<typeof chooseMyPersona>) {
    return this.personas.choose(ctx, body)
  }

  @Handle(listAssignments)
  assignments() {
    return this.personas.assignments()
  }

  @Handle(assignPersona)
  assign(ctx: RequestContext, { params, body }: Input<typeof assignPersona>) {
    return this.personas.assign(ctx, params.id, body)
  }

  @Handle(unassignPersona)
  unassign(ctx: RequestContext, { params }: Input<typeof unassignPersona>) {
    return this.personas.unassign(ctx, params.id)
  }
}
