import { Module } from '@nestjs/common'
import { MailController } from './mail.controller.ts'
import { MailService } from './mail.service.ts'

/** Routes by which a tenant's administrators look after the shop's messages. */
@Module({ controllers: [MailController], providers: [MailService] })
export class MailModule {}
