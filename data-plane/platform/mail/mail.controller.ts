import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { listMailKinds, listTenantMail, readTenantMail, requeueTenantMail } from './contract.ts'
import { MailService } from './mail.service.ts'

@Controller()
export class MailController {
  constructor(private readonly mails: MailService) {}

  @Handle(listTenantMail)
  list(_ctx: RequestContext, input: Input<typeof listTenantMail>) {
    return this.mails.list(input.query)
  }

  @Handle(readTenantMail)
  read(ctx: RequestContext, input: Input<typeof readTenantMail>) {
    return this.mails.read(ctx, input.params.id)
  }

  @Handle(requeueTenantMail)
  requeue(ctx: RequestContext, input: Input<typeof requeueTenantMail>) {
    return this.mails.requeue(ctx, input.params.id)
  }

  @Handle(listMailKinds)
  kinds() {
    return this.mails.kinds()
  }
}
