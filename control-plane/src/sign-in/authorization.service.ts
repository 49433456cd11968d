import { randomBytes } from 'node:crypto'
import { DomainError, newId } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { authorization } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { StaffEntry } from '../staff/staff.entry.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { checkClient } from './clients.ts'
import { Expiry } from './expiry.ts'
import { hashOf } from './token.service.ts'

const requestSeconds = 15 * 60
const codeSeconds = 60
const browserSeconds = 12 * 3600

export interface AuthorizationRequest {
  client_id: string
  redirect_uri: string
  code_challenge: string
  resource: string
  state?: string | undefined
}

/** Authorization requests, the codes they end in, and browsers that are signed in at the issuer. */
@Injectable()
export class AuthorizationService {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly entry: StaffEntry,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Checks and keeps a request. @throws DomainError invalid_request: nothing may be redirected then */
  async open(request: AuthorizationRequest): Promise<authorization> {
    await checkClient(this.registry.db, this.settings, {
      id: request.client_id,
      redirectUri: request.redirect_uri,
      audience: request.resource,
    })
    if (!/^[\w-]{43}$/.test(request.code_challenge))
      throw new DomainError('invalid_request', { field: 'code_challenge', message: 'a PKCE challenge of method S256 is required' })
    return this.registry.db.authorization.create({
      data: {
        id: newId('req'),
        client_id: request.client_id,
        redirect_uri: request.redirect_uri,
        code_challenge: request.code_challenge,
        audience: request.resource,
        state: request.state ?? null,
        expires_at: this.expiry.in(requestSeconds),
        created_at: this.clock.now(),
      },
    })
  }

  /** @throws DomainError token_expired: begin again at the application */
  async read(id: string): Promise<authorization> {
    const row = await this.registry.db.authorization.findUnique({ where: { id } })
    if (!row || row.code_hash || row.expires_at <= this.expiry.now())
      throw new DomainError('token_expired', { message: 'this sign-in has run out: go back to the application and begin again' })
    return row
  }

  /** @throws DomainError forbidden when the account has no role where the request leads */
  async requireRole(request: authorization, user: StaffRow): Promise<void> {
    if (!(await this.entry.at(this.registry.db, user, request.audience)))
      throw new DomainError('forbidden', { message: 'this account has no role here' })
  }

  /**
   * Ends a request in a code that works once, for a minute.
   * @param signInId the browser's sign-in; null for programs
   * @throws DomainError forbidden when the account has no role there; token_expired
   */
  async grant(
    request: authorization,
    user: StaffRow,
    signInId: string | null,
  ): Promise<{ code: string; state: string | null; location: string }> {
    await this.requireRole(request, user)
    const code = randomBytes(32).toString('base64url')
    const { count } = await this.registry.db.authorization.updateMany({
      where: { id: request.id, code_hash: null },
      data: {
        user_id: user.id,
        sign_in_id: signInId,
        known_user_id: null,
        known_hash: null,
        code_hash: hashOf(code),
        expires_at: this.expiry.in(codeSeconds),
      },
    })
    if (count === 0) throw new DomainError('token_expired')
    const query = new URLSearchParams({ code, ...(request.state === null ? {} : { state: request.state }) })
    return { code, state: request.state, location: `${request.redirect_uri}${request.redirect_uri.includes('?') ? '&' : '?'}${query}` }
  }

  /**
   * Remembers that the password was right while a code of the authenticator app is still missing.
   * @returns the secret for the browser's cookie: the next step is this browser's alone
   */
  async remember(request: authorization, user: StaffRow): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    await this.registry.db.authorization.update({ where: { id: request.id }, data: { known_user_id: user.id, known_hash: hashOf(secret) } })
    return secret
  }

  /** Whose password was right in this browser. @throws DomainError token_expired: begin again with the password */
  async remembered(request: authorization, secret: string | undefined): Promise<StaffRow> {
    const user =
      secret && request.known_user_id && request.known_hash === hashOf(secret) ? await this.staff.find(request.known_user_id) : null
    if (user?.status !== 'active') throw new DomainError('token_expired')
    return user
  }

  /** @returns the secret for the browser's cookie */
  async openBrowser(user: StaffRow): Promise<{ token: string; seconds: number; signInId: string }> {
    const token = randomBytes(32).toString('base64url')
    const signInId = newId('sin')
    await this.registry.db.browser_session.create({
      data: {
        token_hash: hashOf(token),
        sign_in_id: signInId,
        user_id: user.id,
        created_at: this.clock.now(),
        expires_at: this.expiry.in(browserSeconds),
      },
    })
    return { token, seconds: browserSeconds, signInId }
  }

  async browserUser(token: string | undefined): Promise<{ user: StaffRow; signInId: string } | null> {
    if (!token) return null
    const row = await this.registry.db.browser_session.findUnique({ where: { token_hash: hashOf(token) } })
    if (!row || row.revoked_at || row.expires_at <= this.expiry.now()) return null
    const user = await this.staff.find(row.user_id)
    return user?.status === 'active' ? { user, signInId: row.sign_in_id } : null
  }

  async closeBrowser(token: string | undefined): Promise<void> {
    if (!token) return
    await this.registry.db.browser_session.updateMany({
      where: { token_hash: hashOf(token), revoked_at: null },
      data: { revoked_at: this.clock.now() },
    })
  }

  /** Forgets what has run out. */
  async prune(): Promise<void> {
    const old = { lt: this.expiry.in(-86_400) }
    await this.registry.db.authorization.deleteMany({ where: { expires_at: old } })
    await this.registry.db.browser_session.deleteMany({ where: { expires_at: old } })
    await this.registry.db.refresh_token.deleteMany({ where: { expires_at: old } })
  }
}
