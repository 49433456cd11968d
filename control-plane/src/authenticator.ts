import { type AnyEndpoint, DomainError } from '@cityos/contract'
import { type Actor, Authenticator, type Credentials, claimedTenant, guest, staffActor, staffCookie, verifyPlaneToken } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from './clock.ts'
import { Registry } from './registry/registry.ts'
import { Sealing } from './registry/sealing.ts'
import { OperatorConsole } from './sign-in/console.ts'
import { StaffReach } from './staff/staff.reach.ts'
import { readSecrets } from './tenant/tenant.document.ts'

/** Who asks the control plane: staff by token or console cookie, a data plane by its 60-second token, or nobody. */
@Injectable()
export class ControlPlaneAuthenticator extends Authenticator {
  constructor(
    private readonly console: OperatorConsole,
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly reach: StaffReach,
    private readonly clock: Clock,
  ) {
    super()
  }

  override async authenticate(credentials: Credentials, endpoint: AnyEndpoint | null): Promise<Actor> {
    if (endpoint?.access.who === 'plane') return credentials.bearer ? this.#plane(credentials.bearer) : guest
    const token = credentials.bearer ?? credentials.cookies.get(staffCookie)
    // A public page answers whoever comes, also with a cookie that has run out.
    if (!token || (endpoint?.access.who === 'anyone' && !credentials.bearer)) return guest
    const actor = staffActor(await this.console.verify(token))
    return { ...actor, grants: await this.reach.forRequest(actor.grants) }
  }

  async #plane(token: string): Promise<Actor> {
    const tenantId = claimedTenant(token)
    if (!tenantId) throw new DomainError('unauthenticated')
    const tenant = await this.registry.db.tenant.findUnique({ where: { id: tenantId }, include: { secrets: true } })
    if (!tenant || tenant.deleted_at || tenant.secrets.length === 0) throw new DomainError('unauthenticated')
    const { planeKey } = await readSecrets(this.registry.db, this.sealing, tenantId)
    const claims = await verifyPlaneToken(token, planeKey, { audience: 'control-plane', tenantId }, this.clock.now())
    return { kind: 'plane', tenantId, iss: claims.iss }
  }
}
