import { type AnyEndpoint, DomainError, type StaffClaims } from '@cityos/contract'
import { type Actor, Authenticator, type Credentials, claimedTenant, guest, verifyPlaneToken } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from './clock.ts'
import { Registry } from './registry/registry.ts'
import { Sealing } from './registry/sealing.ts'
import { ConsoleSession } from './sign-in/console-session.ts'
import { readSecrets } from './tenant/tenant.document.ts'

/** Who asks the control plane: staff by token or console cookie, a data plane by its 60-second token, or nobody. */
@Injectable()
export class ControlPlaneAuthenticator extends Authenticator {
  constructor(
    private readonly session: ConsoleSession,
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {
    super()
  }

  override async authenticate(credentials: Credentials, endpoint: AnyEndpoint | null): Promise<Actor> {
    if (endpoint?.access.who === 'plane') return credentials.bearer ? this.#plane(credentials.bearer) : guest
    if (credentials.bearer) return staffActor(await this.session.verify(credentials.bearer))
    if (endpoint?.access.who === 'anyone') return guest
    const claims = await this.session.read(credentials.cookies)
    return claims ? staffActor(claims) : guest
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

function staffActor(claims: StaffClaims): Actor {
  const { sub, email, name, sid, grants, exp } = claims
  return { kind: 'staff', sub, email, name, sid, grants, expiresAt: new Date(exp * 1000) }
}
