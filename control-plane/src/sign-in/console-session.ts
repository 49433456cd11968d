import { createHash, randomBytes } from 'node:crypto'
import { DomainError, platformAudience, type StaffClaims } from '@cityos/contract'
import { type Cookies, type RequestContext, staffVerifier } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Sealing } from '../registry/sealing.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { SigningKeys } from './signing-keys.ts'
import { accessSeconds, TokenService, type Tokens } from './token.service.ts'

const accessCookie = 'staff'
const refreshCookie = 'staff_refresh'
const pendingCookie = 'staff_sign_in'
const client = 'operator-console'

/** The operator console's own sign-in: the browser holds host-only, http-only cookies, and this process does the exchange. */
@Injectable()
export class ConsoleSession {
  readonly #refreshing = new Map<string, Promise<Tokens>>()

  constructor(
    private readonly tokens: TokenService,
    private readonly keys: SigningKeys,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns the address to send the browser to */
  begin(ctx: RequestContext, returnTo: string): string {
    const verifier = randomBytes(32).toString('base64url')
    const state = randomBytes(16).toString('base64url')
    ctx.cookies.set(pendingCookie, this.sealing.seal('answer', JSON.stringify({ verifier, state, return_to: localPath(returnTo) })), {
      maxAge: 900,
      path: '/auth',
    })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client,
      redirect_uri: this.#redirectUri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: platformAudience,
      state,
    })
    return `/oauth/authorize?${query}`
  }

  /** @returns where to go on. @throws DomainError invalid_request when the browser did not begin this sign-in */
  async finish(ctx: RequestContext, code: string, state: string): Promise<string> {
    const pending = this.#pending(ctx.cookies.get(pendingCookie))
    ctx.cookies.clear(pendingCookie, '/auth')
    if (!pending || pending.state !== state)
      throw new DomainError('invalid_request', { field: 'state', message: 'this sign-in was not begun in this browser' })
    this.#store(
      ctx.cookies,
      await this.tokens.exchangeCode(ctx, { code, verifier: pending.verifier, clientId: client, redirectUri: this.#redirectUri }),
    )
    return pending.return_to
  }

  /** Who the cookies speak for; renews a run-out access token. Null without a session. */
  async read(cookies: Cookies): Promise<StaffClaims | null> {
    const access = cookies.get(accessCookie)
    if (access) {
      const claims = await this.verify(access).catch((error: unknown) => orNothing(error))
      if (claims) return claims
    }
    const refresh = cookies.get(refreshCookie)
    if (!refresh) return null
    try {
      const tokens = await this.#refresh(refresh)
      this.#store(cookies, tokens)
      return await this.verify(tokens.access_token)
    } catch (error) {
      this.#clear(cookies)
      return orNothing(error)
    }
  }

  async end(cookies: Cookies): Promise<void> {
    const refresh = cookies.get(refreshCookie)
    if (refresh) await this.tokens.revoke(refresh)
    this.#clear(cookies)
  }

  /** @throws DomainError unauthenticated for a token that does not hold, or whose session was ended */
  async verify(token: string): Promise<StaffClaims> {
    const check = staffVerifier(await this.keys.jwks(), { issuer: issuer(this.settings), audience: platformAudience })
    const claims = await check(token, this.clock.now())
    if (await this.tokens.isRevoked(claims.sid)) throw new DomainError('unauthenticated', { details: { reason: 'session_ended' } })
    return claims
  }

  /** Requests of one page that find the access token run out share one refresh: the refresh token works once. */
  #refresh(token: string): Promise<Tokens> {
    const running = this.#refreshing.get(token)
    if (running) return running
    const started = this.tokens.refresh(token, client)
    this.#refreshing.set(token, started)
    const forget = () => setTimeout(() => this.#refreshing.delete(token), 10_000).unref()
    started.then(forget, forget)
    return started
  }

  get #redirectUri(): string {
    return `${issuer(this.settings)}/auth/callback`
  }

  #store(cookies: Cookies, tokens: Tokens): void {
    cookies.set(accessCookie, tokens.access_token, { maxAge: accessSeconds })
    cookies.set(refreshCookie, tokens.refresh_token, { maxAge: tokens.refresh_expires_in })
  }

  #clear(cookies: Cookies): void {
    cookies.clear(accessCookie)
    cookies.clear(refreshCookie)
  }

  #pending(cookie: string | undefined): { verifier: string; state: string; return_to: string } | null {
    if (!cookie) return null
    try {
      return JSON.parse(this.sealing.open('answer', cookie)) as { verifier: string; state: string; return_to: string }
    } catch {
      return null // not sealed by us: as good as no cookie
    }
  }
}

/** A path on this host, never another site. */
function localPath(path: string): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/'
}

function orNothing(error: unknown): null {
  if (error instanceof DomainError && error.status === 401) return null
  throw error
}
