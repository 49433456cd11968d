import { z } from 'zod'
import { anyone, endpoint } from './endpoint.ts'
import { Grant } from './token.ts'

/**
 * The signed-in member of staff, as a console sees it. The access token stays in a host-only, http-only cookie; both
 * planes answer this on the hosts that serve a console (`cityos.`, `admin.<tenant>`).
 */
export const StaffSession = z.object({
  sub: z.string(),
  email: z.string(),
  name: z.string(),
  grants: z.array(Grant),
  /** The tenant whose console this is; null on the operator's host. */
  tenant_id: z.string().nullable(),
  expires_at: z.iso.datetime(),
  /** Set while this is support access to the tenant: until when, by whom, and whether they may only look. */
  support: z.object({ id: z.string(), until: z.iso.datetime(), by: z.string(), read_only: z.boolean() }).nullable().default(null),
})
export type StaffSession = z.infer<typeof StaffSession>

/** Refreshes the session when the access token has run out and the refresh cookie is still good; 401 otherwise. */
export const readSession = endpoint({
  id: 'auth.session',
  method: 'GET',
  path: '/auth/session',
  summary: 'The signed-in member of staff',
  access: anyone,
  response: StaffSession,
})

/** Ends the session and clears both cookies; `redirect_to` is where the browser should go next, if anywhere. */
export const signOut = endpoint({
  id: 'auth.sign_out',
  method: 'POST',
  path: '/auth/sign-out',
  summary: 'Sign out',
  access: anyone,
  response: z.object({ redirect_to: z.string().nullable() }),
})
