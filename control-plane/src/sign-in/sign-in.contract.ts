import { anyone, endpoint, Locale, type RateLimit } from '@cityos/contract'
import { z } from 'zod'

/** Staff sign-in (design §8): authorization code with PKCE, pages and tokens. Pages answer HTML, or JSON when that is what is accepted. */

const lang = Locale.optional()

/** An answer outside the envelope: OAuth fixes its own shapes, pages are HTML. */
const Raw = z.unknown()

/** Tries to sign in per five minutes: by address, and by account whoever asks. */
export const signInLimit: RateLimit = { perAddress: 150, perAccount: 30, accountField: 'email', windowSeconds: 300 }

export const authorize = endpoint({
  id: 'oauth.authorize',
  method: 'GET',
  path: '/oauth/authorize',
  summary: 'Begin a sign-in; leads to the sign-in page, or straight back with a code',
  access: anyone,
  query: z.object({
    response_type: z.literal('code'),
    client_id: z.string().max(60),
    redirect_uri: z.string().max(500),
    code_challenge: z.string().max(128),
    code_challenge_method: z.literal('S256'),
    resource: z.string().max(80).default('cityos'),
    state: z.string().max(500).optional(),
    prompt: z.enum(['login']).optional(),
    lang,
  }),
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 300 },
})

export const showSignIn = endpoint({
  id: 'oauth.sign_in_page',
  method: 'GET',
  path: '/oauth/sign-in',
  summary: 'The sign-in page',
  access: anyone,
  query: z.object({ request: z.string().max(60), lang }),
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 300 },
})

export const submitSignIn = endpoint({
  id: 'oauth.sign_in',
  method: 'POST',
  path: '/oauth/sign-in',
  summary: 'Sign in; leads back to the application with a code',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({
    request: z.string().max(60),
    email: z.string().max(254),
    password: z.string().max(1000),
    /** Of the authenticator app, or a recovery code; pages ask for it in a step of its own. */
    code: z.string().max(40).optional(),
    lang,
  }),
  response: Raw,
  // answered as a page: the controller counts, by address and by account (`signInLimit`)
  errors: ['token_expired', 'totp_required', 'totp_invalid'],
})

export const exchangeToken = endpoint({
  id: 'oauth.token',
  method: 'POST',
  path: '/oauth/token',
  summary: 'Trade a code or a refresh token for tokens (RFC 6749, 5)',
  access: anyone,
  body: z.discriminatedUnion('grant_type', [
    z.object({
      grant_type: z.literal('authorization_code'),
      code: z.string(),
      code_verifier: z.string(),
      client_id: z.string(),
      redirect_uri: z.string(),
    }),
    z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string(), client_id: z.string() }),
  ]),
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 60 },
  errors: ['refresh_reused'],
})

export const revokeToken = endpoint({
  id: 'oauth.revoke',
  method: 'POST',
  path: '/oauth/revoke',
  summary: 'End the session of a refresh token (RFC 7009)',
  access: anyone,
  body: z.object({ token: z.string().max(200) }),
  response: Raw,
  rateLimit: { perAddress: 300, perAccount: 20, accountField: 'token', windowSeconds: 60 },
})

export const readKeys = endpoint({
  id: 'oauth.jwks',
  method: 'GET',
  path: '/oauth/jwks.json',
  summary: 'Public keys of staff tokens',
  access: anyone,
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 60 },
})

export const endBrowserSession = endpoint({
  id: 'oauth.sign_out',
  method: 'GET',
  path: '/oauth/sign-out',
  summary: 'Forget this browser at the issuer',
  access: anyone,
  query: z.object({ lang }),
  response: Raw,
  rateLimit: { perAddress: 120, windowSeconds: 60 },
})

export const showInvitation = endpoint({
  id: 'oauth.invitation_page',
  method: 'GET',
  path: '/oauth/invitation',
  summary: 'The page of an invitation',
  access: anyone,
  query: z.object({ token: z.string().max(100), lang }),
  response: Raw,
  rateLimit: { perAddress: 120, windowSeconds: 60 },
  errors: ['token_expired'],
})

export const acceptInvitation = endpoint({
  id: 'oauth.accept_invitation',
  method: 'POST',
  path: '/oauth/invitation',
  summary: 'Accept an invitation and set a password',
  access: anyone,
  query: z.object({ lang }),
  body: z.object({
    token: z.string().max(100),
    name: z.string().trim().max(120).default(''),
    password: z.string().max(1000),
    password_again: z.string().max(1000).optional(),
    /** Of the authenticator app, when an account accepts that has one. */
    code: z.string().max(40).optional(),
    lang,
  }),
  response: Raw,
  rateLimit: { perAddress: 60, perAccount: 20, accountField: 'token', windowSeconds: 60 },
  errors: ['token_expired', 'validation_failed', 'totp_required', 'totp_invalid'],
})

export const beginConsoleSignIn = endpoint({
  id: 'auth.sign_in',
  method: 'GET',
  path: '/auth/sign-in',
  summary: 'Begin a sign-in at the operator console',
  access: anyone,
  query: z.object({ return_to: z.string().max(500).default('/'), lang }),
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 300 },
})

export const finishConsoleSignIn = endpoint({
  id: 'auth.callback',
  method: 'GET',
  path: '/auth/callback',
  summary: 'End of a sign-in at the operator console',
  access: anyone,
  query: z.object({ code: z.string().optional(), state: z.string().optional(), error: z.string().optional() }),
  response: Raw,
  rateLimit: { perAddress: 600, windowSeconds: 300 },
})

export * from './recovery.contract.ts'
