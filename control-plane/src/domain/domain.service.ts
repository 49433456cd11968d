import { randomBytes } from 'node:crypto'
import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { custom_domain, tenant } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { entitlementOf } from '../billing/entitlement.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { Abilities, type Action, tenantScope } from '../staff/ability.ts'
import { changeDocument } from '../tenant/tenant.document.ts'
import { becomeVerified, domainInUse, lockDomain, nextCheck, noteProof, proven, recover, release, setCanonical } from './domain.changes.ts'
import type { CustomDomain, DomainStatus } from './domain.contract.ts'
import { lookForProof } from './domain.proof.ts'
import { viewDomain } from './domain.view.ts'
import { readHost } from './host.ts'
import { DomainResolver } from './resolver.ts'

const open = ['claimed', ...proven]
const serving = ['trial', 'active', 'past_due', 'suspended']

/** Domains of tenants: claimed, proven, made the first address, given up (requirement A10). */
@Injectable()
export class DomainService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly resolver: DomainResolver,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async list(
    ctx: RequestContext,
    idOrSlug: string,
    query: { status?: DomainStatus | undefined; limit: number; offset: number },
  ): Promise<Page<CustomDomain>> {
    const { id, slug } = await this.#tenant(ctx, idOrSlug, 'read')
    const where = { tenant_id: id, ...(query.status ? { status: query.status } : {}) }
    const [rows, total] = await Promise.all([
      this.registry.db.custom_domain.findMany({ where, orderBy: { created_at: 'desc' }, take: query.limit, skip: query.offset }),
      this.registry.db.custom_domain.count({ where }),
    ])
    return { items: rows.map((row) => this.#view(ctx, row, slug)), total }
  }

  /** @throws DomainError not_found */
  async read(ctx: RequestContext, idOrSlug: string, host: string): Promise<CustomDomain> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'read')
    return this.#view(ctx, await this.#domain(tenant, host), tenant.slug)
  }

  /**
   * Notes the claim and answers with the records its owner has to set. Nothing is routed yet, and nobody is kept from
   * proving the same host.
   * @throws DomainError validation_failed | domain_in_use | already_exists | quota_exceeded | invalid_transition
   */
  async claim(ctx: RequestContext, idOrSlug: string, asked: string): Promise<CustomDomain> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'create')
    if (!serving.includes(tenant.status))
      throw new DomainError('invalid_transition', {
        message: `a tenant that is ${tenant.status} takes no domains`,
        details: { status: tenant.status },
      })
    const host = readHost(asked, this.settings.binding.public.base_domain)
    try {
      return await this.registry.within(ctx, async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenant.id} FOR NO KEY UPDATE`
        const taken = await tx.tenant_domain.findUnique({ where: { host }, select: { tenant_id: true } })
        if (taken && taken.tenant_id !== tenant.id) throw domainInUse(host)
        await this.#requireRoom(tx, tenant, host)
        const now = this.clock.now()
        const row = await tx.custom_domain.create({
          data: {
            id: newId('dom'),
            tenant_id: tenant.id,
            host,
            status: 'claimed',
            txt_token: randomBytes(20).toString('hex'),
            next_at: nextCheck({ status: 'claimed', created_at: now, failing_since: null }, now),
            created_at: now,
          },
        })
        await this.#record(tx, ctx, row, 'domain.claim')
        return this.#view(ctx, row, tenant.slug)
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw alreadyClaimed(host)
      throw error
    }
  }

  /** Asks DNS now. The answer is the domain, proven or with what is still missing. @throws DomainError domain_in_use | invalid_transition */
  async verify(ctx: RequestContext, idOrSlug: string, host: string): Promise<CustomDomain> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'operate')
    const known = requireOpen(await this.#domain(tenant, host))
    const proof = await lookForProof(this.resolver, known)
    return this.registry.within(ctx, async (tx) => {
      const row = requireOpen(await lockDomain(tx, known.id))
      const now = this.clock.now()
      const change = { tx, sealing: this.sealing, settings: this.settings, now }
      if (proof.state === 'proven') {
        if (row.status === 'claimed') await becomeVerified(change, row)
        else if (row.status === 'failing') await recover(change, row)
        else await noteProof(change, row)
        // whoever asks does not want to wait for the next try of a certificate that was refused
        const again = row.order_failures > 0 ? { order_retry_at: null } : {}
        await tx.custom_domain.update({ where: { id: row.id }, data: { checked_at: now, next_at: now, ...again } })
      } else {
        // a proof that is gone is the reconciler's affair: it counts the hours
        const { code, message } = proof
        await tx.custom_domain.update({ where: { id: row.id }, data: { checked_at: now, failure: json({ code, message }), next_at: now } })
      }
      await this.#record(tx, ctx, row, 'domain.verify', { found: proof.state === 'proven' })
      return this.#view(ctx, await tx.custom_domain.findUniqueOrThrow({ where: { id: row.id } }), tenant.slug)
    })
  }

  /** @throws DomainError invalid_transition unless it is live */
  async makeCanonical(ctx: RequestContext, idOrSlug: string, host: string): Promise<CustomDomain> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'update')
    const known = await this.#domain(tenant, host)
    return this.registry.within(ctx, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenant.id} FOR NO KEY UPDATE`
      const row = await lockDomain(tx, known.id)
      if (row.status !== 'live')
        throw new DomainError('invalid_transition', { message: `only a live domain can be the first address, this one is ${row.status}` })
      if (!row.canonical) {
        await setCanonical(tx, row)
        await changeDocument(tx, tenant.id, {}, this.clock.now())
        await this.#record(tx, ctx, row, 'domain.canonical')
      }
      return this.#view(ctx, { ...row, canonical: true }, tenant.slug)
    })
  }

  /** A repeat finds it removed already. @throws DomainError not_found */
  async remove(ctx: RequestContext, idOrSlug: string, host: string): Promise<CustomDomain> {
    const tenant = await this.#tenant(ctx, idOrSlug, 'delete')
    const known = await this.#domain(tenant, host)
    return this.registry.within(ctx, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenant.id} FOR NO KEY UPDATE`
      const row = await lockDomain(tx, known.id)
      if (open.includes(row.status)) {
        await release({ tx, sealing: this.sealing, settings: this.settings, now: this.clock.now() }, row, 'removed', null)
        await this.#record(tx, ctx, row, 'domain.remove')
      }
      return this.#view(ctx, await tx.custom_domain.findUniqueOrThrow({ where: { id: row.id } }), tenant.slug)
    })
  }

  async #requireRoom(tx: Tx, row: tenant, host: string): Promise<void> {
    const mine = await tx.custom_domain.findMany({ where: { tenant_id: row.id, status: { in: open } }, select: { host: true } })
    if (mine.some((domain) => domain.host === host)) throw alreadyClaimed(host)
    const limit = (await entitlementOf(tx, row)).limits['domains']
    if (limit === undefined || mine.length < limit) return
    throw new DomainError('quota_exceeded', {
      message: `the tenant’s plan holds ${limit} domains of its own, ${mine.length} are there: remove one, or choose a larger plan`,
      details: { metric: 'domains', limit, used: mine.length },
    })
  }

  async #tenant(ctx: RequestContext, idOrSlug: string, action: Action): Promise<tenant> {
    const scope = tenantScope(this.abilities.of(ctx.actor), action, 'domain', 'id')
    const row = await this.registry.db.tenant.findFirst({
      where: { AND: [scope, { OR: [{ id: idOrSlug }, { slug_claim: idOrSlug }] }], deleted_at: null },
    })
    if (!row) throw new DomainError('not_found')
    return row
  }

  /** By host or id; of several with one host the newest. */
  async #domain(of: tenant, hostOrId: string): Promise<custom_domain> {
    const row = await this.registry.db.custom_domain.findFirst({
      where: { tenant_id: of.id, OR: [{ host: hostOrId.toLowerCase() }, { id: hostOrId }] },
      orderBy: { created_at: 'desc' },
    })
    if (!row) throw new DomainError('not_found')
    return row
  }

  #record(tx: Tx, ctx: RequestContext, row: custom_domain, action: string, changes: Record<string, unknown> = {}): Promise<void> {
    return audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action,
      tenantId: row.tenant_id,
      resource: { type: 'domain', id: row.id },
      changes: { host: row.host, ...changes },
    })
  }

  #view(ctx: RequestContext, row: custom_domain, slug: string): CustomDomain {
    return viewDomain(row, slug, { settings: this.settings, ability: this.abilities.of(ctx.actor) })
  }
}

function alreadyClaimed(host: string): DomainError {
  return new DomainError('already_exists', { field: 'host', message: `${host} is among the tenant’s domains already` })
}

function requireOpen(row: custom_domain): custom_domain {
  if (!open.includes(row.status))
    throw new DomainError('invalid_transition', {
      message: `this domain is ${row.status}: claim it anew`,
      details: { status: row.status },
    })
  return row
}
