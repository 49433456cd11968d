import { endpoint, Locale, type RateLimit, staff } from '@cityos/contract'
import { z } from 'zod'

/** What members of staff do with their own account. Whatever proves a person again counts against address and account. */

const proof: RateLimit = { perAddress: 120, perAccount: 10, accountField: '@actor', windowSeconds: 300 }
const own = staff('update', 'self')

/** Six digits of the authenticator app, or a recovery code. */
export const Code = z.string().trim().min(6).max(30)

export const StaffSessionRow = z.object({
  /** One sign-in; consoles opened from it belong to it. */
  id: z.string(),
  clients: z.array(z.string()),
  audiences: z.array(z.string()),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  current: z.boolean(),
  actions: z.array(z.enum(['end'])),
})
export type StaffSessionRow = z.infer<typeof StaffSessionRow>

export const AccountSecurity = z.object({
  email: z.string(),
  name: z.string(),
  locale: Locale,
  /** An address that waits for its confirmation. */
  pending_email: z.string().nullable(),
  password_changed_at: z.iso.datetime().nullable(),
  totp: z.object({ enabled: z.boolean(), enabled_at: z.iso.datetime().nullable(), required: z.boolean(), recovery_codes_left: z.int() }),
  max_sessions: z.int(),
  /** Where all of this can be done without a console. */
  account_url: z.string(),
})
export type AccountSecurity = z.infer<typeof AccountSecurity>

export const readSecurity = endpoint({
  id: 'account.read',
  method: 'GET',
  path: '/api/v1/staff/me/security',
  summary: 'How the caller signs in',
  access: staff('read', 'self'),
  response: AccountSecurity,
})

export const changeProfile = endpoint({
  id: 'account.change',
  method: 'POST',
  path: '/api/v1/staff/me/profile',
  summary: 'Change the caller’s name or language',
  access: own,
  body: z.object({ name: z.string().trim().min(1).max(120).optional(), locale: Locale.optional() }),
  response: AccountSecurity,
})

export const listOwnSessions = endpoint({
  id: 'account.sessions',
  method: 'GET',
  path: '/api/v1/staff/me/sessions',
  summary: 'Where the caller is signed in, newest first',
  access: staff('read', 'self'),
  response: z.array(StaffSessionRow),
})

export const endOwnSession = endpoint({
  id: 'account.end_session',
  method: 'POST',
  path: '/api/v1/staff/me/sessions/{id}/end',
  summary: 'End one of the caller’s sessions on every plane',
  access: own,
  params: z.object({ id: z.string() }),
  response: z.object({ ended: z.int() }),
})

export const endOtherSessions = endpoint({
  id: 'account.end_other_sessions',
  method: 'POST',
  path: '/api/v1/staff/me/sessions/end-others',
  summary: 'End every session of the caller but this one',
  access: own,
  response: z.object({ ended: z.int() }),
})

export const changePassword = endpoint({
  id: 'account.change_password',
  method: 'POST',
  path: '/api/v1/staff/me/password',
  summary: 'Change the caller’s password; every other session ends',
  access: own,
  body: z.object({ current_password: z.string().max(1000), password: z.string().max(1000) }),
  response: z.object({ ended: z.int() }),
  rateLimit: proof,
  errors: ['validation_failed'],
})

export const requestEmailChange = endpoint({
  id: 'account.change_email',
  method: 'POST',
  path: '/api/v1/staff/me/email',
  summary: 'Move the account to another address, once that address is confirmed by mail',
  access: own,
  body: z.object({ email: z.email().max(254), current_password: z.string().max(1000) }),
  response: AccountSecurity,
  rateLimit: { ...proof, perAccount: 5 },
  errors: ['validation_failed'],
})

export const offerTotp = endpoint({
  id: 'account.totp_offer',
  method: 'POST',
  path: '/api/v1/staff/me/totp',
  summary: 'Begin to use an authenticator app (RFC 6238): a secret and its QR code, good for 15 minutes',
  access: own,
  body: z.object({ current_password: z.string().max(1000) }),
  response: z.object({ secret: z.string(), url: z.string(), qr_svg: z.string(), expires_at: z.iso.datetime() }),
  rateLimit: proof,
  errors: ['invalid_transition'],
})

export const confirmTotp = endpoint({
  id: 'account.totp_confirm',
  method: 'POST',
  path: '/api/v1/staff/me/totp/confirm',
  summary: 'Prove that the app works; answers ten recovery codes, this once',
  access: own,
  body: z.object({ code: Code }),
  response: z.object({ recovery_codes: z.array(z.string()) }),
  rateLimit: proof,
  errors: ['totp_invalid', 'token_expired', 'invalid_transition'],
})

export const disableTotp = endpoint({
  id: 'account.totp_disable',
  method: 'POST',
  path: '/api/v1/staff/me/totp/disable',
  summary: 'Sign in without an authenticator app again',
  access: own,
  body: z.object({ current_password: z.string().max(1000), code: Code }),
  response: AccountSecurity,
  rateLimit: proof,
  errors: ['totp_invalid', 'totp_required', 'invalid_transition'],
})

export const renewRecoveryCodes = endpoint({
  id: 'account.recovery_codes',
  method: 'POST',
  path: '/api/v1/staff/me/recovery-codes',
  summary: 'Ten new recovery codes, shown this once; the old ones stop working',
  access: own,
  body: z.object({ current_password: z.string().max(1000), code: Code }),
  response: z.object({ recovery_codes: z.array(z.string()) }),
  rateLimit: proof,
  errors: ['totp_invalid', 'invalid_transition'],
})

const byStaffId = z.object({ id: z.string() })

export const listStaffSessions = endpoint({
  id: 'staff.sessions',
  method: 'GET',
  path: '/api/v1/staff/{id}/sessions',
  summary: 'Where a member of staff is signed in',
  access: staff('read', 'session'),
  params: byStaffId,
  response: z.array(StaffSessionRow),
})

export const resetTotp = endpoint({
  id: 'staff.reset_totp',
  method: 'POST',
  path: '/api/v1/staff/{id}/reset-totp',
  summary: 'Take the authenticator app off an account whose owner lost it and the recovery codes; every session ends',
  access: staff('update', 'session'),
  params: byStaffId,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: z.object({ ended: z.int() }),
  errors: ['invalid_transition'],
})

export const SigningKey = z.object({
  kid: z.string(),
  /** `next` is published before it signs; `retired` keys still verify what they signed; `withdrawn` ones nothing any more but certificates. */
  status: z.enum(['next', 'active', 'retired', 'withdrawn']),
  created_at: z.iso.datetime(),
  retired_at: z.iso.datetime().nullable(),
  /** Whether it is among the published keys (JWKS). */
  published: z.boolean(),
})
export type SigningKey = z.infer<typeof SigningKey>

export const listSigningKeys = endpoint({
  id: 'signing_key.list',
  method: 'GET',
  path: '/api/v1/signing-keys',
  summary: 'Keys that sign or signed staff tokens and certificates, newest first',
  access: staff('read', 'setting'),
  response: z.array(SigningKey),
})

export const rotateSigningKey = endpoint({
  id: 'signing_key.rotate',
  method: 'POST',
  path: '/api/v1/signing-keys/rotate',
  summary: 'Sign with the next key from now on; with `withdraw` every token of the present key stops working at once',
  access: staff('force', 'setting'),
  body: z.object({ withdraw: z.boolean().default(false), reason: z.string().trim().min(3).max(500) }),
  response: z.array(SigningKey),
})
