import { anyone, endpoint, Locale } from '@cityos/contract'
import { z } from 'zod'

/** Pages that links in mails lead to, and the step of the authenticator app. Pages answer HTML, or JSON when that is what is accepted. */

const lang = Locale.optional()
const Raw = z.unknown()
const token = z.string().max(100)
const pages = { perAddress: 120, windowSeconds: 60 }

export const showCode = endpoint({
  id: 'oauth.code_page',
  method: 'GET',
  path: '/oauth/code',
  summary: 'The page that asks for a code of the authenticator app, or sets one up where the platform wants it',
  access: anyone,
  query: z.object({ request: z.string().max(60), lang }),
  response: Raw,
  rateLimit: pages,
  errors: ['token_expired'],
})

export const submitCode = endpoint({
  id: 'oauth.code',
  method: 'POST',
  path: '/oauth/code',
  summary: 'Give the code; leads back to the application',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({ request: z.string().max(60), code: z.string().max(40), lang }),
  response: Raw,
  rateLimit: { perAddress: 60, perAccount: 10, accountField: 'request', windowSeconds: 300 },
  errors: ['totp_invalid', 'token_expired'],
})

export const continueSignIn = endpoint({
  id: 'oauth.continue',
  method: 'POST',
  path: '/oauth/continue',
  summary: 'Go on to the application after recovery codes were shown',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({ request: z.string().max(60), lang }),
  response: Raw,
  rateLimit: { perAddress: 60, perAccount: 10, accountField: 'request', windowSeconds: 300 },
  errors: ['token_expired'],
})

export const showForgotten = endpoint({
  id: 'oauth.forgotten_page',
  method: 'GET',
  path: '/oauth/forgotten',
  summary: 'The page that asks where to send a link for a new password',
  access: anyone,
  query: z.object({ lang }),
  response: Raw,
  rateLimit: pages,
})

export const requestReset = endpoint({
  id: 'oauth.forgotten',
  method: 'POST',
  path: '/oauth/forgotten',
  summary: 'Mail a link for a new password, if there is such an account; the answer does not say',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({ email: z.email().max(254), lang }),
  response: Raw,
  rateLimit: { perAddress: 30, perAccount: 4, accountField: 'email', windowSeconds: 900 },
})

export const showReset = endpoint({
  id: 'oauth.reset_page',
  method: 'GET',
  path: '/oauth/reset',
  summary: 'The page of a link for a new password',
  access: anyone,
  query: z.object({ token, lang }),
  response: Raw,
  rateLimit: pages,
  errors: ['token_expired'],
})

export const resetPassword = endpoint({
  id: 'oauth.reset',
  method: 'POST',
  path: '/oauth/reset',
  summary: 'Set a new password with a mailed link, once; every session ends',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({ token, password: z.string().max(1000), password_again: z.string().max(1000).optional(), lang }),
  response: Raw,
  rateLimit: { perAddress: 60, perAccount: 20, accountField: 'token', windowSeconds: 300 },
  errors: ['token_expired', 'validation_failed'],
})

export const showEmailConfirmation = endpoint({
  id: 'oauth.email_page',
  method: 'GET',
  path: '/oauth/email',
  summary: 'The page of a link that confirms a new e-mail address',
  access: anyone,
  query: z.object({ token, lang }),
  response: Raw,
  rateLimit: pages,
  errors: ['token_expired'],
})

export const confirmEmail = endpoint({
  id: 'oauth.email',
  method: 'POST',
  path: '/oauth/email',
  summary: 'Confirm a new e-mail address, once',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({ token, lang }),
  response: Raw,
  rateLimit: { perAddress: 60, perAccount: 20, accountField: 'token', windowSeconds: 300 },
  errors: ['token_expired', 'already_exists'],
})

export const showAccount = endpoint({
  id: 'oauth.account_page',
  method: 'GET',
  path: '/oauth/account',
  summary: 'The page of one’s own account: password, authenticator app, sessions, e-mail address',
  access: anyone,
  query: z.object({ lang, done: z.enum(['password', 'totp', 'totp_off', 'session']).optional() }),
  response: Raw,
  rateLimit: pages,
})

export const submitAccount = endpoint({
  id: 'oauth.account',
  method: 'POST',
  path: '/oauth/account',
  summary: 'Change something on the page of one’s own account',
  access: anyone,
  query: z.object({ lang }),
  body: z.discriminatedUnion('change', [
    z.object({
      change: z.literal('password'),
      current_password: z.string().max(1000),
      password: z.string().max(1000),
      password_again: z.string().max(1000).optional(),
      lang,
    }),
    z.object({ change: z.literal('email'), current_password: z.string().max(1000), email: z.email().max(254), lang }),
    z.object({ change: z.literal('totp-offer'), current_password: z.string().max(1000), lang }),
    z.object({ change: z.literal('totp-confirm'), code: z.string().max(40), lang }),
    z.object({ change: z.literal('totp-disable'), current_password: z.string().max(1000), code: z.string().max(40), lang }),
    z.object({ change: z.literal('recovery-codes'), current_password: z.string().max(1000), code: z.string().max(40), lang }),
    z.object({ change: z.literal('end-session'), session: z.string().max(60), lang }),
    z.object({ change: z.literal('end-others'), lang }),
  ]),
  response: Raw,
  // the account is known by the browser's cookie: the controller counts it too
  rateLimit: { perAddress: 60, windowSeconds: 300 },
})
