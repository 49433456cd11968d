import { Module } from '@nestjs/common'
import { LedgerModule } from '../ledger/ledger.module.ts'
import { Captures } from './captures.ts'
import { PaymentProviders } from './providers.ts'
import { SandboxProvider } from './sandbox.provider.ts'

@Module({ imports: [LedgerModule], providers: [SandboxProvider, PaymentProviders, Captures], exports: [PaymentProviders, Captures] })
export class PaymentModule {}
