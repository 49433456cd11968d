import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type Stripe from 'stripe'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { publicOrigin, SETTINGS, type Settings } from '../settings.ts'
import { TenantService } from '../tenant/tenant.service.ts'
import { StripeGateway } from './stripe.gateway.ts'
import { enqueueStripe } from './stripe.jobs.ts'
import { ensureCustomer } from './stripe.outbound.ts'

/** What comes from the payment provider, and the way to its portal. */
@Injectable()
export class StripeService {
  constructor(
    private readonly registry: Registry,
    private readonly gateway: StripeGateway,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly tenants: TenantService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Keeps a signed event once, and asks for its object to be read again; what it says itself is not believed, since it may
   * be late. An event of the other mode (test, live) is kept and leads to nothing.
   * @throws DomainError invalid_request for a body that the provider did not sign
   */
  async receive(body: string, signature: string): Promise<{ received: true }> {
    const event = this.gateway.verified(body, signature)
    const mode = event.livemode ? 'live' : 'test'
    const object = event.data.object as { id?: string; object?: string; invoice?: string | { id: string } | null }
    const now = this.clock.now()
    await this.registry.transaction(async (tx) => {
      const { count } = await tx.stripe_event.createMany({
        data: [
          {
            id: event.id,
            type: event.type,
            mode,
            object_id: object.id ?? '',
            created_at: new Date(event.created * 1000),
            received_at: now,
            handled_at: now,
          },
        ],
        skipDuplicates: true,
      })
      if (count === 0 || mode !== this.gateway.settings?.mode) return
      const job = readingOf(event, object)
      if (job) await enqueueStripe(tx, `event:${event.id}`, null, job, now)
    })
    return { received: true }
  }

  /** @throws DomainError invalid_transition for a tenant that pays by bank transfer | dependency_unavailable */
  async portal(ctx: RequestContext, idOrSlug: string): Promise<{ url: string }> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'update', 'billing')
    const held = await this.registry.db.subscription.findUnique({ where: { tenant_id: tenant.id } })
    const mode = this.gateway.settings?.mode
    if (held?.collection !== 'stripe' || !mode) {
      throw new DomainError('invalid_transition', { message: `${tenant.slug} pays by bank transfer: there is no portal` })
    }
    const host = `admin.${tenant.slug}.${this.settings.binding.public.base_domain}`
    return this.registry.transaction(async (tx) => {
      const out = { tx, gateway: this.gateway, sealing: this.sealing, mode, now: this.clock.now() }
      const customer = await ensureCustomer(out, tenant.id)
      const session = await this.gateway.call((client) =>
        client.billingPortal.sessions.create({ customer, return_url: publicOrigin(this.settings, host) }),
      )
      return { url: session.url }
    })
  }
}

/** Which object to read again for an event; null where none of ours can have changed. */
function readingOf(event: Stripe.Event, object: { id?: string; object?: string; invoice?: string | { id: string } | null }) {
  if (event.type.startsWith('invoice.') && object.id && object.object === 'invoice') {
    return { kind: 'read-invoice' as const, invoice_id: object.id }
  }
  if (event.type.startsWith('customer.subscription.') && object.id) {
    return { kind: 'read-subscription' as const, subscription_id: object.id }
  }
  return null
}
