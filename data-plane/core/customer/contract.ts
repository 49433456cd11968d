import { anyone, customer, endpoint, Locale, listEndpoint, Money, patchOf, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

/** E.164, e.g. `+966501234567`. */
export const Phone = z.string().regex(/^\+[1-9]\d{6,14}$/)
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())
export const Password = z.string().min(8).max(200)

export const Address = z.object({
  name: z.string().trim().min(1).max(120),
  phone: Phone,
  line1: z.string().trim().min(1).max(200),
  line2: z.string().trim().max(200).nullable().default(null),
  district: z.string().trim().max(120).nullable().default(null),
  city: z.string().trim().min(1).max(120),
  region: z.string().trim().max(120).nullable().default(null),
  postal_code: z.string().trim().max(12).nullable().default(null),
  country: z.string().regex(/^[A-Z]{2}$/),
  /** Saudi short address, e.g. `RRRD2929`. */
  national_address: z
    .string()
    .regex(/^[A-Z]{4}\d{4}$/)
    .nullable()
    .default(null),
})
export type Address = z.infer<typeof Address>

export const CustomerAddress = Address.extend({
  id: z.string(),
  label: z.string().nullable(),
  is_default_shipping: z.boolean(),
  is_default_billing: z.boolean(),
  /** Kept, but outside the cities served here: flagged, not refused. */
  outside_city: z.boolean(),
})
export type CustomerAddress = z.infer<typeof CustomerAddress>

const AddressInput = Address.extend({
  label: z.string().trim().max(60).nullable().optional(),
  is_default_shipping: z.boolean().optional(),
  is_default_billing: z.boolean().optional(),
})

export const Customer = z.object({
  id: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
  locale: Locale,
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  created_at: z.string(),
})
export type Customer = z.infer<typeof Customer>

export const Session = z.object({
  id: z.string(),
  current: z.boolean(),
  created_at: z.string(),
  last_seen_at: z.string(),
  user_agent: z.string().nullable(),
})
export type Session = z.infer<typeof Session>

/** The opaque token is also set as the HttpOnly cookie `session`; API clients send it as a bearer token. */
export const SignedIn = z.object({ token: z.string(), expires_at: z.string(), customer: Customer })
export type SignedIn = z.infer<typeof SignedIn>

/** The same answer for known and unknown addresses; `code` is shown on test tenants only, where no mail leaves the house. */
export const CodeSent = z.object({ sent: z.literal(true), code: z.string().optional() })

/** Ten tries in five minutes for one account, from anywhere; sixty from one address. */
const authLimit = { perAddress: 60, perAccount: 10, accountField: 'email', windowSeconds: 300 }

export const signUp = endpoint({
  id: 'store.auth.signUp',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/store/auth/sign-up',
  summary: 'Asks for an account: a code goes to the address, `verify` turns it into a session',
  access: anyone,
  body: z.object({
    email: Email,
    password: Password,
    name: z.string().trim().min(1).max(120),
    phone: Phone.optional(),
    locale: Locale.optional(),
  }),
  response: CodeSent,
  status: 202,
})

export const verify = endpoint({
  id: 'store.auth.verify',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/store/auth/verify',
  summary: 'Proves the address with the code of sign-up and signs in',
  access: anyone,
  body: z.object({ email: Email, code: z.string().regex(/^\d{6}$/) }),
  response: SignedIn,
  errors: ['code_locked', 'token_expired', 'validation_failed'],
})

export const signIn = endpoint({
  id: 'store.auth.signIn',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/store/auth/sign-in',
  summary: 'Signs in; the guest cart (cookie or X-Cart-Token) is merged into the own one',
  access: anyone,
  body: z.object({ email: Email, password: z.string().min(1).max(200) }),
  response: SignedIn,
})

export const signOut = endpoint({
  id: 'store.auth.signOut',
  method: 'POST',
  path: '/v1/store/auth/sign-out',
  summary: 'Ends this session',
  access: anyone,
  response: z.object({ signed_out: z.literal(true) }),
})

export const requestReset = endpoint({
  id: 'store.auth.requestReset',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/store/auth/request-reset',
  summary: 'Asks for a code to set a new password; the answer never tells whether the account exists',
  access: anyone,
  body: z.object({ email: Email }),
  response: CodeSent,
  status: 202,
})

export const reset = endpoint({
  id: 'store.auth.reset',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/store/auth/reset',
  summary: 'Sets a new password with the code; every other session ends',
  access: anyone,
  body: z.object({ email: Email, code: z.string().regex(/^\d{6}$/), password: Password }),
  response: SignedIn,
  errors: ['code_locked', 'token_expired', 'validation_failed'],
})

export const getMe = endpoint({
  id: 'store.me.get',
  method: 'GET',
  path: '/v1/store/me',
  summary: 'The signed-in customer',
  access: customer,
  response: Customer,
})

export const updateMe = endpoint({
  id: 'store.me.update',
  method: 'PATCH',
  path: '/v1/store/me',
  summary: 'Changes name, phone or language',
  access: customer,
  body: z.object({ name: z.string().trim().min(1).max(120).optional(), phone: Phone.nullable().optional(), locale: Locale.optional() }),
  response: Customer,
  errors: ['already_exists'],
})

export const listMyAddresses = listEndpoint({
  id: 'store.me.address.list',
  method: 'GET',
  path: '/v1/store/me/addresses',
  summary: 'Own addresses, default first',
  access: customer,
  response: CustomerAddress,
})

export const createMyAddress = endpoint({
  id: 'store.me.address.create',
  method: 'POST',
  path: '/v1/store/me/addresses',
  summary: 'Adds an address (at most 20)',
  access: customer,
  body: AddressInput,
  response: CustomerAddress,
  status: 201,
  errors: ['quota_exceeded'],
})

export const updateMyAddress = endpoint({
  id: 'store.me.address.update',
  method: 'PATCH',
  path: '/v1/store/me/addresses/{id}',
  summary: 'Changes an address',
  access: customer,
  params: z.object({ id: z.string() }),
  body: patchOf(AddressInput),
  response: CustomerAddress,
})

export const deleteMyAddress = endpoint({
  id: 'store.me.address.delete',
  method: 'DELETE',
  path: '/v1/store/me/addresses/{id}',
  summary: 'Removes an address; orders keep their copy',
  access: customer,
  params: z.object({ id: z.string() }),
  response: z.object({ id: z.string() }),
})

export const listMySessions = listEndpoint({
  id: 'store.me.session.list',
  method: 'GET',
  path: '/v1/store/me/sessions',
  summary: 'Where this account is signed in (at most 5 places)',
  access: customer,
  response: Session,
})

export const endMySession = endpoint({
  id: 'store.me.session.end',
  method: 'DELETE',
  path: '/v1/store/me/sessions/{id}',
  summary: 'Signs one place out',
  access: customer,
  params: z.object({ id: z.string() }),
  response: z.object({ id: z.string() }),
})

export const requestClaim = endpoint({
  id: 'store.me.requestClaim',
  method: 'POST',
  path: '/v1/store/me/claim-orders/request',
  summary: 'Sends a code to the own address, to prove it before guest orders are shown',
  access: customer,
  response: CodeSent,
  status: 202,
})

export const claimOrders = endpoint({
  id: 'store.me.claimOrders',
  method: 'POST',
  path: '/v1/store/me/claim-orders',
  summary: 'Joins guest orders made with the own address, after proof by code',
  access: customer,
  body: z.object({ code: z.string().regex(/^\d{6}$/) }),
  response: z.object({ claimed: z.int() }),
  errors: ['code_locked', 'token_expired', 'validation_failed'],
})

export const VendorUser = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  /** `verticals`: what this vendor sells through, by code. */
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string(), verticals: z.array(z.string()) }),
})
export type VendorUser = z.infer<typeof VendorUser>

export const vendorSignIn = endpoint({
  id: 'vendor.auth.signIn',
  rateLimit: authLimit,
  method: 'POST',
  path: '/v1/vendor/auth/sign-in',
  summary: 'Signs vendor staff in; also sets the cookie `vendor_session`',
  access: anyone,
  body: z.object({ email: Email, password: z.string().min(1).max(200) }),
  response: z.object({ token: z.string(), expires_at: z.string(), user: VendorUser }),
})

export const vendorSignOut = endpoint({
  id: 'vendor.auth.signOut',
  method: 'POST',
  path: '/v1/vendor/auth/sign-out',
  summary: 'Ends the vendor session',
  access: anyone,
  response: z.object({ signed_out: z.literal(true) }),
})

export const getVendorMe = endpoint({
  id: 'vendor.me.get',
  method: 'GET',
  path: '/v1/vendor/me',
  summary: 'The signed-in vendor staff member',
  access: vendor('read', 'self'),
  response: VendorUser,
})

export const AdminCustomer = Customer.extend({
  status: z.enum(['guest', 'registered', 'verified', 'locked', 'anonymised']),
  orders: z.int(),
  /** Sum of paid orders, one entry per currency. */
  spent: z.array(Money),
  last_order_at: z.string().nullable(),
  actions: z.array(z.enum(['lock', 'unlock'])),
})
export type AdminCustomer = z.infer<typeof AdminCustomer>

export const listAdminCustomers = listEndpoint({
  id: 'admin.customer.list',
  method: 'GET',
  path: '/v1/admin/customers',
  summary: 'Customers; `q` is a whole e-mail address or phone number (personal data is indexed by hash)',
  access: staff('read', 'customer'),
  query: z.object({ status: z.enum(['registered', 'verified', 'locked', 'anonymised']).optional() }),
  response: AdminCustomer,
})

export const getAdminCustomer = endpoint({
  id: 'admin.customer.get',
  method: 'GET',
  path: '/v1/admin/customers/{id}',
  summary: 'One customer with addresses',
  access: staff('read', 'customer'),
  params: z.object({ id: z.string() }),
  response: AdminCustomer.extend({ addresses: z.array(CustomerAddress) }),
})

export const lockCustomer = endpoint({
  id: 'admin.customer.lock',
  method: 'POST',
  path: '/v1/admin/customers/{id}/lock',
  summary: 'Locks an account and ends its sessions',
  access: staff('lock', 'customer'),
  params: z.object({ id: z.string() }),
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: AdminCustomer,
  errors: ['invalid_transition'],
})

export const unlockCustomer = endpoint({
  id: 'admin.customer.unlock',
  method: 'POST',
  path: '/v1/admin/customers/{id}/unlock',
  summary: 'Unlocks an account',
  access: staff('lock', 'customer'),
  params: z.object({ id: z.string() }),
  response: AdminCustomer,
  errors: ['invalid_transition'],
})
