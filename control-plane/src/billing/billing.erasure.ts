import type { StepContext } from '../operations/definition.ts'
import type { Db } from '../registry/registry.ts'
import { enqueueStripe } from '../stripe/stripe.jobs.ts'

/** What of a tenant's billing is still running: must be empty once it is erased. Issued invoices stay, as the law wants. */
export async function billingInventory(db: Db, tenantId: string): Promise<{ kind: string; name: string }[]> {
  const where = { tenant_id: tenantId }
  const [subscription, items, dues, customers, provided, profile] = await Promise.all([
    db.subscription.findMany({ where: { ...where, ended_at: null } }),
    db.subscription_item.findMany({ where: { ...where, ended_at: null } }),
    db.billing_due.count({ where: { ...where, done_at: null } }),
    db.stripe_customer.findMany({ where }),
    db.stripe_subscription.findMany({ where: { ...where, status: { notIn: ['canceled', 'incomplete_expired'] } } }),
    db.billing_profile.count({ where }),
  ])
  return [
    ...subscription.map((row) => ({ kind: 'subscription', name: row.plan_code })),
    ...items.map((row) => ({ kind: 'subscription item', name: `${row.kind} ${row.code}` })),
    ...(dues > 0 ? [{ kind: 'billing due', name: String(dues) }] : []),
    ...customers.map((row) => ({ kind: 'stripe customer', name: row.customer_id })),
    ...provided.map((row) => ({ kind: 'stripe subscription', name: row.subscription_id })),
    ...(profile > 0 ? [{ kind: 'billing profile', name: tenantId }] : []),
  ]
}

type Erasing = Pick<StepContext<unknown>, 'db' | 'write' | 'now' | 'tenantId'>

/** Ends what runs and forgets what may be forgotten; a repeat finds nothing left. @returns one line about it */
export async function eraseBilling(ctx: Erasing): Promise<string> {
  const where = { tenant_id: ctx.tenantId }
  const now = ctx.now()
  await ctx.write(async (tx) => {
    await tx.subscription_item.updateMany({ where: { ...where, ended_at: null }, data: { ended_at: now } })
    await tx.subscription.updateMany({
      where: { ...where, ended_at: null },
      data: { ended_at: now, status: 'cancelled', suspended_at: null },
    })
    await tx.billing_due.updateMany({ where: { ...where, done_at: null }, data: { done_at: now, outcome: 'the tenant is deleted' } })
    await tx.usage_hour.deleteMany({ where })
    await tx.billing_profile.deleteMany({ where })
    const provided = await tx.stripe_customer.count({ where })
    if (provided > 0) await enqueueStripe(tx, `erase:${ctx.tenantId}`, ctx.tenantId, { kind: 'erase' }, now)
  })
  const left = await ctx.db.stripe_customer.count({ where })
  if (left > 0) throw new Error('the payment provider has not confirmed yet that it forgot the tenant')
  const invoices = await ctx.db.invoice.count({ where })
  return `the subscription is ended; ${invoices} issued invoices are kept by law`
}
