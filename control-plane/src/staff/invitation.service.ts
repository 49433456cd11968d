import { createHash, randomBytes } from 'node:crypto'
import { DomainError, type I18nText, Locale, newId, pickText, type StaffRole } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { invitation } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { sendMail } from '../mail/send-mail.ts'
import { requireStaffRoom } from '../plan/plan.limits.ts'
import type { Db, Tx } from '../registry/registry.ts'
import { normaliseEmail, Sealing } from '../registry/sealing.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { Expiry } from '../sign-in/expiry.ts'
import { roleName } from '../sign-in/pages.ts'
import type { Invitation, IssuedInvitation } from '../tenant/tenant.contract.ts'

export const invitationHours = 72

/** Only the hash is stored: who reads the registry cannot accept an invitation. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Addresses that let a person in once, within 72 hours. */
@Injectable()
export class InvitationService {
  constructor(
    private readonly sealing: Sealing,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Makes an invitation; an open one for the same person and role stops working. @throws DomainError quota_exceeded */
  async issue(
    tx: Tx,
    to: { email: string; role: StaffRole; tenantId: string | null; nodes: string[]; invitedBy: string },
  ): Promise<IssuedInvitation> {
    const now = this.clock.now()
    const email = normaliseEmail(to.email)
    const email_index = this.sealing.emailIndex(email)
    await tx.invitation.updateMany({
      where: { email_index, role: to.role, tenant_id: to.tenantId, accepted_at: null, revoked_at: null },
      data: { revoked_at: now },
    })
    if (to.tenantId !== null) await requireStaffRoom(tx, to.tenantId, now)
    const token = randomBytes(32).toString('base64url')
    const row = await tx.invitation.create({
      data: {
        id: newId('inv'),
        email_sealed: this.sealing.seal('personal', email),
        email_index,
        role: to.role,
        tenant_id: to.tenantId,
        nodes: to.nodes,
        token_hash: hashToken(token),
        invited_by: to.invitedBy,
        expires_at: this.expiry.in(invitationHours * 3600),
        created_at: now,
      },
    })
    const url = `${issuer(this.settings)}/oauth/invitation?token=${token}`
    await this.#mail(tx, { ...to, email }, url)
    return { ...this.view(row), url }
  }

  /** @throws DomainError token_expired for a token that is unknown, used, revoked or too old */
  async open(db: Db, token: string): Promise<invitation & { email: string }> {
    const row = await db.invitation.findUnique({ where: { token_hash: hashToken(token) } })
    if (!row || row.accepted_at || row.revoked_at || row.expires_at <= this.expiry.now()) {
      throw new DomainError('token_expired', { message: 'this invitation is no longer good: ask whoever invited you for a new one' })
    }
    return { ...row, email: this.sealing.open('personal', row.email_sealed) }
  }

  /** In the tenant's language, or in that of whoever invites. */
  async #mail(tx: Tx, to: { email: string; role: StaffRole; tenantId: string | null; invitedBy: string }, url: string): Promise<void> {
    const tenant = to.tenantId === null ? null : await tx.tenant.findUnique({ where: { id: to.tenantId } })
    const inviter = await tx.staff_user.findUnique({ where: { id: to.invitedBy } })
    const locale = Locale.catch('en').parse(tenant?.default_locale ?? inviter?.locale)
    const parameters = {
      place: tenant ? pickText(tenant.name as I18nText, locale) || tenant.slug : 'Dakkah CityOS',
      inviter: inviter ? this.sealing.open('personal', inviter.name_sealed) : 'Dakkah CityOS',
      role: roleName(locale, to.role),
      hours: invitationHours,
      url: `${url}&lang=${locale}`,
    }
    await sendMail(tx, this.sealing, { to: to.email, locale, template: 'invitation', parameters, tenantId: to.tenantId }, this.clock.now())
  }

  view(row: invitation): Invitation {
    return {
      id: row.id,
      email: this.sealing.open('personal', row.email_sealed),
      role: row.role,
      tenant_id: row.tenant_id,
      expires_at: row.expires_at.toISOString(),
      accepted_at: row.accepted_at?.toISOString() ?? null,
    }
  }
}
