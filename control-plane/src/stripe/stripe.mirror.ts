import { splitByWeight } from '@cityos/contract'
import type Stripe from 'stripe'
import type { invoice } from '../../generated/client.ts'
import { dismiss, remindersOf } from '../billing/billing.due.ts'
import { wakeStanding } from '../billing/billing.wake.ts'
import { issueForeignInvoice } from '../billing/invoice.foreign.ts'
import { lockInvoice, lockSubscription, receive, settle } from '../billing/invoice.settle.ts'
import type { Outbound } from './stripe.outbound.ts'

/**
 * Makes our row what the provider's object is now. It is read again under a lock each time, so that an event that comes
 * twice, late or out of order ends in the same state as one in order.
 */
export async function mirrorInvoice(out: Outbound, invoiceId: string): Promise<string> {
  const { tx, gateway, now } = out
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`stripe ${invoiceId}`}))`
  const found = await gateway.call((client) => client.invoices.retrieve(invoiceId))
  const owner = await ownerOf(out, found)
  if (!owner) return 'not of a tenant'
  if (found.status === 'draft' || found.status === null) return 'a draft'
  await lockSubscription(tx, owner.tenant_id)
  const known = await tx.invoice.findUnique({ where: { stripe_invoice_id: found.id ?? invoiceId } })
  const id = known?.id ?? (await writeInvoice(out, owner, found))
  if (id === null) return 'nothing to pay'
  const row = await lockInvoice(tx, id)
  await bringTo(out, row, found)
  await wakeStanding(tx, owner.tenant_id, now)
  return found.status
}

async function bringTo(out: Outbound, row: invoice, found: Stripe.Invoice): Promise<void> {
  const { tx, now } = out
  if (row.status === 'void' || row.status === 'paid') return
  const missing = found.amount_paid - Number(row.paid_amount)
  if (missing > 0) {
    const reference = `${row.stripe_invoice_id}:${found.amount_paid}`
    await receive(tx, row, { amount: missing, method: 'stripe', reference, by: 'system:stripe', at: now })
  }
  if (found.status === 'paid') return void (await settle(tx, row.id, now))
  if (found.status !== 'void' && found.status !== 'uncollectible') return
  if (row.status === found.status) return
  await tx.invoice.update({ where: { id: row.id }, data: { status: found.status, closed_at: now } })
  await dismiss(tx, { kind: 'dunning', ref: { in: remindersOf(row.id) } }, found.status, now)
}

/** @returns the id of our row; null for an invoice over nothing, which takes no number */
async function writeInvoice(out: Outbound, owner: { tenant_id: string; scope: string }, found: Stripe.Invoice): Promise<string | null> {
  if (found.total <= 0) return null
  const lines = found.lines.data
  const nets = splitByWeight(
    found.total - taxIn(found),
    lines.map((line) => Math.abs(line.amount)),
  )
  const isPlain = lines.reduce((sum, line) => sum + line.amount, 0) === found.total - taxIn(found)
  return issueForeignInvoice(
    out.tx,
    {
      tenantId: owner.tenant_id,
      scope: owner.scope,
      cause: `stripe:${found.id}`,
      stripeInvoiceId: found.id!,
      currency: found.currency.toUpperCase(),
      tax: taxIn(found),
      dueAt: found.due_date ? new Date(found.due_date * 1000) : out.now,
      lines: lines.map((line, index) => ({
        code: owner.scope,
        description: line.description ?? owner.scope,
        amount: isPlain ? line.amount : nets[index]!,
        start: new Date(line.period.start * 1000),
        end: new Date(line.period.end * 1000),
      })),
    },
    out.now,
  )
}

const taxIn = (found: Stripe.Invoice): number => found.total - (found.total_excluding_tax ?? found.subtotal)

/** Which tenant and scope an invoice is of: by its subscription, which we made. */
async function ownerOf(out: Outbound, found: Stripe.Invoice): Promise<{ tenant_id: string; scope: string } | null> {
  const details = found.parent?.subscription_details?.subscription ?? (found as unknown as { subscription?: string }).subscription
  const id = typeof details === 'string' ? details : (details?.id ?? null)
  if (id === null) return null
  return out.tx.stripe_subscription.findUnique({
    where: { subscription_id_mode: { subscription_id: id, mode: out.mode } },
    select: { tenant_id: true, scope: true },
  })
}

export async function mirrorSubscription(out: Outbound, subscriptionId: string): Promise<string> {
  const { tx, gateway, mode, now } = out
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`stripe ${subscriptionId}`}))`
  const where = { subscription_id_mode: { subscription_id: subscriptionId, mode } }
  const known = await tx.stripe_subscription.findUnique({ where })
  if (!known) return 'not of a tenant'
  const found = await gateway.call((client) => client.subscriptions.retrieve(subscriptionId))
  if (known.status !== found.status) {
    await tx.stripe_subscription.update({ where, data: { status: found.status, updated_at: now } })
    await wakeStanding(tx, known.tenant_id, now)
  }
  return found.status
}
