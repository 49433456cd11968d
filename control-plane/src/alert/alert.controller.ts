import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { acknowledgeAlert, listAlerts } from './alert.contract.ts'
import { AlertService } from './alert.service.ts'

@Controller()
export class AlertController {
  constructor(private readonly alerts: AlertService) {}

  @Handle(listAlerts)
  list(ctx: RequestContext, input: Input<typeof listAlerts>) {
    return this.alerts.list(ctx, input.query)
  }

  @Handle(acknowledgeAlert)
  acknowledge(ctx: RequestContext, input: Input<typeof acknowledgeAlert>) {
    return this.alerts.acknowledge(ctx, input.params.id, input.body.note)
  }
}
