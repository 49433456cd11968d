import { DomainError } from '@cityos/contract'
import { RateLimiter, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import { Expiry } from './expiry.ts'
import { SessionService } from './session.service.ts'
import { enrolment, hashOfRecoveryCode, newRecoveryCodes, newSecret, readRecoveryCode, readTotp, stepOf } from './totp.ts'

const offerSeconds = 15 * 60
/** Tries per account, right or wrong: three of a million codes fit at any time. */
const tries = [
  { most: 10, seconds: 300 },
  { most: 60, seconds: 86_400 },
] as const

/** The authenticator app of an account, and the recovery codes that stand in for it. */
@Injectable()
export class SecondFactor {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly sessions: SessionService,
    private readonly sealing: Sealing,
    private readonly platformSettings: PlatformSettings,
    private readonly limiter: RateLimiter,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
  ) {}

  isOn(user: StaffRow): boolean {
    return user.totp_sealed !== null
  }

  /** Whether the platform asks everybody for an app. */
  isRequired(): Promise<boolean> {
    return this.platformSettings.get('require_totp')
  }

  /**
   * Checks the code of somebody whose password was right. A code counts once: its time step is taken by a conditional
   * update, so that of ten uses at the same moment one gets through.
   * @throws DomainError totp_required without a code | totp_invalid | rate_limited
   */
  async check(ctx: RequestContext, user: StaffRow, typed: string | undefined): Promise<void> {
    if (user.totp_sealed === null) return
    if (!typed?.trim()) throw new DomainError('totp_required', { field: 'code' })
    for (const { most, seconds } of tries) await this.limiter.take(`totp:${seconds}:${user.id}`, most, seconds)
    const digits = readTotp(typed)
    const recovery = digits === null ? readRecoveryCode(typed) : null
    const right =
      digits !== null ? await this.#takeStep(user, digits) : recovery !== null && (await this.#takeRecoveryCode(ctx, user, recovery))
    if (right) return
    await this.#record(ctx, user, 'totp.refused')
    throw new DomainError('totp_invalid', { field: 'code' })
  }

  /** Begins an enrolment. @throws DomainError invalid_transition when there is an app already */
  async offer(user: StaffRow): Promise<{ secret: string; url: string; qr_svg: string; expires_at: string }> {
    if (this.isOn(user))
      throw new DomainError('invalid_transition', { message: 'this account has an authenticator app: take it off first' })
    const open = user.totp_offer_expires_at && user.totp_offer_expires_at > this.expiry.now()
    // an offer that is still open is shown again: reloading the page must not undo the scan
    const secret = open && user.totp_offer_sealed ? this.sealing.open('totp', user.totp_offer_sealed) : newSecret()
    const expires = this.expiry.in(offerSeconds)
    await this.registry.db.staff_user.update({
      where: { id: user.id },
      data: { totp_offer_sealed: this.sealing.seal('totp', secret), totp_offer_expires_at: expires },
    })
    return { secret, ...enrolment(secret, this.staff.emailOf(user)), expires_at: expires.toISOString() }
  }

  /**
   * Ends an enrolment with the first right code.
   * @returns ten recovery codes, which nobody can read again
   * @throws DomainError totp_invalid | token_expired when the offer has run out | invalid_transition
   */
  async confirm(ctx: RequestContext, user: StaffRow, typed: string): Promise<string[]> {
    if (this.isOn(user)) throw new DomainError('invalid_transition')
    if (!user.totp_offer_sealed || !user.totp_offer_expires_at || user.totp_offer_expires_at <= this.expiry.now())
      throw new DomainError('token_expired', { message: 'begin again: the secret was shown too long ago' })
    for (const { most, seconds } of tries) await this.limiter.take(`totp:${seconds}:${user.id}`, most, seconds)
    const digits = readTotp(typed)
    const step = digits === null ? null : stepOf(this.sealing.open('totp', user.totp_offer_sealed), digits, this.clock.now())
    if (step === null) throw new DomainError('totp_invalid', { field: 'code' })
    return this.registry.within(ctx, async (tx) => {
      const now = this.clock.now()
      const { count } = await tx.staff_user.updateMany({
        where: { id: user.id, totp_sealed: null, totp_offer_sealed: user.totp_offer_sealed, totp_step: { lt: BigInt(step) } },
        data: {
          totp_sealed: user.totp_offer_sealed,
          totp_step: BigInt(step),
          totp_enabled_at: now,
          totp_offer_sealed: null,
          totp_offer_expires_at: null,
          updated_at: now,
        },
      })
      if (count === 0) throw new DomainError('totp_invalid', { field: 'code' })
      const codes = await this.#newCodes(tx, user.id)
      await this.#record(ctx, user, 'totp.enable', tx)
      await this.sessions.tell(tx, user, 'totp-enabled', { email: this.staff.emailOf(user), url: this.sessions.accountUrl })
      return codes
    })
  }

  /** Takes the app off one's own account. @throws DomainError invalid_transition where the platform asks for one | totp_invalid */
  async disable(ctx: RequestContext, user: StaffRow, typed: string): Promise<void> {
    if (await this.isRequired())
      throw new DomainError('invalid_transition', { message: 'the platform asks everybody for an authenticator app' })
    await this.check(ctx, user, typed)
    await this.registry.within(ctx, (tx) => this.remove(tx, ctx, user, null))
  }

  /** Takes the app off an account. Whoever calls has checked that this may be. @throws DomainError invalid_transition */
  async remove(tx: Tx, ctx: RequestContext, user: StaffRow, reason: string | null): Promise<void> {
    const { count } = await tx.staff_user.updateMany({
      where: { id: user.id, totp_sealed: { not: null } },
      data: { totp_sealed: null, totp_enabled_at: null, updated_at: this.clock.now() },
    })
    if (count === 0) throw new DomainError('invalid_transition', { message: 'this account has no authenticator app' })
    await tx.staff_recovery_code.deleteMany({ where: { user_id: user.id } })
    await this.#record(ctx, user, 'totp.disable', tx, reason)
    await this.sessions.tell(tx, user, 'totp-disabled', { email: this.staff.emailOf(user), url: this.sessions.accountUrl })
  }

  /** Ten new codes in place of the old ones. @throws DomainError invalid_transition without an app */
  async renewCodes(ctx: RequestContext, user: StaffRow): Promise<string[]> {
    if (!this.isOn(user)) throw new DomainError('invalid_transition', { message: 'this account has no authenticator app' })
    return this.registry.within(ctx, async (tx) => {
      const codes = await this.#newCodes(tx, user.id)
      await this.#record(ctx, user, 'totp.recovery_codes', tx)
      return codes
    })
  }

  codesLeft(userId: string): Promise<number> {
    return this.registry.db.staff_recovery_code.count({ where: { user_id: userId, used_at: null } })
  }

  async #takeStep(user: StaffRow, digits: string): Promise<boolean> {
    const step = stepOf(this.sealing.open('totp', user.totp_sealed ?? ''), digits, this.clock.now())
    if (step === null) return false
    const { count } = await this.registry.db.staff_user.updateMany({
      where: { id: user.id, totp_sealed: user.totp_sealed, totp_step: { lt: BigInt(step) } },
      data: { totp_step: BigInt(step) },
    })
    return count === 1
  }

  async #takeRecoveryCode(ctx: RequestContext, user: StaffRow, code: string): Promise<boolean> {
    return this.registry.transaction(async (tx) => {
      const { count } = await tx.staff_recovery_code.updateMany({
        where: { user_id: user.id, code_hash: hashOfRecoveryCode(user.id, code), used_at: null },
        data: { used_at: this.clock.now() },
      })
      if (count === 0) return false
      const left = await tx.staff_recovery_code.count({ where: { user_id: user.id, used_at: null } })
      await this.#record(ctx, user, 'totp.recovery_code_used', tx)
      await this.sessions.tell(tx, user, 'recovery-code-used', { email: this.staff.emailOf(user), left, url: this.sessions.accountUrl })
      return true
    })
  }

  async #newCodes(tx: Tx, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes()
    const created_at = this.clock.now()
    await tx.staff_recovery_code.deleteMany({ where: { user_id: userId } })
    await tx.staff_recovery_code.createMany({
      data: codes.map((code) => ({ user_id: userId, code_hash: hashOfRecoveryCode(userId, code), created_at })),
    })
    return codes
  }

  async #record(ctx: RequestContext, user: StaffRow, action: string, within?: Tx, reason: string | null = null): Promise<void> {
    const actor = ctx.actor.kind === 'staff' ? ctx.actor.sub : user.id
    const record = {
      at: this.clock.now(),
      actor,
      action,
      tenantId: null,
      resource: { type: 'staff', id: user.id },
      reason,
      ip: ctx.ip || null,
      requestId: ctx.requestId,
    }
    if (within) await audit(within, record)
    else await this.registry.transaction((tx) => audit(tx, record))
  }
}
