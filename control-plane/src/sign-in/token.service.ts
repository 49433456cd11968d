import { createHash, randomBytes } from 'node:crypto'
import { DomainError, newId } from '@cityos/contract'
import { RateLimiter, type RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { authorization, staff_session } from '../../generated/client.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { identityClaims, StaffEntry } from '../staff/staff.entry.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { Expiry } from './expiry.ts'
import { SessionService } from './session.service.ts'
import { SigningKeys } from './signing-keys.ts'

export const accessSeconds = 15 * 60
const refreshSeconds = 30 * 86_400
/** Codes and refresh tokens of one account that may be traded. */
const perAccount = { most: 60, seconds: 60 }

/** What `/oauth/token` answers (RFC 6749, 5.1). */
export interface Tokens {
  access_token: string
  token_type: 'Bearer'
  expires_in: number
  refresh_token: string
  refresh_expires_in: number
  resource: string
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Access tokens of 15 minutes, refresh tokens that work once. */
@Injectable()
export class TokenService {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly entry: StaffEntry,
    private readonly sessions: SessionService,
    private readonly keys: SigningKeys,
    private readonly limiter: RateLimiter,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Trades a code for tokens (PKCE S256). A code that comes a second time ends the session the first one opened.
   * @throws DomainError invalid_request (`details.error` as OAuth names it)
   */
  async exchangeCode(
    ctx: RequestContext,
    given: { code: string; verifier: string; clientId: string; redirectUri: string },
  ): Promise<Tokens> {
    const now = this.expiry.now()
    const code_hash = hashOf(given.code)
    const found = await this.registry.db.authorization.findUnique({ where: { code_hash } })
    const challenge = createHash('sha256').update(given.verifier).digest('base64url')
    const fits =
      found?.user_id &&
      found.client_id === given.clientId &&
      found.redirect_uri === given.redirectUri &&
      found.code_challenge === challenge &&
      found.expires_at > now
    if (found?.user_id) await this.#count(found.user_id)
    if (!found?.user_id || !fits) throw invalidGrant('the code is unknown, too old, or was issued to somebody else')
    const user = await this.#activeUser(found.user_id)
    return this.registry
      .transaction(async (tx) => {
        const session_id = newId('ses')
        const { count } = await tx.authorization.updateMany({
          where: { id: found.id, code_used_at: null },
          data: { code_used_at: now, session_id },
        })
        if (count === 0) return null
        const session = await this.#openSession(tx, ctx, session_id, user, given.clientId, found)
        return this.#issue(tx, user, session)
      })
      .then(async (tokens) => {
        if (tokens) return tokens
        await this.#endSession(found.session_id, 'code_reused')
        throw invalidGrant('the code was used before')
      })
  }

  /**
   * Trades a refresh token for new tokens and a new refresh token. One that comes a second time was stolen or leaked:
   * the whole session ends.
   * @throws DomainError refresh_reused | unauthenticated
   */
  async refresh(refreshToken: string, clientId: string): Promise<Tokens> {
    const now = this.expiry.now()
    const token_hash = hashOf(refreshToken)
    const found = await this.registry.db.refresh_token.findUnique({ where: { token_hash }, include: { session: true } })
    if (!found || found.session.client_id !== clientId) throw new DomainError('unauthenticated', { details: { error: 'invalid_grant' } })
    await this.#count(found.session.user_id)
    if (found.used_at) return this.#refuseReuse(found.session_id)
    if (found.session.revoked_at || found.expires_at <= now)
      throw new DomainError('unauthenticated', { details: { error: 'invalid_grant', reason: 'session_ended' } })
    const user = await this.#activeUser(found.session.user_id)
    const tokens = await this.registry.transaction(async (tx) => {
      const { count } = await tx.refresh_token.updateMany({ where: { token_hash, used_at: null }, data: { used_at: now } })
      if (count === 0) return null
      await tx.staff_session.update({ where: { id: found.session_id }, data: { last_used_at: now } })
      return this.#issue(tx, user, found.session)
    })
    return tokens ?? this.#refuseReuse(found.session_id)
  }

  /** Ends the session a refresh token belongs to; an unknown one is no error (RFC 7009). */
  async revoke(refreshToken: string): Promise<void> {
    const found = await this.registry.db.refresh_token.findUnique({ where: { token_hash: hashOf(refreshToken) } })
    if (found) await this.#endSession(found.session_id, 'signed_out')
  }

  async isRevoked(sessionId: string): Promise<boolean> {
    const session = await this.registry.db.staff_session.findUnique({ where: { id: sessionId }, select: { revoked_at: true } })
    return session === null || session.revoked_at !== null
  }

  /** The whole sign-in ends, whatever console it was stolen from, and its owner hears of it. */
  async #refuseReuse(sessionId: string): Promise<never> {
    await this.registry.transaction((tx) => this.sessions.endStolen(tx, sessionId))
    throw new DomainError('refresh_reused', {
      message: 'this refresh token was used before: the session has been ended, sign in again',
      details: { error: 'invalid_grant' },
    })
  }

  async #endSession(sessionId: string | null, reason: string): Promise<void> {
    if (!sessionId) return
    await this.registry.transaction(async (tx) => {
      const sessions = await tx.staff_session.findMany({ where: { id: sessionId, revoked_at: null } })
      await this.staff.endSessions(tx, sessions, reason)
    })
  }

  async #openSession(
    tx: Tx,
    ctx: RequestContext,
    id: string,
    user: StaffRow,
    clientId: string,
    granted: authorization,
  ): Promise<staff_session> {
    const now = this.clock.now()
    // takes the account's row: sign-ins at the same moment are counted one after the other
    await tx.staff_user.update({ where: { id: user.id }, data: { last_sign_in_at: now } })
    const { audience } = granted
    const tenantId = audience.startsWith('tenant:') ? audience.slice('tenant:'.length) : null
    const support = (await this.entry.at(tx, user, audience))?.support ?? null
    const agent = ctx.headers['user-agent']?.slice(0, 300) ?? null
    const session = await tx.staff_session.create({
      data: {
        id,
        user_id: user.id,
        client_id: clientId,
        audience,
        ip: ctx.ip || null,
        user_agent: agent,
        sign_in_id: granted.sign_in_id ?? id,
        last_used_at: now,
        created_at: now,
        expires_at: support?.ends_at ?? this.expiry.in(refreshSeconds),
        support_access_id: support?.id ?? null,
      },
    })
    await this.sessions.enforceLimit(tx, user, session.sign_in_id)
    await audit(tx, {
      at: now,
      actor: user.id,
      onBehalfOf: support?.decided_by ?? null,
      action: 'session.open',
      tenantId,
      resource: { type: 'session', id },
      ip: ctx.ip || null,
      requestId: ctx.requestId,
      changes: { client: clientId, audience, ...(support ? { support_access_id: support.id } : {}) },
    })
    return session
  }

  async #issue(tx: Tx, user: StaffRow, session: staff_session): Promise<Tokens> {
    const now = this.expiry.now()
    const entry = await this.entry.ofSession(tx, user, session)
    if (!entry) throw new DomainError('forbidden', { message: 'this account has no role here', details: { error: 'access_denied' } })
    const refresh_token = randomBytes(32).toString('base64url')
    await tx.refresh_token.create({
      data: { token_hash: hashOf(refresh_token), session_id: session.id, created_at: now, expires_at: session.expires_at },
    })
    const iat = Math.floor(now.getTime() / 1000)
    const name = this.staff.nameOf(user)
    // support access ends to the second, also where no revocation arrives
    const exp = Math.min(iat + accessSeconds, Math.floor(session.expires_at.getTime() / 1000))
    const access_token = await this.keys.sign({
      iss: issuer(this.settings),
      aud: session.audience,
      ...identityClaims({ id: user.id, name }, entry),
      sid: session.id,
      jti: newId('jti'),
      iat,
      exp,
      email: this.staff.emailOf(user),
      name,
    })
    const refresh_expires_in = Math.max(0, Math.floor((session.expires_at.getTime() - now.getTime()) / 1000))
    return { access_token, token_type: 'Bearer', expires_in: exp - iat, refresh_token, refresh_expires_in, resource: session.audience }
  }

  /** Whose token it is only the token says: the limit by account is counted here. @throws DomainError rate_limited */
  #count(userId: string): Promise<void> {
    return this.limiter.take(`oauth.token:account:${userId}`, perAccount.most, perAccount.seconds)
  }

  async #activeUser(id: string): Promise<StaffRow> {
    const user = await this.staff.find(id)
    if (user?.status === 'active') return user
    throw new DomainError('unauthenticated', { details: { error: 'invalid_grant' } })
  }
}

function invalidGrant(message: string): DomainError {
  return new DomainError('invalid_request', { message, details: { error: 'invalid_grant' } })
}
