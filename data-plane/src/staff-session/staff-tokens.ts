import { DomainError } from '@cityos/contract'
import { ConsoleTokens } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { ControlPlane } from '../control-stream/control-plane.ts'

/** OAuth client of every tenant's console. */
export const tenantConsole = 'tenant-console'

/** Trades codes and refresh tokens at the control plane (RFC 6749, RFC 7009). */
@Injectable()
export class StaffTokens {
  constructor(private readonly controlPlane: ControlPlane) {}

  /** @throws DomainError unauthenticated when the code does not hold, dependency_unavailable */
  exchange(code: string, verifier: string, redirectUri: string): Promise<ConsoleTokens> {
    return this.#ask({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      client_id: tenantConsole,
      redirect_uri: redirectUri,
    })
  }

  /** @throws DomainError unauthenticated when the session has ended, dependency_unavailable */
  refresh(refreshToken: string): Promise<ConsoleTokens> {
    return this.#ask({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: tenantConsole })
  }

  async revoke(refreshToken: string): Promise<void> {
    const { status } = await this.#post('/oauth/revoke', { token: refreshToken })
    if (status >= 500) throw new DomainError('dependency_unavailable', { details: { dependency: 'control-plane' } })
  }

  async #ask(fields: Record<string, string>): Promise<ConsoleTokens> {
    const answer = await this.#post('/oauth/token', fields)
    const tokens = ConsoleTokens.safeParse(answer.body)
    if (answer.status === 200 && tokens.success) return tokens.data
    if (answer.status >= 500) throw new DomainError('dependency_unavailable', { details: { dependency: 'control-plane' } })
    throw new DomainError('unauthenticated', { details: { reason: 'session_ended' } })
  }

  #post(path: string, fields: Record<string, string>): Promise<{ status: number; body: unknown }> {
    return this.controlPlane.fetch({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(fields).toString(),
    })
  }
}
