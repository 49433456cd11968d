import type Stripe from 'stripe'
import type { subscription_item } from '../../generated/client.ts'
import type { Interval } from '../billing/billing.period.ts'
import { periodPrice, scopeOf } from '../billing/billing.proration.ts'
import { taxFor } from '../billing/billing.tax.ts'
import { buyerOf } from '../billing/invoice.issue.ts'
import { nameOfItem } from '../billing/subscription.lines.ts'
import { priced } from '../billing/subscription.renew.ts'
import type { Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { StripeGateway } from './stripe.gateway.ts'
import { enqueueStripe } from './stripe.jobs.ts'
import type { StripeMode } from './stripe.settings.ts'

export interface Outbound {
  tx: Tx
  gateway: StripeGateway
  sealing: Sealing
  mode: StripeMode
  now: Date
}

/** The tenant's customer at the provider, made once. Its id and every key derive from ours, so that a repeat finds it. */
export async function ensureCustomer(out: Outbound, tenantId: string): Promise<string> {
  const { tx, gateway, sealing, mode } = out
  const known = await tx.stripe_customer.findUnique({ where: { tenant_id_mode: { tenant_id: tenantId, mode } } })
  if (known) return known.customer_id
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  const buyer = await buyerOf(tx, tenantId)
  const customer = await gateway.call((client) =>
    client.customers.create(
      { name: buyer.name, email: sealing.open('personal', tenant.owner_sealed), metadata: { tenant_id: tenantId } },
      { idempotencyKey: `customer:${tenantId}` },
    ),
  )
  await tx.stripe_customer.create({ data: { tenant_id: tenantId, mode, customer_id: customer.id, created_at: out.now } })
  return customer.id
}

/** The provider's price of one version of a plan or add-on, for one interval. */
export async function ensurePrice(out: Outbound, item: subscription_item, interval: Interval): Promise<string> {
  const { tx, gateway, mode } = out
  const key = { kind: item.kind, code: item.code, version: item.version, interval, mode }
  const known = await tx.stripe_price.findUnique({ where: { kind_code_version_interval_mode: key } })
  if (known) return known.price_id
  const name = (await nameOfItem(tx, item)).en
  const price = await gateway.call((client) =>
    client.prices.create(
      {
        currency: item.currency_code.toLowerCase(),
        unit_amount: periodPrice(priced(item), interval),
        recurring: { interval },
        product_data: { name: item.kind === 'plan' ? `Plan ${name}` : `Add-on ${name}` },
      },
      { idempotencyKey: `price:${item.kind}:${item.code}:${item.version}:${interval}` },
    ),
  )
  await tx.stripe_price.createMany({ data: [{ ...key, price_id: price.id }], skipDuplicates: true })
  return price.id
}

/** The provider's tax rate of the buyer's country; null where nothing is charged. */
async function ensureTaxRate(out: Outbound, tenantId: string): Promise<string | null> {
  const { tx, gateway, mode } = out
  const tax = taxFor(await buyerOf(tx, tenantId))
  if (tax.bps === 0) return null
  const key = { kind: 'tax', code: tax.country, version: tax.bps, interval: '', mode }
  const known = await tx.stripe_price.findUnique({ where: { kind_code_version_interval_mode: key } })
  if (known) return known.price_id
  const rate = await gateway.call((client) =>
    client.taxRates.create(
      { display_name: 'VAT', description: `VAT ${tax.country}`, percentage: tax.bps / 100, inclusive: false },
      { idempotencyKey: `tax:${tax.country}:${tax.bps}` },
    ),
  )
  await tx.stripe_price.createMany({ data: [{ ...key, price_id: rate.id }], skipDuplicates: true })
  return rate.id
}

/** A subscription for one item; what was given up before this was told needs none. */
export async function subscribe(out: Outbound, tenantId: string, itemId: string): Promise<string> {
  const { tx, gateway, mode } = out
  const known = await tx.stripe_subscription.findUnique({ where: { item_id_mode: { item_id: itemId, mode } } })
  if (known) return known.subscription_id
  const item = await tx.subscription_item.findUniqueOrThrow({ where: { id: itemId } })
  if (item.ended_at) return 'given up meanwhile'
  const held = await tx.subscription.findUniqueOrThrow({ where: { tenant_id: tenantId } })
  const customer = await ensureCustomer(out, tenantId)
  const price = await ensurePrice(out, item, held.interval as Interval)
  const taxRate = await ensureTaxRate(out, tenantId)
  const trialEnds = held.trial_ends_at && held.trial_ends_at > out.now ? { trial_end: seconds(held.trial_ends_at) } : {}
  const made = await gateway.call((client) =>
    client.subscriptions.create(
      {
        customer,
        items: [{ price }],
        collection_method: 'send_invoice',
        days_until_due: held.terms_days,
        metadata: { tenant_id: tenantId, item_id: itemId, scope: scopeOf(priced(item)) },
        ...(taxRate ? { default_tax_rates: [taxRate] } : {}),
        ...trialEnds,
      },
      { idempotencyKey: `subscribe:${itemId}` },
    ),
  )
  await keepSubscription(out, tenantId, item, made)
  return made.id
}

/** Another price for the plan's subscription: it moves on to the new item, prorated at the moment that was previewed. */
export async function move(out: Outbound, tenantId: string, from: string, itemId: string, at: number): Promise<string> {
  const { tx, gateway, mode } = out
  const known = await tx.stripe_subscription.findUnique({ where: { item_id_mode: { item_id: from, mode } } })
  if (!known) return subscribe(out, tenantId, itemId)
  const item = await tx.subscription_item.findUniqueOrThrow({ where: { id: itemId } })
  const held = await tx.subscription.findUniqueOrThrow({ where: { tenant_id: tenantId } })
  const price = await ensurePrice(out, item, held.interval as Interval)
  const present = await gateway.call((client) => client.subscriptions.retrieve(known.subscription_id))
  const line = present.items.data[0]
  if (!line) throw new Error(`${known.subscription_id} has no item`)
  const moved = await gateway.call((client) =>
    client.subscriptions.update(
      known.subscription_id,
      {
        items: [{ id: line.id, price }],
        proration_behavior: 'always_invoice',
        proration_date: at,
        metadata: { tenant_id: tenantId, item_id: itemId, scope: scopeOf(priced(item)) },
      },
      { idempotencyKey: `move:${itemId}` },
    ),
  )
  await tx.stripe_subscription.delete({ where: { item_id_mode: { item_id: from, mode } } })
  await keepSubscription(out, tenantId, item, moved)
  return moved.id
}

export async function cancel(out: Outbound, itemId: string): Promise<string> {
  const { tx, gateway, mode } = out
  const where = { item_id_mode: { item_id: itemId, mode } }
  const known = await tx.stripe_subscription.findUnique({ where })
  if (!known) return 'there is none'
  const ended = await gateway.call((client) =>
    client.subscriptions
      .cancel(known.subscription_id, { prorate: true, invoice_now: true }, { idempotencyKey: `cancel:${itemId}` })
      .catch(ifGone),
  )
  await tx.stripe_subscription.update({ where, data: { status: ended?.status ?? 'canceled', updated_at: out.now } })
  return known.subscription_id
}

/** Ends everything a deleted tenant has there; its customer is deleted last. */
export async function eraseAtProvider(out: Outbound, tenantId: string): Promise<string> {
  const { tx, gateway } = out
  const rows = await tx.stripe_subscription.findMany({ where: { tenant_id: tenantId, mode: out.mode } })
  for (const row of rows) await cancel(out, row.item_id)
  const customers = await tx.stripe_customer.findMany({ where: { tenant_id: tenantId, mode: out.mode } })
  for (const row of customers) {
    await gateway.call((client) => client.customers.del(row.customer_id).catch(ifGone))
    await tx.stripe_customer.delete({ where: { tenant_id_mode: { tenant_id: tenantId, mode: out.mode } } })
  }
  return `${rows.length} subscriptions, ${customers.length} customers`
}

async function ensureMeter(out: Outbound, metric: string): Promise<void> {
  const { tx, gateway, mode } = out
  const key = { kind: 'meter', code: metric, version: 1, interval: '', mode }
  if (await tx.stripe_price.findUnique({ where: { kind_code_version_interval_mode: key } })) return
  const made = await gateway.call((client) =>
    client.billing.meters.create(
      {
        display_name: `CityOS ${metric}`,
        event_name: `cityos_${metric}`,
        default_aggregation: { formula: 'sum' },
        customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
        value_settings: { event_payload_key: 'value' },
      },
      { idempotencyKey: `meter:${metric}` },
    ),
  )
  await tx.stripe_price.createMany({ data: [{ ...key, price_id: made.id }], skipDuplicates: true })
}

/** Tells the provider's meter what was used; `identifier` makes a repeat count once. */
export async function meter(out: Outbound, tenantId: string, used: { metric: string; hour: string; quantity: number }): Promise<string> {
  const customer = await ensureCustomer(out, tenantId)
  await ensureMeter(out, used.metric)
  const at = Math.floor(Date.parse(used.hour) / 1000)
  const event = await out.gateway.call((client) =>
    client.billing.meterEvents.create({
      event_name: `cityos_${used.metric}`,
      payload: { stripe_customer_id: customer, value: String(used.quantity) },
      identifier: `${tenantId}:${used.metric}:${at}`,
      timestamp: at,
    }),
  )
  return event.identifier
}

async function keepSubscription(out: Outbound, tenantId: string, item: subscription_item, made: Stripe.Subscription): Promise<void> {
  await out.tx.stripe_subscription.create({
    data: {
      item_id: item.id,
      mode: out.mode,
      tenant_id: tenantId,
      scope: scopeOf(priced(item)),
      subscription_id: made.id,
      status: made.status,
      updated_at: out.now,
    },
  })
  // Events of it may have come before this row is there to find: what they were about is read once more.
  const latest = typeof made.latest_invoice === 'string' ? made.latest_invoice : made.latest_invoice?.id
  if (latest) await enqueueStripe(out.tx, `first:${item.id}:${latest}`, tenantId, { kind: 'read-invoice', invoice_id: latest }, out.now)
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

/** Gone already is what was wanted. */
function ifGone(error: unknown): null {
  if ((error as { code?: string }).code === 'resource_missing' || (error as { statusCode?: number }).statusCode === 404) return null
  throw error
}
