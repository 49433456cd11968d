import { DomainError, type Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { staff_session } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { sendMail } from '../mail/send-mail.ts'
import { type Db, Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { type StaffRow, StaffService } from '../staff/staff.service.ts'
import type { StaffSessionRow } from './account.contract.ts'
import { Expiry } from './expiry.ts'

/** The sessions of one account: a sign-in with every console that was opened from it is one. */
@Injectable()
export class SessionService {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly sealing: Sealing,
    private readonly platformSettings: PlatformSettings,
    private readonly expiry: Expiry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Ends the oldest sessions beyond the limit (five unless the platform says otherwise) and tells their owner. The
   * caller's transaction holds the account's row, so that sign-ins at the same moment are counted one after the other.
   */
  async enforceLimit(tx: Tx, user: StaffRow, signInId: string): Promise<void> {
    const most = await this.platformSettings.get('max_sessions')
    const signIns = await this.#open(tx, user.id)
    const others = [...signIns.keys()].filter((id) => id !== signInId)
    const excess = others.slice(0, Math.max(0, others.length - (most - 1))).map((id) => signIns.get(id) ?? [])
    await this.#end(tx, excess.flat(), 'session_limit')
    for (const sessions of excess) {
      await this.tell(tx, user, 'session-limit', { most, since: this.#moment(sessions, user), url: this.accountUrl })
    }
  }

  /** @param current id of the caller's session or sign-in @returns newest first */
  async list(db: Db, userId: string, current: string | null): Promise<StaffSessionRow[]> {
    const signIns = await this.#open(db, userId)
    return [...signIns].reverse().map(([id, sessions]) => {
      const first = sessions[0]!
      const used = Math.max(...sessions.map((session) => session.last_used_at.getTime()))
      return {
        id,
        clients: [...new Set(sessions.map((session) => session.client_id))],
        audiences: [...new Set(sessions.map((session) => session.audience))],
        ip: first.ip,
        user_agent: first.user_agent,
        created_at: first.created_at.toISOString(),
        last_used_at: new Date(used).toISOString(),
        expires_at: first.expires_at.toISOString(),
        current: has(sessions, current),
        actions: ['end'],
      }
    })
  }

  /** @throws DomainError not_found for a session that is somebody else's or has ended */
  async end(ctx: RequestContext, userId: string, signInId: string, reason: string): Promise<void> {
    await this.registry.within(ctx, async (tx) => {
      const sessions = (await this.#open(tx, userId)).get(signInId)
      if (!sessions) throw new DomainError('not_found')
      await this.#end(tx, sessions, reason)
    })
  }

  /** @param keep id of the session or sign-in that goes on @returns how many ended */
  async endOthers(tx: Tx, userId: string, keep: string | null, reason: string): Promise<number> {
    const signIns = [...(await this.#open(tx, userId)).values()]
    const others = signIns.filter((sessions) => !has(sessions, keep))
    const kept = signIns.find((sessions) => has(sessions, keep))?.[0]?.sign_in_id ?? keep ?? ''
    // also browsers that have no console open now
    await tx.browser_session.updateMany({
      where: { user_id: userId, revoked_at: null, sign_in_id: { not: kept } },
      data: { revoked_at: this.clock.now() },
    })
    await this.#end(tx, others.flat(), reason)
    return others.length
  }

  /** Ends the whole sign-in of a session whose refresh token was used twice, and tells its owner; once, however often it is used. */
  async endStolen(tx: Tx, sessionId: string): Promise<void> {
    const [found] = await tx.$queryRaw<staff_session[]>`SELECT * FROM staff_session WHERE id = ${sessionId} FOR UPDATE`
    if (!found || found.revoked_at) return
    const user = await this.staff.find(found.user_id)
    const sessions = (await this.#open(tx, found.user_id)).get(found.sign_in_id) ?? [found]
    await this.#end(tx, sessions, 'refresh_reused')
    if (user) await this.tell(tx, user, 'session-stolen', { since: this.#moment(sessions, user), url: this.accountUrl })
  }

  /** Mails somebody about their own account. */
  async tell(tx: Tx, user: StaffRow, template: Parameters<typeof sendMail>[2]['template'], parameters: Record<string, string | number>) {
    const to = this.staff.emailOf(user)
    await sendMail(tx, this.sealing, { to, locale: user.locale as Locale, template, parameters }, this.clock.now())
  }

  get accountUrl(): string {
    return `${issuer(this.settings)}/oauth/account`
  }

  /** Ends sessions and the browser sign-ins they came from: without those a console would open again by itself. */
  async #end(tx: Tx, sessions: staff_session[], reason: string): Promise<void> {
    const signIns = sessions.map((session) => session.sign_in_id)
    await tx.browser_session.updateMany({
      where: { sign_in_id: { in: signIns }, revoked_at: null },
      data: { revoked_at: this.clock.now() },
    })
    await this.staff.endSessions(tx, sessions, reason)
  }

  /** Open sessions by sign-in, oldest sign-in first. */
  async #open(db: Db, userId: string): Promise<Map<string, staff_session[]>> {
    const rows = await db.staff_session.findMany({
      where: { user_id: userId, revoked_at: null, expires_at: { gt: this.expiry.now() } },
      orderBy: { created_at: 'asc' },
    })
    const signIns = new Map<string, staff_session[]>()
    for (const row of rows) signIns.set(row.sign_in_id, [...(signIns.get(row.sign_in_id) ?? []), row])
    return signIns
  }

  #moment(sessions: staff_session[], user: StaffRow): string {
    return momentIn(sessions[0]?.created_at ?? this.clock.now(), user.locale as Locale)
  }
}

function has(sessions: readonly staff_session[], id: string | null): boolean {
  return sessions.some((session) => session.id === id || session.sign_in_id === id)
}

/** `22 November 2026 at 21:30 UTC` in the reader's language. */
export function momentIn(at: Date, locale: Locale): string {
  const tag = { en: 'en-GB', fr: 'fr-FR', ar: 'ar-SA-u-ca-gregory-nu-latn' }[locale]
  return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at).concat(' UTC')
}
