import { randomBytes } from 'node:crypto'
import { DomainError, type Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { staff_link } from '../../generated/client.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { sendMail } from '../mail/send-mail.ts'
import { isUniqueViolation, Registry, type Tx } from '../registry/registry.ts'
import { normaliseEmail, Sealing } from '../registry/sealing.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { checkPassword, hashPassword, verifyPassword } from '../staff/password.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import type { AccountSecurity } from './account.contract.ts'
import { Expiry } from './expiry.ts'
import { SecondFactor } from './second-factor.service.ts'
import { momentIn, SessionService } from './session.service.ts'
import { hashOf } from './token.service.ts'

const resetMinutes = 60
const confirmationHours = 24

type LinkKind = 'password-reset' | 'email-change'

/** What somebody changes about how they sign in: password and e-mail address. */
@Injectable()
export class AccountService {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly sessions: SessionService,
    private readonly secondFactor: SecondFactor,
    private readonly sealing: Sealing,
    private readonly platformSettings: PlatformSettings,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The account of whoever asks. @throws DomainError unauthenticated */
  async own(ctx: RequestContext): Promise<StaffRow> {
    const user = ctx.actor.kind === 'staff' ? await this.staff.find(ctx.actor.sub) : null
    if (user?.status !== 'active') throw new DomainError('unauthenticated')
    return user
  }

  /** @throws DomainError validation_failed, `details.rule` = `wrong_password`: 401 would say that the session has ended */
  async prove(user: StaffRow, password: string): Promise<void> {
    if (await verifyPassword(password, user.password_hash)) return
    throw new DomainError('validation_failed', {
      field: 'current_password',
      message: 'the password is wrong',
      details: { rule: 'wrong_password' },
    })
  }

  async security(user: StaffRow): Promise<AccountSecurity> {
    const [pending, left, required, max_sessions] = await Promise.all([
      this.registry.db.staff_link.findFirst({
        where: { user_id: user.id, kind: 'email-change', used_at: null, expires_at: { gt: this.expiry.now() } },
        orderBy: { created_at: 'desc' },
      }),
      this.secondFactor.codesLeft(user.id),
      this.secondFactor.isRequired(),
      this.platformSettings.get('max_sessions'),
    ])
    return {
      email: this.staff.emailOf(user),
      name: this.staff.nameOf(user),
      locale: user.locale as Locale,
      pending_email: pending?.email_sealed ? this.sealing.open('personal', pending.email_sealed) : null,
      password_changed_at: user.password_changed_at?.toISOString() ?? null,
      totp: {
        enabled: user.totp_sealed !== null,
        enabled_at: user.totp_enabled_at?.toISOString() ?? null,
        required,
        recovery_codes_left: left,
      },
      max_sessions,
      account_url: this.sessions.accountUrl,
    }
  }

  async changeProfile(
    ctx: RequestContext,
    user: StaffRow,
    asked: { name?: string | undefined; locale?: Locale | undefined },
  ): Promise<StaffRow> {
    return this.registry.within(ctx, async (tx) => {
      const name = asked.name === undefined ? {} : { name_sealed: this.sealing.seal('personal', asked.name) }
      const locale = asked.locale === undefined ? {} : { locale: asked.locale }
      const changed = await tx.staff_user.update({
        where: { id: user.id },
        data: { ...name, ...locale, updated_at: this.clock.now() },
        include: { grants: true },
      })
      await this.#record(tx, ctx, user, 'account.change', { changed: Object.keys({ ...name, ...locale }) })
      return changed
    })
  }

  /**
   * Sets a new password and ends every other session.
   * @param keep id of the session or sign-in that goes on
   * @returns how many sessions ended
   * @throws DomainError validation_failed with `details.rule`
   */
  async changePassword(
    ctx: RequestContext,
    user: StaffRow,
    passwords: { current: string; next: string },
    keep: string | null,
  ): Promise<number> {
    await this.prove(user, passwords.current)
    return this.#setPassword(ctx, user, passwords.next, keep, async () => {})
  }

  /** Mails a link if there is such an account; says nothing about whether there is. */
  async requestReset(ctx: RequestContext, email: string): Promise<void> {
    const user = await this.staff.findByEmail(email)
    if (user?.status !== 'active') return
    await this.registry.transaction(async (tx) => {
      const url = await this.#issue(tx, user, 'password-reset', resetMinutes * 60, '/oauth/reset')
      await this.#record(tx, ctx, user, 'password.reset_asked')
      await this.sessions.tell(tx, user, 'password-reset', { email: this.staff.emailOf(user), minutes: resetMinutes, url })
    })
  }

  /** @returns whose link it is @throws DomainError token_expired */
  async readLink(token: string, kind: LinkKind): Promise<{ link: staff_link; user: StaffRow }> {
    const link = await this.registry.db.staff_link.findUnique({ where: { token_hash: hashOf(token) } })
    const user = link ? await this.staff.find(link.user_id) : null
    const good = link?.kind === kind && link.used_at === null && link.expires_at > this.expiry.now() && user?.status === 'active'
    if (!good) throw new DomainError('token_expired', { message: 'this link is no longer good: ask for a new one' })
    return { link, user }
  }

  /** Sets a new password with a mailed link, once; every session ends. @throws DomainError token_expired | validation_failed */
  async reset(ctx: RequestContext, token: string, password: string): Promise<void> {
    const { link, user } = await this.readLink(token, 'password-reset')
    await this.#setPassword(ctx, user, password, null, (tx) => this.#use(tx, link))
  }

  /** @throws DomainError already_exists | validation_failed */
  async requestEmailChange(ctx: RequestContext, user: StaffRow, email: string, password: string): Promise<void> {
    await this.prove(user, password)
    if (await this.staff.findByEmail(email))
      throw new DomainError('already_exists', { field: 'email', message: 'there is an account with this address' })
    await this.registry.within(ctx, async (tx) => {
      const url = await this.#issue(tx, user, 'email-change', confirmationHours * 3600, '/oauth/email', email)
      const to = normaliseEmail(email)
      await this.#record(tx, ctx, user, 'email.change_asked')
      const parameters = { email: to, hours: confirmationHours, url }
      await sendMail(tx, this.sealing, { to, locale: user.locale as Locale, template: 'email-verification', parameters }, this.clock.now())
      await this.sessions.tell(tx, user, 'email-change-asked', { email: to, url: this.sessions.accountUrl })
    })
  }

  /** Moves the account to the address that was confirmed, and tells the old one. @throws DomainError token_expired | already_exists */
  async confirmEmail(ctx: RequestContext, token: string): Promise<string> {
    const { link, user } = await this.readLink(token, 'email-change')
    const email = this.sealing.open('personal', link.email_sealed ?? '')
    try {
      await this.registry.transaction(async (tx) => {
        await this.#use(tx, link)
        await this.sessions.tell(tx, user, 'email-changed', { email })
        await tx.staff_user.update({
          where: { id: user.id },
          data: {
            email_sealed: this.sealing.seal('personal', email),
            email_index: this.sealing.emailIndex(email),
            updated_at: this.clock.now(),
          },
        })
        await this.#record(tx, ctx, user, 'email.change')
      })
    } catch (error) {
      if (isUniqueViolation(error))
        throw new DomainError('already_exists', { field: 'email', message: 'there is an account with this address' })
      throw error
    }
    return email
  }

  /** Forgets links that have run out. */
  async prune(): Promise<void> {
    await this.registry.db.staff_link.deleteMany({ where: { expires_at: { lt: this.expiry.in(-7 * 86_400) } } })
  }

  async #setPassword(
    ctx: RequestContext,
    user: StaffRow,
    password: string,
    keep: string | null,
    first: (tx: Tx) => Promise<void>,
  ): Promise<number> {
    const email = this.staff.emailOf(user)
    checkPassword(password, email)
    const password_hash = await hashPassword(password)
    return this.registry.within(ctx, async (tx) => {
      await first(tx)
      const now = this.clock.now()
      await tx.staff_user.update({ where: { id: user.id }, data: { password_hash, password_changed_at: now, updated_at: now } })
      // links that were asked for with the old password are no good any more
      await tx.staff_link.updateMany({ where: { user_id: user.id, used_at: null }, data: { used_at: now } })
      const ended = await this.sessions.endOthers(tx, user.id, keep, 'password_changed')
      await this.#record(tx, ctx, user, 'password.change', { ended })
      const at = momentIn(now, user.locale as Locale)
      await this.sessions.tell(tx, user, 'password-changed', { email, at, url: this.sessions.accountUrl })
      return ended
    })
  }

  /** Makes a link that works once; older ones of its kind stop working. Only its hash is kept. */
  async #issue(tx: Tx, user: StaffRow, kind: LinkKind, seconds: number, path: string, email?: string): Promise<string> {
    const token = randomBytes(32).toString('base64url')
    const now = this.clock.now()
    await tx.staff_link.updateMany({ where: { user_id: user.id, kind, used_at: null }, data: { used_at: now } })
    const address =
      email === undefined
        ? {}
        : { email_sealed: this.sealing.seal('personal', normaliseEmail(email)), email_index: this.sealing.emailIndex(email) }
    await tx.staff_link.create({
      data: { token_hash: hashOf(token), user_id: user.id, kind, ...address, expires_at: this.expiry.in(seconds), created_at: now },
    })
    return `${issuer(this.settings)}${path}?token=${token}&lang=${user.locale}`
  }

  /** @throws DomainError token_expired when somebody was faster */
  async #use(tx: Tx, link: staff_link): Promise<void> {
    const { count } = await tx.staff_link.updateMany({
      where: { token_hash: link.token_hash, used_at: null },
      data: { used_at: this.clock.now() },
    })
    if (count === 0) throw new DomainError('token_expired')
  }

  async #record(tx: Tx, ctx: RequestContext, user: StaffRow, action: string, changes: Record<string, unknown> = {}): Promise<void> {
    await audit(tx, {
      at: this.clock.now(),
      actor: ctx.actor.kind === 'staff' ? ctx.actor.sub : 'anonymous',
      action,
      tenantId: null,
      resource: { type: 'staff', id: user.id },
      changes,
      ip: ctx.ip || null,
      requestId: ctx.requestId,
    })
  }
}
