import { endpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/**
 * Settings of the shop (`tenant_setting`): rates, caps and legal windows of the specs are defaults here, never literals in code.
 * A key left out keeps its value; null returns it to the default.
 */
export const Settings = z.object({
  'brand.color': z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .nullable(),
  'brand.radius': z.enum(['none', 'small', 'medium', 'large']).nullable(),
  'brand.logo_file_id': z.string().nullable(),
  'tax.default_bps': z.int().min(0).max(10_000),
  'consumer.withdrawal_days': z.int().min(0).max(60),
  'consumer.late_delivery_days': z.int().min(1).max(90),
  'checkout.payment_deadline_minutes': z.int().min(5).max(60),
  'checkout.hold_minutes': z.int().min(1).max(60),
  'checkout.bank_transfer_days': z.int().min(1).max(30),
  'shipping.flat_amount': z.int().min(0),
  'shipping.free_from_amount': z.int().min(0).nullable(),
  'inventory.low_stock': z.int().min(0).max(1000),
  'catalogue.vendor_publish_tiers': z.array(z.enum(['basic', 'pro', 'enterprise'])),
  'commission.default_bps': z.int().min(0).max(5_000),
  /** Credit to a customer whose provider did not come, of the price (docs/spec/booking.md). */
  'booking.provider_no_show_credit_bps': z.int().min(0).max(10_000),
  'event.service_fee_amount': z.int().min(0).max(100_000),
  'event.service_fee_bps': z.int().min(0).max(5_000),
  'event.offer_hours': z.int().min(1).max(168),
  'event.postponed_refund_days': z.int().min(1).max(90),
  'event.payout_days': z.int().min(0).max(60),
  /** Kinds of message that are not sent (`GET /v1/admin/mail-kinds`). */
  'mail.off': z.array(z.string().max(60)).max(100),
})
export type Settings = z.infer<typeof Settings>

export const adminGetSettings = endpoint({
  id: 'admin.settings.get',
  method: 'GET',
  path: '/v1/admin/settings',
  summary: 'The shop settings in force (stored values over defaults)',
  access: staff('read', 'settings'),
  response: Settings,
})

export const SettingsPatch = z
  .object(
    Object.fromEntries(Object.entries(Settings.shape).map(([key, schema]) => [key, schema.nullable().optional()])) as {
      [K in keyof typeof Settings.shape]: z.ZodOptional<z.ZodNullable<(typeof Settings.shape)[K]>>
    },
  )
  .strict()
export type SettingsPatch = z.infer<typeof SettingsPatch>

export const adminUpdateSettings = endpoint({
  id: 'admin.settings.update',
  method: 'PATCH',
  path: '/v1/admin/settings',
  summary: 'Changes shop settings',
  access: staff('write', 'settings'),
  body: SettingsPatch,
  response: Settings,
  errors: ['validation_failed'],
})
