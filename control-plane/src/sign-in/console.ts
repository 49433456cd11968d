import { DomainError, platformAudience, type StaffClaims } from '@cityos/contract'
import { ConsoleSession, RequestContext, staffVerifier } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { Expiry } from './expiry.ts'
import { SigningKeys } from './signing-keys.ts'
import { TokenService } from './token.service.ts'

const clientId = 'operator-console'

/** The operator console's session: the shared one, with issuer and verifier in the same process. */
@Injectable()
export class OperatorConsole {
  readonly session: ConsoleSession
  readonly redirectUri: string

  constructor(
    private readonly tokens: TokenService,
    private readonly keys: SigningKeys,
    private readonly expiry: Expiry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.redirectUri = `${issuer(settings)}/auth/callback`
    this.session = new ConsoleSession({
      clientId,
      resource: platformAudience,
      authorizeUrl: `${issuer(settings)}/oauth/authorize`,
      exchange: (code, verifier, redirectUri) =>
        tokens.exchangeCode(RequestContext.system('operator-console'), { code, verifier, clientId, redirectUri }),
      refresh: (token) => tokens.refresh(token, clientId),
      revoke: (token) => tokens.revoke(token),
      verify: (token) => this.verify(token),
    })
  }

  /** @throws DomainError unauthenticated for a token that does not hold, or whose session was ended */
  async verify(token: string): Promise<StaffClaims> {
    const check = staffVerifier(await this.keys.jwks(), { issuer: issuer(this.settings), audience: platformAudience })
    const claims = await check(token, this.expiry.now())
    if (await this.tokens.isRevoked(claims.sid)) throw new DomainError('unauthenticated', { details: { reason: 'session_ended' } })
    return claims
  }
}
