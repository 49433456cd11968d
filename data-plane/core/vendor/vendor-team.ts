import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../platform/audit/audit.ts'
import { SessionSources } from '../../platform/auth/session-sources.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { hashPassword } from '../../platform/credential/password.ts'
import { Database, type Tx, violates } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { VendorMember, VendorMemberInput, VendorMemberPatch, VendorRole } from './contract.ts'

interface Row {
  id: string
  vendor_id: string
  email: string
  name: string
  role: string
  status: string
  last_signed_in_at: Date | null
  created_at: Date
}

/** People who work for a vendor. An owner always exists (docs/spec/core.md, vendor). */
@Injectable()
export class VendorTeam {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly sessions: SessionSources,
  ) {}

  hash(password: string): Promise<string> {
    return hashPassword(password)
  }

  /** @throws DomainError not_found for a vendor that is not there */
  async list(vendorId: string, { limit, offset }: { limit: number; offset: number }): Promise<Page<VendorMember>> {
    const { rows } = await sql<Row & { total: number }>`
      SELECT u.id, u.vendor_id, u.email, u.name, u.role, u.status, u.last_signed_in_at, u.created_at, count(*) OVER ()::int AS total
      FROM vendor_user u WHERE u.vendor_id = ${vendorId} AND u.deleted_at IS NULL ORDER BY u.created_at, u.id LIMIT ${limit} OFFSET ${offset}`.execute(
      this.database.read,
    )
    if (rows.length === 0) await this.requireVendor(this.database.read, vendorId)
    return { items: rows.map((row) => this.view(row)), total: rows[0]?.total ?? 0 }
  }

  /** @throws DomainError already_exists: an address belongs to one person of one vendor */
  async create(ctx: RequestContext, vendorId: string, input: VendorMemberInput): Promise<VendorMember> {
    const hash = await this.hash(input.password)
    const now = this.clock.now()
    return this.database.transaction(async (tx) => {
      await this.requireVendor(tx, vendorId)
      const id = await this.insert(tx, vendorId, { ...input, hash }, now)
      await audit(tx, ctx, {
        action: 'vendor-user.create',
        resource: { type: 'vendor_user', id },
        after: { vendor_id: vendorId, role: input.role },
      })
      return this.get(tx, vendorId, id)
    })
  }

  /**
   * Changes a person; who is disabled or gets a new password is signed out everywhere.
   * @throws DomainError last_admin when nobody would own the vendor, not_found also for another vendor's person
   */
  async update(ctx: RequestContext, vendorId: string, id: string, patch: VendorMemberPatch): Promise<VendorMember> {
    const hash = patch.password === undefined ? null : await this.hash(patch.password)
    const now = this.clock.now()
    return this.database.transaction(async (tx) => {
      // K3: two owners who step down at once would leave none.
      await tx.selectFrom('vendor').select('id').where('id', '=', vendorId).forUpdate().execute()
      const before = await this.get(tx, vendorId, id)
      const stepsDown =
        before.role === 'owner' && before.status === 'active' && ((patch.role ?? 'owner') !== 'owner' || patch.status === 'disabled')
      if (stepsDown) await this.requireAnotherOwner(tx, vendorId, id)
      await tx
        .updateTable('vendor_user')
        .set((eb) => ({
          ...(patch.name === undefined ? {} : { name: this.pii.encrypt(patch.name) }),
          ...(patch.role === undefined ? {} : { role: patch.role }),
          ...(patch.status === undefined ? {} : { status: patch.status }),
          ...(hash === null ? {} : { password_hash: hash }),
          version: eb('version', '+', 1),
          updated_at: now,
        }))
        .where('id', '=', id)
        .execute()
      await this.signedIn(tx, id, patch.status === 'disabled' || hash !== null)
      await audit(tx, ctx, {
        action: 'vendor-user.update',
        resource: { type: 'vendor_user', id },
        before: { role: before.role, status: before.status },
        after: { role: patch.role ?? before.role, status: patch.status ?? before.status, password_changed: hash !== null },
      })
      return this.get(tx, vendorId, id)
    })
  }

  /** Sessions of a person who changes: they end, or are looked at anew with the new role. */
  private async signedIn(tx: Tx, id: string, ends: boolean): Promise<void> {
    const own = { account_kind: 'vendor_user', account_id: id }
    const rows = ends
      ? await tx
          .deleteFrom('account_session')
          .where((eb) => eb.and(own))
          .returning('token_hash')
          .execute()
      : await tx
          .selectFrom('account_session')
          .select('token_hash')
          .where((eb) => eb.and(own))
          .execute()
    await this.sessions.changed(rows.map((row) => row.token_hash))
  }

  async insert(
    tx: Tx,
    vendorId: string,
    person: { email: string; name: string; role: VendorRole; hash: string },
    now: Date,
  ): Promise<string> {
    const id = newId('vus')
    try {
      await tx
        .insertInto('vendor_user')
        .values({
          id,
          vendor_id: vendorId,
          email_index: this.pii.index('email', person.email),
          email: this.pii.encrypt(person.email),
          name: this.pii.encrypt(person.name),
          role: person.role,
          password_hash: person.hash,
          created_at: now,
          updated_at: now,
        })
        .execute()
    } catch (error) {
      throw violates(error, '23505') ? new DomainError('already_exists', { field: 'email', cause: error }) : error
    }
    return id
  }

  private async get(tx: Tx, vendorId: string, id: string): Promise<VendorMember> {
    const row = await tx
      .selectFrom('vendor_user')
      .select(['id', 'vendor_id', 'email', 'name', 'role', 'status', 'last_signed_in_at', 'created_at'])
      .where('id', '=', id)
      .where('vendor_id', '=', vendorId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.view(row)
  }

  private async requireVendor(db: Tx, id: string): Promise<void> {
    const row = await db.selectFrom('vendor').select('id').where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
  }

  private async requireAnotherOwner(tx: Tx, vendorId: string, id: string): Promise<void> {
    const other = await tx
      .selectFrom('vendor_user')
      .select('id')
      .where('vendor_id', '=', vendorId)
      .where('role', '=', 'owner')
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
      .where('id', '<>', id)
      .limit(1)
      .executeTakeFirst()
    if (!other) throw new DomainError('last_admin')
  }

  private view(row: Row): VendorMember {
    return {
      id: row.id,
      vendor_id: row.vendor_id,
      email: this.pii.decrypt(row.email),
      name: this.pii.decrypt(row.name),
      role: row.role as VendorRole,
      status: row.status as VendorMember['status'],
      last_signed_in_at: row.last_signed_in_at?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
    }
  }
}
