import { endpoint, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'

export const PaymentStatus = z.enum([
  'pending',
  'requires_action',
  'authorized',
  'partially_captured',
  'captured',
  'partially_refunded',
  'refunded',
  'voided',
  'failed',
  'expired',
])
export type PaymentStatus = z.infer<typeof PaymentStatus>

export const MethodName = z.enum(['cash_on_delivery', 'bank_transfer', 'sandbox', 'none'])
export type MethodName = z.infer<typeof MethodName>

/** One per (order, vendor, capture mode). captured ≤ authorized, refunded ≤ captured. */
export const Payment = z.object({
  id: z.string(),
  vendor_id: z.string(),
  provider: z.enum(['offline', 'sandbox']),
  method: MethodName,
  capture_mode: z.string(),
  status: PaymentStatus,
  amount: Money,
  authorized: Money,
  captured: Money,
  refunded: Money,
})
export type Payment = z.infer<typeof Payment>

export const AdminPayment = Payment.extend({
  order_id: z.string(),
  order_number: z.string(),
  vendor_name: z.string(),
  created_at: z.string(),
  /** `confirm` is there for bank transfers that wait for their money. */
  actions: z.array(z.enum(['confirm'])),
})
export type AdminPayment = z.infer<typeof AdminPayment>

export const listAdminPayments = listEndpoint({
  id: 'admin.payment.list',
  method: 'GET',
  path: '/v1/admin/payments',
  summary: 'All payments, newest first',
  access: staff('read', 'payment'),
  query: z.object({ status: PaymentStatus.optional(), method: Payment.shape.method.optional(), order_id: z.string().optional() }),
  response: AdminPayment,
})

export const getAdminPayment = endpoint({
  id: 'admin.payment.get',
  method: 'GET',
  path: '/v1/admin/payments/{id}',
  summary: 'One payment',
  access: staff('read', 'payment'),
  params: z.object({ id: z.string() }),
  response: AdminPayment,
})

export const confirmAdminPayment = endpoint({
  id: 'admin.payment.confirm',
  method: 'POST',
  path: '/v1/admin/payments/{id}/confirm',
  summary: 'Finance has seen the money of a bank transfer',
  access: staff('confirm', 'payment'),
  params: z.object({ id: z.string() }),
  body: z.object({ reference: z.string().trim().min(1).max(140) }),
  response: AdminPayment,
  idempotencyKey: true,
  errors: ['invalid_transition', 'dependency_unavailable'],
})
