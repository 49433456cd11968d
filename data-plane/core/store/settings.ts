import type { Settings } from './contract.ts'

/** What holds until a tenant says otherwise: statutory and customary values of the pilot city (00-conventions). */
export const settingDefaults: Settings = {
  'brand.color': null,
  'brand.radius': null,
  'brand.logo_file_id': null,
  'tax.default_bps': 1500,
  'consumer.withdrawal_days': 7,
  'consumer.late_delivery_days': 15,
  'checkout.payment_deadline_minutes': 15,
  'checkout.hold_minutes': 15,
  'checkout.bank_transfer_days': 3,
  'shipping.flat_amount': 1500,
  'shipping.free_from_amount': 20_000,
  'inventory.low_stock': 3,
  'catalogue.vendor_publish_tiers': ['pro', 'enterprise'],
  'commission.default_bps': 1000,
  'booking.provider_no_show_credit_bps': 1000,
  'event.service_fee_amount': 200,
  'event.service_fee_bps': 250,
  'event.offer_hours': 24,
  'event.postponed_refund_days': 14,
  'event.payout_days': 3,
  'mail.off': [],
}
