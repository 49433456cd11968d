import { newId } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'
import { enqueueStripe } from '../stripe/stripe.jobs.ts'
import { stripeSettings } from '../stripe/stripe.settings.ts'
import { schedule } from './billing.due.ts'
import { type Interval, periodAt } from './billing.period.ts'
import { lockSubscription } from './invoice.settle.ts'
import { invoicePeriod } from './subscription.renew.ts'

const day = 86_400_000
/** Days before (or at) the end of a trial on which its owner is told. */
export const trialNotices = [7, 1, 0] as const

/**
 * Begins a tenant's subscription to its plan: the plan's present terms, its first period (or its trial), and what is due
 * with it. A repeat finds what the first call made.
 * @returns whether this call made it
 */
export async function startSubscription(tx: Tx, tenantId: string, planCode: string, now: Date): Promise<boolean> {
  const plan = await tx.plan.findUniqueOrThrow({ where: { code: planCode } })
  const trialEnds = plan.trial_days > 0 ? new Date(now.getTime() + plan.trial_days * day) : null
  const anchor = trialEnds ?? now
  const first = trialEnds ? { no: 1, start: now, end: trialEnds } : periodAt(anchor, plan.interval as Interval, 0, 1)
  const provider = stripeSettings()
  const { count } = await tx.subscription.createMany({
    data: [
      {
        tenant_id: tenantId,
        status: trialEnds ? 'trialing' : 'active',
        collection: provider ? 'stripe' : 'offline',
        plan_code: plan.code,
        plan_version: plan.version,
        price_amount: plan.price_amount,
        currency_code: plan.currency_code,
        interval: plan.interval,
        anchor_at: anchor,
        // A trial is period 1: the paid ones begin with its end.
        anchor_no: trialEnds ? 2 : 1,
        period_no: 1,
        period_start: first.start,
        period_end: first.end,
        started_at: now,
        trial_ends_at: trialEnds,
      },
    ],
    skipDuplicates: true,
  })
  if (count === 0) return false
  const itemId = newId('sit')
  await tx.subscription_item.create({
    data: {
      id: itemId,
      tenant_id: tenantId,
      kind: 'plan',
      code: plan.code,
      version: plan.version,
      price_amount: plan.price_amount,
      currency_code: plan.currency_code,
      cause: 'start',
      started_at: now,
    },
  })
  await tx.subscription_period.create({ data: { tenant_id: tenantId, no: 1, starts_at: first.start, ends_at: first.end } })
  await schedule(tx, [
    { kind: trialEnds ? 'trial-end' : 'renewal', ref: `${tenantId}:2`, tenantId, at: first.end },
    ...(trialEnds
      ? trialNotices.map((days) => ({
          kind: 'trial-notice' as const,
          ref: `${tenantId}:${days}`,
          tenantId,
          at: new Date(trialEnds.getTime() - days * day),
        }))
      : []),
  ])
  const held = await lockSubscription(tx, tenantId)
  if (provider) await enqueueStripe(tx, `subscribe:${itemId}`, tenantId, { kind: 'subscribe', item_id: itemId }, now)
  else if (!trialEnds && held) await invoicePeriod(tx, held, first, now)
  return true
}
