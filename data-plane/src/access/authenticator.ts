import { type AnyEndpoint, type Binding, DomainError } from '@cityos/contract'
import { type Actor, Authenticator, type Credentials, guest, hostOf, staffActor, staffCookie, verifyPlaneToken } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { KeySources } from '../../platform/auth/key-sources.ts'
import { SessionSources } from '../../platform/auth/session-sources.ts'
import { BINDING } from '../../platform/binding/binding.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { StaffKeys } from '../control-stream/staff-keys.ts'
import { surfaceOf } from './hosts.ts'

const jwtPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Who asks. A bearer token that does not hold is 401 everywhere; a stale cookie is a guest, because browsers keep old
 * cookies. A wrong publishable key is 401 everywhere, a missing one on `api.` hosts and from foreign pages (design §8).
 */
@Injectable()
export class TenantAuthenticator extends Authenticator {
  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    private readonly staffKeys: StaffKeys,
    private readonly sessions: SessionSources,
    private readonly keys: KeySources,
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
  ) {
    super()
  }

  override async authenticate(credentials: Credentials, endpoint: AnyEndpoint | null): Promise<Actor> {
    const { bearer } = credentials
    if (endpoint?.access.who === 'plane') return bearer ? this.#plane(bearer) : guest
    await this.#checkPublishableKey(credentials)
    if (bearer) return jwtPattern.test(bearer) ? this.#staff(bearer) : this.#opaque(bearer, endpoint)
    return credentials.cookies.present ? this.#fromCookie(credentials, endpoint) : guest
  }

  async #plane(token: string): Promise<Actor> {
    const expected = { audience: 'data-plane' as const, tenantId: this.tenant.id }
    const claims = await verifyPlaneToken(token, this.binding.secrets.plane_key, expected, new Date(this.clock.machineTime()))
    return { kind: 'plane', tenantId: claims.tenant_id, iss: claims.iss }
  }

  async #staff(token: string): Promise<Actor> {
    return staffActor(await this.staffKeys.claims(token))
  }

  async #opaque(token: string, endpoint: AnyEndpoint | null): Promise<Actor> {
    const kinds =
      endpoint?.access.who === 'vendor' || endpoint?.path.startsWith('/v1/vendor/')
        ? (['vendor', 'customer'] as const)
        : (['customer', 'vendor'] as const)
    for (const kind of kinds) {
      const actor = await this.sessions.resolve(kind, token)
      if (actor) return actor
    }
    throw new DomainError('unauthenticated', { details: { reason: 'invalid_token' } })
  }

  /** Cookies are host-only; which of them counts follows from what the operation is for. */
  async #fromCookie({ cookies, host }: Credentials, endpoint: AnyEndpoint | null): Promise<Actor> {
    const path = endpoint?.path ?? ''
    if (path.startsWith('/v1/admin/')) return this.#fromStaffCookie(cookies.get(staffCookie))
    const vendor = cookies.get('vendor_session')
    if (path.startsWith('/v1/vendor/')) return (vendor && (await this.sessions.resolve('vendor', vendor))) || guest
    const customer = cookies.get('session')
    const found = customer ? await this.sessions.resolve('customer', customer) : null
    if (found) return found
    const surface = surfaceOf(host, path, this.tenant.document.domains)
    if (surface === 'vendor' && vendor) return (await this.sessions.resolve('vendor', vendor)) ?? guest
    if (surface === 'admin') return this.#fromStaffCookie(cookies.get(staffCookie))
    return guest
  }

  async #fromStaffCookie(token: string | undefined): Promise<Actor> {
    if (!token) return guest
    try {
      return await this.#staff(token)
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unauthenticated') return guest
      throw error
    }
  }

  async #checkPublishableKey({ request, host }: Credentials): Promise<void> {
    const given = request.headers['x-publishable-key']
    if (typeof given === 'string' && given !== '') {
      if (!(await this.keys.resolve(given))) throw new DomainError('invalid_publishable_key')
      return
    }
    const { origin } = request.headers
    const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== (request.headers.host ?? '').toLowerCase())
    const required = surfaceOf(hostOf(request), request.url, this.tenant.document.domains) === 'api' || foreign
    if (required && request.url.startsWith('/v1/store/') && !hostIsOwn(origin, this.tenant.document.domains, host))
      throw new DomainError('invalid_publishable_key')
  }
}

/** A page of another door of this tenant (`admin.`, `vendor.`) needs no key to read the shop. */
function hostIsOwn(origin: string | undefined, domains: readonly string[], host: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false
  const from = new URL(origin).hostname
  return from === host || surfaceOf(from, '/', domains) !== null
}
