import { type Binding, DomainError, type StaffClaims, tenantAudience } from '@cityos/contract'
import { staffVerifier } from '@cityos/http'
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'

type Jwks = Binding['jwks']

/** Verifies staff tokens offline: published keys, this tenant as audience, and the sessions revoked so far. */
@Injectable()
export class StaffKeys implements OnModuleInit {
  readonly #revoked = new Set<string>()
  #verify: ReturnType<typeof staffVerifier>
  /** The latest time seen, and the monotonic clock then; milliseconds. */
  #latest = 0
  #seenAt = 0

  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.#verify = this.#verifier(binding.jwks)
  }

  /** What was revoked while this tenant was awake before holds also when the control plane cannot be reached now. */
  async onModuleInit(): Promise<void> {
    const rows = await this.database.read.selectFrom('revoked_session').select('sid').execute()
    for (const row of rows) this.#revoked.add(row.sid)
  }

  /** @throws DomainError unauthenticated, `details.reason` = `expired` | `invalid_token` | `revoked` */
  async claims(token: string): Promise<StaffClaims> {
    const claims = await this.#verify(token, this.#now())
    if (this.#revoked.has(claims.sid)) throw new DomainError('unauthenticated', { details: { reason: 'revoked' } })
    return claims
  }

  replaceKeys(jwks: Jwks): void {
    this.#verify = this.#verifier(jwks)
  }

  /** Ends sessions at once; a repeated message changes nothing. */
  async revoke(sids: readonly string[]): Promise<void> {
    const fresh = sids.filter((sid) => !this.#revoked.has(sid))
    if (fresh.length === 0) return
    for (const sid of fresh) this.#revoked.add(sid)
    const revoked_at = this.clock.now()
    await this.database.read
      .insertInto('revoked_session')
      .values(fresh.map((sid) => ({ sid, revoked_at })))
      .onConflict((conflict) => conflict.column('sid').doNothing())
      .execute()
  }

  /** Time that never goes back: a token that has run out stays so when somebody sets the machine's clock back. */
  #now(): Date {
    const machine = this.clock.machineTime()
    const known = this.#latest + (performance.now() - this.#seenAt)
    if (this.#latest !== 0 && known > machine) return new Date(known)
    this.#latest = machine
    this.#seenAt = performance.now()
    return new Date(machine)
  }

  #verifier(jwks: Jwks): ReturnType<typeof staffVerifier> {
    return staffVerifier(jwks, { issuer: this.binding.issuer, audience: tenantAudience(this.binding.tenant.id) })
  }
}
