import { type Grant, type Locale, newId, platformAudience, type StaffRole, tenantAudience } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { staff_grant, staff_user } from '../../generated/client.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { type Db, Registry, type Tx } from '../registry/registry.ts'
import { normaliseEmail, Sealing } from '../registry/sealing.ts'
import { sendToPlane } from '../tenant/tenant.document.ts'
import { hashPassword, verifyPassword } from './password.ts'

export type StaffRow = staff_user & { grants: staff_grant[] }

/** Operators and tenant staff: who they are, what they were granted, and their sessions. */
@Injectable()
export class StaffService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {}

  findByEmail(email: string): Promise<StaffRow | null> {
    return this.registry.db.staff_user.findUnique({ where: { email_index: this.sealing.emailIndex(email) }, include: { grants: true } })
  }

  find(id: string): Promise<StaffRow | null> {
    return this.registry.db.staff_user.findUnique({ where: { id }, include: { grants: true } })
  }

  /** The account if the password is right and it is not disabled; costs the same for an account that does not exist. */
  async authenticate(email: string, password: string): Promise<StaffRow | null> {
    const row = await this.findByEmail(email)
    const right = await verifyPassword(password, row?.password_hash ?? null)
    return right && row?.status === 'active' ? row : null
  }

  async create(tx: Tx, person: { email: string; name: string; password: string; locale?: Locale }): Promise<StaffRow> {
    const now = this.clock.now()
    const email = normaliseEmail(person.email)
    return tx.staff_user.create({
      data: {
        id: newId('stf'),
        email_sealed: this.sealing.seal('personal', email),
        email_index: this.sealing.emailIndex(email),
        name_sealed: this.sealing.seal('personal', person.name),
        password_hash: await hashPassword(person.password),
        ...(person.locale ? { locale: person.locale } : {}),
        status: 'active',
        created_at: now,
        updated_at: now,
      },
      include: { grants: true },
    })
  }

  /** Gives a role once; a repeat only adds nodes. */
  async grant(
    tx: Tx,
    userId: string,
    grant: { role: StaffRole; tenant_id: string | null; nodes: string[]; deny?: boolean; granted_by?: string },
  ): Promise<void> {
    const { role, tenant_id, nodes, deny = false } = grant
    const { count } = await tx.staff_grant.createMany({
      data: [{ id: newId('grt'), user_id: userId, ...grant, created_at: this.clock.now() }],
      skipDuplicates: true,
    })
    if (count > 0 || nodes.length === 0) return
    const known = await tx.staff_grant.findFirstOrThrow({ where: { user_id: userId, role, tenant_id, deny } })
    await tx.staff_grant.update({ where: { id: known.id }, data: { nodes: [...new Set([...known.nodes, ...nodes])] } })
  }

  /** Ends every session and tells every data plane, within a second while it is connected (design §8). @returns how many */
  async revokeSessions(tx: Tx, userId: string, reason: string): Promise<number> {
    const now = this.clock.now()
    const sessions = await tx.staff_session.findMany({ where: { user_id: userId, revoked_at: null, expires_at: { gt: now } } })
    await tx.browser_session.updateMany({ where: { user_id: userId, revoked_at: null }, data: { revoked_at: now } })
    await this.endSessions(tx, sessions, reason)
    return sessions.length
  }

  /** Ends the sessions a lost role of a tenant (null: of the city) may have opened. */
  async endSessionsAt(tx: Tx, userId: string, tenantId: string | null, reason: string): Promise<void> {
    const audiences = tenantId === null ? {} : { audience: { in: [platformAudience, tenantAudience(tenantId)] } }
    const sessions = await tx.staff_session.findMany({
      where: { user_id: userId, revoked_at: null, expires_at: { gt: this.clock.now() }, ...audiences },
    })
    await this.endSessions(tx, sessions, reason)
  }

  async endSessions(tx: Tx, sessions: { id: string; user_id: string; audience: string }[], reason: string): Promise<void> {
    if (sessions.length === 0) return
    const now = this.clock.now()
    const ids = sessions.map((session) => session.id)
    await tx.staff_session.updateMany({ where: { id: { in: ids }, revoked_at: null }, data: { revoked_at: now, revoke_reason: reason } })
    for (const audience of new Set(sessions.map((session) => session.audience))) {
      if (!audience.startsWith('tenant:')) continue
      const sids = sessions.filter((session) => session.audience === audience).map((session) => session.id)
      await sendToPlane(tx, audience.slice('tenant:'.length), 'revoked', { sids }, now)
    }
    for (const session of sessions) {
      await audit(tx, {
        at: now,
        actor: session.user_id,
        action: 'session.end',
        tenantId: null,
        resource: { type: 'session', id: session.id },
        reason,
        changes: { audience: session.audience },
      })
    }
  }

  grantsOf(row: StaffRow): Grant[] {
    return row.grants.map(({ role, tenant_id, nodes, deny }) => ({
      role: role as StaffRole,
      tenant_id,
      nodes,
      ...(deny ? { deny } : {}),
    }))
  }

  emailOf(row: staff_user): string {
    return this.sealing.open('personal', row.email_sealed)
  }

  nameOf(row: staff_user): string {
    return this.sealing.open('personal', row.name_sealed)
  }

  /** Display names by id; ids of nobody (the platform's own parts) are left out. */
  async names(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
    const wanted = [...new Set(ids)].filter((id) => id.startsWith('stf_'))
    if (wanted.length === 0) return new Map()
    const rows = await db.staff_user.findMany({ where: { id: { in: wanted } }, select: { id: true, name_sealed: true } })
    return new Map(rows.map((row) => [row.id, this.sealing.open('personal', row.name_sealed)]))
  }
}
