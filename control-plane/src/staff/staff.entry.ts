import type { Grant, StaffClaims } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { support_access } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { Expiry } from '../sign-in/expiry.ts'
import { StaffReach } from './staff.reach.ts'
import { type StaffRow, StaffService } from './staff.service.ts'

/** What somebody enters an audience with. */
export interface Entry {
  grants: Grant[]
  /** The support access it rests on; null for one's own roles. */
  support: support_access | null
}

/**
 * With what rights a member of staff enters a console. While a tenant lets somebody in for support, every sign-in of
 * theirs at that tenant is support: as much as was agreed, in the name of who agreed, and until then.
 */
@Injectable()
export class StaffEntry {
  constructor(
    private readonly staff: StaffService,
    private readonly reach: StaffReach,
    private readonly expiry: Expiry,
  ) {}

  /** @param audience `cityos` or `tenant:<id>` @returns null when they have no role there */
  async at(db: Db, user: StaffRow, audience: string): Promise<Entry | null> {
    const support = await this.#support(db, user.id, audience)
    return support ? entryOf(support) : this.#own(db, user, audience)
  }

  /** The rights of a session that is open: support stays support, and ends with it. */
  async ofSession(db: Db, user: StaffRow, session: { audience: string; support_access_id: string | null }): Promise<Entry | null> {
    if (!session.support_access_id) return this.#own(db, user, session.audience)
    const row = await db.support_access.findUnique({ where: { id: session.support_access_id } })
    return row?.status === 'active' && row.ends_at && row.ends_at > this.expiry.now() ? entryOf(row) : null
  }

  async #own(db: Db, user: StaffRow, audience: string): Promise<Entry | null> {
    const grants = await this.reach.forToken(db, this.staff.grantsOf(user), audience)
    return grants.some((grant) => !grant.deny) ? { grants, support: null } : null
  }

  #support(db: Db, staffId: string, audience: string): Promise<support_access | null> {
    if (!audience.startsWith('tenant:')) return Promise.resolve(null)
    return db.support_access.findFirst({
      where: { tenant_id: audience.slice('tenant:'.length), staff_id: staffId, status: 'active', ends_at: { gt: this.expiry.now() } },
    })
  }
}

function entryOf(support: support_access): Entry {
  const { tenant_id, read_only } = support
  return { grants: [{ role: 'tenant-admin', tenant_id, nodes: [], ...(read_only ? { read_only } : {}) }], support }
}

/** The claims that name both identities (RFC 8693, 4.1): `sub` in whose name, `act` who really acts. */
export function identityClaims(user: { id: string; name: string }, entry: Entry): Pick<StaffClaims, 'sub' | 'act' | 'support' | 'grants'> {
  const { support, grants } = entry
  if (!support?.decided_by || !support.ends_at) return { sub: user.id, grants }
  return {
    sub: support.decided_by,
    grants,
    act: { sub: user.id, name: user.name },
    support: { id: support.id, until: support.ends_at.toISOString(), read_only: support.read_only },
  }
}
