import { Module } from '@nestjs/common'
import { LedgerModule } from '../ledger/ledger.module.ts'
import { PaymentProviders } from './providers.ts'
import { SandboxProvider } from './sandbox.provider.ts'

@Module({ imports: [LedgerModule], providers: [SandboxProvider, PaymentProviders], exports: [PaymentProviders] })
export class PaymentModule {}
