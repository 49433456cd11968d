import { anyone, endpoint, Locale } from '@cityos/contract'
import { z } from 'zod'

/** Leads to the platform's sign-in page and comes back at `finishSignIn`: 302, no envelope. */
export const beginSignIn = endpoint({
  id: 'auth.sign_in',
  method: 'GET',
  path: '/auth/sign-in',
  summary: 'Begin a sign-in at this console',
  access: anyone,
  query: z.object({ return_to: z.string().max(500).default('/'), lang: Locale.optional() }),
  response: z.unknown(),
})

/** Where the sign-in page sends the browser back to: 302, no envelope. */
export const finishSignIn = endpoint({
  id: 'auth.callback',
  method: 'GET',
  path: '/auth/callback',
  summary: 'End of a sign-in at this console',
  access: anyone,
  query: z.object({ code: z.string().max(500).optional(), state: z.string().max(200).optional(), error: z.string().max(100).optional() }),
  response: z.unknown(),
  errors: ['dependency_unavailable'],
})
