import type { Binding } from '@cityos/contract'
import { HttpModule, type HttpSettings, type Log } from '@cityos/http'
import { type DynamicModule, Global, Module } from '@nestjs/common'
import { CartModule } from '../core/cart/cart.module.ts'
import { CatalogueModule } from '../core/catalogue/catalogue.module.ts'
import { manifest as catalogue } from '../core/catalogue/manifest.ts'
import { CheckoutModule } from '../core/checkout/checkout.module.ts'
import { CustomerModule } from '../core/customer/customer.module.ts'
import { FileModule } from '../core/file/file.module.ts'
import { LedgerModule } from '../core/ledger/ledger.module.ts'
import { NotificationModule } from '../core/notification/notification.module.ts'
import { OrderModule } from '../core/order/order.module.ts'
import { PaymentModule } from '../core/payment/payment.module.ts'
import { PersonaModule } from '../core/persona/persona.module.ts'
import { ReviewModule } from '../core/review/review.module.ts'
import { StoreModule } from '../core/store/store.module.ts'
import { VendorModule } from '../core/vendor/vendor.module.ts'
import type { InstalledVertical } from '../core/vertical/define-vertical.ts'
import { VerticalModule } from '../core/vertical/vertical.module.ts'
import { Verticals } from '../core/vertical/verticals.service.ts'
import { Idempotency } from '../platform/idempotency/idempotency.ts'
import { MailModule } from '../platform/mail/mail.module.ts'
import { OperationsModule } from '../platform/operations/operations.module.ts'
import { PlatformModule } from '../platform/platform.module.ts'
import type { TenantContext } from '../platform/tenant/tenant-context.ts'
import { SeedModule } from '../seed/seed.module.ts'
import { TenantAuthorizer } from './access/ability.ts'
import { TenantAuthenticator } from './access/authenticator.ts'
import { TenantGate } from './access/gate.ts'
import { ControlStreamModule } from './control-stream/control-stream.module.ts'
import { HealthSource } from './control-stream/report-push.ts'
import { InternalController } from './internal/internal.controller.ts'
import { LiveProbe } from './internal/live-probe.ts'
import { Activity } from './life/activity.ts'
import { PlaneHealthReader } from './life/health.ts'
import { UsageMeter } from './life/meter.ts'
import { SleepReport } from './life/sleep.ts'
import { Takeover } from './life/takeover.ts'
import { Traffic } from './life/traffic.ts'
import { StaffSessionModule } from './staff-session/staff-session.module.ts'
import { verticalModules } from './verticals.ts'

/** Everything that sells: one module per noun of core; the verticals stand in `verticals.ts`. */
const core = [
  StoreModule,
  VendorModule,
  FileModule,
  CatalogueModule,
  SeedModule,
  VerticalModule,
  LedgerModule,
  PaymentModule,
  CartModule,
  CustomerModule,
  OrderModule,
  NotificationModule,
  CheckoutModule,
  PersonaModule,
  ReviewModule,
]

@Global()
@Module({
  imports: [ControlStreamModule, VerticalModule],
  controllers: [InternalController],
  providers: [
    Activity,
    SleepReport,
    Takeover,
    Traffic,
    LiveProbe,
    UsageMeter,
    PlaneHealthReader,
    { provide: HealthSource, useExisting: PlaneHealthReader },
  ],
  exports: [Activity, SleepReport, Takeover, Traffic, PlaneHealthReader, HealthSource],
})
class LifeModule {}

/** Tells core which verticals this release has. */
class InstalledVerticals {
  constructor(known: Verticals, verticals: readonly InstalledVertical[]) {
    for (const manifest of [catalogue, ...verticals.map((vertical) => vertical.manifest)]) known.register(manifest)
  }
}

/** The data plane's root: the only place that composes. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a class with a static factory
export class AppModule {
  /** @param parts.verticals what this release has the code for; tests add their own */
  static for(parts: {
    binding: Binding
    tenant: TenantContext
    log: Log
    settings: HttpSettings
    verticals?: readonly InstalledVertical[]
  }): DynamicModule {
    const { binding, tenant, log, settings, verticals = verticalModules } = parts
    return {
      module: AppModule,
      imports: [
        HttpModule.forPlane({
          settings,
          authenticator: TenantAuthenticator,
          authorizer: TenantAuthorizer,
          gate: TenantGate,
          idempotency: Idempotency,
          imports: [ControlStreamModule],
        }),
        PlatformModule.for(binding, log, tenant),
        LifeModule,
        StaffSessionModule,
        OperationsModule,
        MailModule,
        ...core,
        ...verticals.map(({ module }) => module),
      ],
      providers: [
        { provide: InstalledVerticals, inject: [Verticals], useFactory: (known: Verticals) => new InstalledVerticals(known, verticals) },
      ],
    }
  }
}
