import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { listMail, readMail, requeueMail } from './mail.contract.ts'
import { MailService } from './mail.service.ts'

@Controller()
export class MailController {
  constructor(private readonly mails: MailService) {}

  @Handle(listMail)
  list(ctx: RequestContext, { query }: Input<typeof listMail>) {
    return this.mails.list(ctx, query)
  }

  @Handle(readMail)
  read(ctx: RequestContext, { params }: Input<typeof readMail>) {
    return this.mails.read(ctx, params.id)
  }

  @Handle(requeueMail)
  requeue(ctx: RequestContext, { params }: Input<typeof requeueMail>) {
    return this.mails.requeue(ctx, params.id)
  }
}
