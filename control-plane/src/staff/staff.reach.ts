import type { Grant } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { nodePathsOf } from '../node/node.paths.ts'
import { type Db, Registry } from '../registry/registry.ts'
import { isWithin, nodeRoles, type ReachingGrant } from './ability.ts'

/** Where grants that are tied to nodes lead: paths for the token, tenants for a request. */
@Injectable()
export class StaffReach {
  constructor(private readonly registry: Registry) {}

  /**
   * The grants as they go into a token: those that count for the audience, with the paths of their nodes. A grant
   * within nodes counts at a tenant that lies at or below one of them.
   */
  async forToken(db: Db, grants: readonly Grant[], audience: string): Promise<Grant[]> {
    const tenantId = audience.startsWith('tenant:') ? audience.slice('tenant:'.length) : null
    const relevant = tenantId ? grants.filter((grant) => grant.tenant_id === null || grant.tenant_id === tenantId) : [...grants]
    const paths = await nodePathsOf(
      db,
      relevant.flatMap((grant) => grant.nodes),
    )
    const tenant = tenantId ? await db.tenant.findUnique({ where: { id: tenantId }, select: { node: { select: { path: true } } } }) : null
    const here = tenant?.node?.path
    return relevant
      .map((grant) => (nodeRoles.includes(grant.role) ? { ...grant, paths: grant.nodes.flatMap((node) => paths.get(node) ?? []) } : grant))
      .filter((grant) => {
        if (tenantId === null || grant.tenant_id !== null || !nodeRoles.includes(grant.role)) return true
        return here !== undefined && (grant.paths ?? []).some((above) => isWithin(here, above))
      })
  }

  /** The grants of a token with the tenants their nodes hold at this moment. */
  async forRequest(grants: readonly Grant[]): Promise<ReachingGrant[]> {
    return Promise.all(
      grants.map(async (grant) => (this.#isWithinNodes(grant) ? { ...grant, tenants: await this.#tenantsIn(grant.paths ?? []) } : grant)),
    )
  }

  #isWithinNodes(grant: Grant): boolean {
    return grant.tenant_id === null && nodeRoles.includes(grant.role)
  }

  /** Paths are made of ULIDs, all of one length: a prefix is an ancestor. */
  async #tenantsIn(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return []
    const rows = await this.registry.db.tenant.findMany({
      where: { deleted_at: null, OR: paths.map((path) => ({ node: { path: { startsWith: path } } })) },
      select: { id: true },
    })
    return rows.map((row) => row.id)
  }
}
