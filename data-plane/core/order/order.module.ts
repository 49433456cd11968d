import { Module } from '@nestjs/common'
import { CustomerModule } from '../customer/customer.module.ts'
import { LedgerModule } from '../ledger/ledger.module.ts'
import { PaymentModule } from '../payment/payment.module.ts'
import { StoreModule } from '../store/store.module.ts'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { AdminOrderService } from './admin-order.service.ts'
import { CancelService } from './cancel.service.ts'
import { Confirmation } from './confirmation.ts'
import { Dashboards } from './dashboards.ts'
import { FulfilService } from './fulfil.service.ts'
import { LineRelease } from './line-release.ts'
import { LineStatus } from './line-status.ts'
import { AdminOrderController, StoreOrderController, VendorOrderController } from './order.controller.ts'
import { OrderExport } from './order.export.ts'
import { OrderFilters } from './order.filters.ts'
import { OrderRowsReader } from './order.rows.ts'
import { OrderSummaries } from './order.summaries.ts'
import { OrderViews } from './order.views.ts'
import { OrderLines } from './order-lines.ts'
import { OrderSecrets } from './order-secrets.ts'
import { Payer } from './payer.ts'
import { AdminPaymentController } from './payment.controller.ts'
import { PaymentDesk } from './payment-desk.ts'
import { PaymentRetry } from './payment-retry.ts'
import { RefundService } from './refund.service.ts'
import { Settlement } from './settlement.ts'
import { StoreOrderService } from './store-order.service.ts'
import { SubOrders } from './sub-orders.ts'
import { VendorOrderService } from './vendor-order.service.ts'
import { Voids } from './voids.ts'

@Module({
  imports: [CustomerModule, LedgerModule, PaymentModule, StoreModule, VerticalModule],
  controllers: [StoreOrderController, VendorOrderController, AdminOrderController, AdminPaymentController],
  providers: [
    AdminOrderService,
    CancelService,
    Confirmation,
    Dashboards,
    FulfilService,
    LineRelease,
    LineStatus,
    OrderExport,
    OrderFilters,
    OrderLines,
    OrderRowsReader,
    OrderSecrets,
    OrderSummaries,
    OrderViews,
    Payer,
    PaymentDesk,
    PaymentRetry,
    RefundService,
    Settlement,
    StoreOrderService,
    SubOrders,
    VendorOrderService,
    Voids,
  ],
  exports: [AdminOrderService, CancelService, Confirmation, OrderLines, OrderSecrets, OrderViews, Settlement, Voids],
})
export class OrderModule {}
