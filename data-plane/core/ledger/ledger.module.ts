import { Module } from '@nestjs/common'
import { AdminLedgerController } from './ledger.controller.ts'
import { LedgerQuery } from './ledger.query.ts'
import { Ledger } from './ledger.service.ts'

@Module({ controllers: [AdminLedgerController], providers: [Ledger, LedgerQuery], exports: [Ledger] })
export class LedgerModule {}
