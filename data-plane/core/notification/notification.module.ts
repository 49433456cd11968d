import { Module } from '@nestjs/common'
import { OrderModule } from '../order/order.module.ts'
import { StoreModule } from '../store/store.module.ts'
import { Addresses } from './addresses.ts'
import { CodeLetters } from './code-letters.ts'
import { OrderLetters } from './order-letters.ts'
import { OrderRecipients } from './order-recipients.ts'
import { ShopSender } from './shop-sender.ts'
import { VendorLetters } from './vendor-letters.ts'

/** What the shop writes to people by mail; verticals add what they have to say. */
@Module({
  imports: [OrderModule, StoreModule],
  providers: [Addresses, CodeLetters, OrderLetters, OrderRecipients, ShopSender, VendorLetters],
  exports: [Addresses, OrderRecipients],
})
export class NotificationModule {}
