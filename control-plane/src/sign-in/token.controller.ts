import { DomainError, type Input } from '@cityos/contract'
import { Handle, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { exchangeToken, readKeys, revokeToken } from './sign-in.contract.ts'
import { SigningKeys } from './signing-keys.ts'
import { TokenService } from './token.service.ts'

/** The endpoints programs use: tokens for codes and refresh tokens, and the public keys. Bodies as OAuth fixes them. */
@Controller()
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly keys: SigningKeys,
  ) {}

  @Handle(exchangeToken)
  async exchange(ctx: RequestContext, { body }: Input<typeof exchangeToken>) {
    try {
      const issued =
        body.grant_type === 'refresh_token'
          ? await this.tokens.refresh(body.refresh_token, body.client_id)
          : await this.tokens.exchangeCode(ctx, {
              code: body.code,
              verifier: body.code_verifier,
              clientId: body.client_id,
              redirectUri: body.redirect_uri,
            })
      return plain(200, issued)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      const { code, message, details } = error
      return plain(error.status, {
        error: details?.['error'] ?? code,
        error_description: message,
        data: null,
        meta: { request_id: ctx.requestId },
        errors: [{ code, message, ...(details ? { details } : {}) }],
      })
    }
  }

  @Handle(revokeToken)
  async revoke(_ctx: RequestContext, { body }: Input<typeof revokeToken>) {
    await this.tokens.revoke(body.token)
    return plain(200, {})
  }

  @Handle(readKeys)
  async jwks(_ctx: RequestContext, _input: Input<typeof readKeys>) {
    return plain(200, await this.keys.jwks(), 'public, max-age=300')
  }
}

function plain(status: number, body: object, cache = 'no-store'): RawAnswer {
  return new RawAnswer(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': cache }, JSON.stringify(body))
}
