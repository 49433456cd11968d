import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { DomainError, type Locale, type StaffClaims } from '@cityos/contract'
import { z } from 'zod'
import type { Cookies } from './cookies.ts'

/** Access token of a member of staff; the authenticator reads it. */
export const staffCookie = 'staff'
const refreshCookie = 'staff_refresh'
/** What the redirect has to come back with. */
const flowCookie = 'staff_flow'
const flowSeconds = 600
/** How long the answer to a used refresh token is kept, milliseconds. */
const keepRefreshed = 20_000

const Flow = z.object({ state: z.string(), verifier: z.string(), return_to: z.string() })

export const ConsoleTokens = z.object({
  access_token: z.string(),
  expires_in: z.int(),
  refresh_token: z.string(),
  refresh_expires_in: z.int(),
})
export type ConsoleTokens = z.infer<typeof ConsoleTokens>

/** What differs between the hosts that serve a console. */
export interface ConsoleClient {
  /** OAuth client: `operator-console`, `tenant-console`. */
  clientId: string
  /** Audience of the tokens: `cityos`, `tenant:<id>`. */
  resource: string
  /** `<issuer>/oauth/authorize` as the browser reaches it. */
  authorizeUrl: string
  /** @throws DomainError when the code does not hold */
  exchange(code: string, verifier: string, redirectUri: string): Promise<ConsoleTokens>
  /** @throws DomainError unauthenticated when the session has ended */
  refresh(refreshToken: string): Promise<ConsoleTokens>
  revoke(refreshToken: string): Promise<void>
  /** @throws DomainError unauthenticated */
  verify(accessToken: string): Promise<StaffClaims>
}

/**
 * A console's session (design §8): authorization code with PKCE, the code traded on the server, tokens in host-only,
 * http-only cookies that no script ever sees. Both planes use it on their console hosts.
 */
export class ConsoleSession {
  /** Two tabs that refresh at once share one answer: the refresh token works once, and must not look stolen. */
  readonly #refreshing = new Map<string, Promise<ConsoleTokens>>()
  readonly #client: ConsoleClient

  constructor(client: ConsoleClient) {
    this.#client = client
  }

  /** @returns the address to send the browser to */
  begin(cookies: Cookies, redirectUri: string, returnTo: string, locale: Locale): string {
    const flow = { state: secret(), verifier: secret(), return_to: localPath(returnTo) }
    cookies.set(flowCookie, Buffer.from(JSON.stringify(flow)).toString('base64url'), { maxAge: flowSeconds, path: '/auth' })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.#client.clientId,
      redirect_uri: redirectUri,
      resource: this.#client.resource,
      state: flow.state,
      code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      lang: locale,
    })
    return `${this.#client.authorizeUrl}?${query}`
  }

  /**
   * Trades the code for tokens and keeps them.
   * @returns where to go on; the sign-in again for a redirect that this browser did not begin
   */
  async finish(cookies: Cookies, redirectUri: string, answer: { code?: string; state?: string; error?: string }): Promise<string> {
    const flow = readFlow(cookies.get(flowCookie))
    cookies.clear(flowCookie, '/auth')
    if (answer.error) return `/?sign_in_error=${encodeURIComponent(answer.error)}`
    if (!flow || !answer.code || !sameSecret(flow.state, answer.state ?? '')) return '/auth/sign-in'
    this.#keep(cookies, await this.#client.exchange(answer.code, flow.verifier, redirectUri))
    return flow.return_to
  }

  /**
   * Who the cookies speak for; renews an access token that has run out.
   * @throws DomainError unauthenticated
   */
  async read(cookies: Cookies): Promise<StaffClaims> {
    const access = cookies.get(staffCookie)
    const claims = access ? await this.#client.verify(access).catch(nullWhenUnauthenticated) : null
    if (claims) return claims
    const refresh = cookies.get(refreshCookie)
    if (!refresh) throw new DomainError('unauthenticated')
    try {
      const tokens = await this.#refresh(refresh)
      this.#keep(cookies, tokens)
      return await this.#client.verify(tokens.access_token)
    } catch (error) {
      if (error instanceof DomainError && error.status === 401) this.#clear(cookies)
      throw error
    }
  }

  /** Ends the session at the issuer and here. */
  async end(cookies: Cookies): Promise<void> {
    const refresh = cookies.get(refreshCookie)
    this.#clear(cookies)
    if (refresh) await this.#client.revoke(refresh)
  }

  #refresh(token: string): Promise<ConsoleTokens> {
    const running = this.#refreshing.get(token)
    if (running) return running
    const started = this.#client.refresh(token)
    this.#refreshing.set(token, started)
    started.then(
      () => setTimeout(() => this.#refreshing.delete(token), keepRefreshed).unref(),
      () => this.#refreshing.delete(token),
    )
    return started
  }

  #keep(cookies: Cookies, tokens: ConsoleTokens): void {
    cookies.set(staffCookie, tokens.access_token, { maxAge: tokens.expires_in })
    cookies.set(refreshCookie, tokens.refresh_token, { maxAge: tokens.refresh_expires_in, path: '/auth' })
  }

  #clear(cookies: Cookies): void {
    cookies.clear(staffCookie)
    cookies.clear(refreshCookie, '/auth')
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function sameSecret(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

/** Only paths of this host: `//evil.test` and `/\evil.test` would leave it. */
function localPath(path: string): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/'
}

function readFlow(cookie: string | undefined): z.infer<typeof Flow> | null {
  if (!cookie) return null
  try {
    return Flow.safeParse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8'))).data ?? null
  } catch {
    // Not written by us: as good as no cookie.
    return null
  }
}

function nullWhenUnauthenticated(error: unknown): null {
  if (error instanceof DomainError && error.status === 401) return null
  throw error
}
