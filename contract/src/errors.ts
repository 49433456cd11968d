/**
 * The register of error codes (docs/spec/error-codes.md): one code has one HTTP status.
 * A code is added here before it is used; its message is the i18n key `error.<code>`.
 */
export const errorStatus = {
  idempotency_key_required: 400,
  invalid_request: 400,
  invalid_publishable_key: 401,
  refresh_reused: 401,
  totp_invalid: 401,
  totp_required: 401,
  unauthenticated: 401,
  payment_action_required: 402,
  payment_declined: 402,
  approval_required: 403,
  forbidden: 403,
  persona_restricted: 403,
  policy_denied: 403,
  purchase_required: 403,
  second_approver_required: 403,
  not_found: 404,
  outside_city: 404,
  unknown_host: 404,
  already_exists: 409,
  already_reviewed: 409,
  below_reserved: 409,
  cancellation_not_allowed: 409,
  cart_changed: 409,
  cart_completing: 409,
  category_cycle: 409,
  default_exists: 409,
  domain_in_use: 409,
  file_in_use: 409,
  fleet_frozen: 409,
  idempotency_conflict: 409,
  insufficient_stock: 409,
  invalid_transition: 409,
  last_admin: 409,
  namespace_terminating: 409,
  node_cycle: 409,
  node_not_empty: 409,
  not_completed_yet: 409,
  not_enough_capacity: 409,
  open_obligations: 409,
  operation_in_progress: 409,
  operation_past_pivot: 409,
  outside_maintenance_window: 409,
  payout_hold: 409,
  plan_below_usage: 409,
  price_changed: 409,
  quota_exceeded: 409,
  refund_quote_changed: 409,
  request_in_progress: 409,
  review_window_closed: 409,
  rollout_in_progress: 409,
  sales_closed: 409,
  seat_unavailable: 409,
  slot_unavailable: 409,
  slug_taken: 409,
  sold_out: 409,
  stack_locked: 409,
  stale_version: 409,
  tenant_pinned: 409,
  transfer_not_allowed: 409,
  vendor_not_licensed: 409,
  version_skew: 409,
  hold_expired: 410,
  offer_expired: 410,
  token_expired: 410,
  file_too_large: 413,
  active_booking_limit: 422,
  address_invalid: 422,
  amount_out_of_range: 422,
  archive_damaged: 422,
  archive_newer_schema: 422,
  archive_wrong_key: 422,
  asset_rejected: 422,
  cart_mix_not_allowed: 422,
  confirmation_required: 422,
  contrast_too_low: 422,
  credit_exceeds_invoice: 422,
  currency_mismatch: 422,
  currency_not_supported: 422,
  duration_not_offered: 422,
  geometry_invalid: 422,
  iban_invalid: 422,
  invalid_parent_type: 422,
  item_not_available_at_time: 422,
  lead_time_not_met: 422,
  max_tickets_exceeded: 422,
  minimum_order_not_met: 422,
  modifier_selection_invalid: 422,
  no_shipping_option: 422,
  outside_delivery_area: 422,
  outside_service_area: 422,
  parent_ticket_required: 422,
  policy_widening: 422,
  publish_requirements_missing: 422,
  quantity_exceeds_open: 422,
  range_too_large: 422,
  reason_required: 422,
  release_damaged: 422,
  slot_in_past: 422,
  slug_malformed: 422,
  slug_reserved: 422,
  unknown_plan: 422,
  unknown_release: 422,
  unknown_vertical: 422,
  url_not_allowed: 422,
  validation_failed: 422,
  voucher_exhausted: 422,
  voucher_invalid: 422,
  code_locked: 423,
  rate_limited: 429,
  internal_error: 500,
  cluster_forbidden: 503,
  cluster_operator_missing: 503,
  cluster_unreachable: 503,
  dependency_unavailable: 503,
  image_unavailable: 503,
  route_refused: 503,
  store_maintenance: 503,
  tenant_quarantined: 503,
  tenant_read_only: 503,
  tenant_starting: 503,
  tenant_suspended: 503,
  tenant_waking: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

export interface ErrorBody {
  code: ErrorCode
  message: string
  field?: string
  details?: Record<string, unknown>
}

/** What domain code throws. The HTTP layer turns it into the envelope with the register's status. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, options: { message?: string; field?: string; details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(options.message ?? code, { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.field = options.field
    this.details = options.details
  }

  get status(): number {
    return errorStatus[this.code]
  }
}
