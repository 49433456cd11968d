import type { subscription_item } from '../../generated/client.ts'
import type { Tx } from '../registry/registry.ts'
import { schedule } from './billing.due.ts'
import { type Interval, type Period, periodAt } from './billing.period.ts'
import { periodPrice, prorate, scopeOf } from './billing.proration.ts'
import { wakeStanding } from './billing.wake.ts'
import { issueInvoice, type LineToWrite } from './invoice.issue.ts'
import { lockSubscription } from './invoice.settle.ts'
import { Metered } from './metered.ts'
import { describe, nameOfItem } from './subscription.lines.ts'
import { unpaidOf } from './unpaid.ts'
import { usageLines } from './usage.lines.ts'

export type LockedSubscription = NonNullable<Awaited<ReturnType<typeof lockSubscription>>>

/** An item with its price as a number. */
export const priced = (item: Pick<subscription_item, 'kind' | 'code' | 'price_amount'>) => ({
  kind: item.kind as 'plan' | 'add_on',
  code: item.code,
  price_amount: Number(item.price_amount),
})

/**
 * Begins period `no` of a subscription and writes its invoices: one for the plan with what was used before, and one for
 * each add-on, so that each can be paid, or go off, by itself. A repeat, or a call for a period already begun, does nothing.
 * @returns what came of it, in one word
 */
export async function renew(tx: Tx, tenantId: string, no: number, now: Date): Promise<string> {
  const held = await lockSubscription(tx, tenantId)
  if (!held || held.ended_at) return 'ended'
  if (held.period_no >= no) return 'begun before'
  const interval = held.interval as Interval
  const period = periodAt(held.anchor_at, interval, no - held.anchor_no, no)
  await tx.subscription.update({
    where: { tenant_id: tenantId },
    data: {
      period_no: no,
      period_start: period.start,
      period_end: period.end,
      ...(held.status === 'trialing' ? { status: 'active' } : {}),
    },
  })
  await tx.subscription_period.create({ data: { tenant_id: tenantId, no, starts_at: period.start, ends_at: period.end } })
  await schedule(tx, [{ kind: 'renewal', ref: `${tenantId}:${no + 1}`, tenantId, at: period.end }])
  await wakeStanding(tx, tenantId, now)
  // What is off for non-payment earns nothing: it is charged from the day it is paid and on again.
  const unpaid = await unpaidOf(tx, tenantId)
  if (held.suspended_at || unpaid.suspends) return 'suspended'
  if (held.collection === 'stripe') return 'with the provider'
  await invoicePeriod(tx, { ...held, items: held.items.filter((item) => item.kind === 'plan' || !unpaid.lost.has(item.code)) }, period, now)
  return 'invoiced'
}

/** Writes the invoices of a period that is beginning. */
export async function invoicePeriod(tx: Tx, held: LockedSubscription, period: Period, now: Date): Promise<void> {
  const interval = held.interval as Interval
  const charged = held.items.filter((item) => !item.suspended_at)
  for (const item of charged) {
    const name = await nameOfItem(tx, item)
    const amount = periodPrice(priced(item), interval)
    const lines: LineToWrite[] = [
      {
        kind: item.kind as 'plan' | 'add_on',
        code: item.code,
        description: describe(item.kind as 'plan' | 'add_on', name),
        quantity: 1,
        unit_amount: amount,
        amount,
        start: period.start,
        end: period.end,
      },
    ]
    if (item.kind === 'plan') lines.push(...(await planExtras(tx, held, period, amount, now)))
    await issueInvoice(
      tx,
      {
        tenantId: held.tenant_id,
        scope: scopeOf(priced(item)),
        cause: `period:${scopeOf(priced(item))}:${period.no}`,
        lines,
        period,
        currency: held.currency_code,
        termsDays: held.terms_days,
      },
      now,
    )
  }
}

async function planExtras(tx: Tx, held: LockedSubscription, period: Period, price: number, now: Date): Promise<LineToWrite[]> {
  const terms = await tx.plan_version.findUniqueOrThrow({
    where: { plan_code_version: { plan_code: held.plan_code, version: held.plan_version } },
  })
  const lines = await usageLines(tx, held.tenant_id, period.no, Metered.parse(terms.metered), now)
  const carried = Math.max(Number(held.carried_amount), -price)
  if (carried === 0) return lines
  await tx.subscription.update({ where: { tenant_id: held.tenant_id }, data: { carried_amount: { decrement: carried } } })
  return [
    ...lines,
    { kind: 'carried', code: 'carried', description: describe('carried'), quantity: 1, unit_amount: carried, amount: carried },
  ]
}

/** Charges what is on again after it was paid for the rest of a period it was not invoiced for. */
export async function chargeRest(tx: Tx, tenantId: string, scopes: readonly string[], now: Date): Promise<void> {
  const held = await lockSubscription(tx, tenantId)
  if (!held || held.collection === 'stripe' || held.status === 'trialing' || held.ended_at) return
  const period = { no: held.period_no, start: held.period_start, end: held.period_end }
  for (const item of held.items.filter((one) => scopes.includes(scopeOf(priced(one))))) {
    const scope = scopeOf(priced(item))
    const cause = `period:${scope}:${period.no}`
    const paidFor = await tx.invoice.findFirst({
      where: { tenant_id: tenantId, scope, kind: 'invoice', status: { not: 'void' }, period_end: period.end },
      select: { id: true },
    })
    const amount = prorate(periodPrice(priced(item), held.interval as Interval), period, now)
    if (paidFor || amount <= 0) continue
    const line: LineToWrite = {
      kind: 'proration',
      code: item.code,
      description: describe('rest', await nameOfItem(tx, item)),
      quantity: 1,
      unit_amount: amount,
      amount,
      start: now,
      end: period.end,
    }
    const invoice = { tenantId, scope, cause, lines: [line], period, currency: held.currency_code, termsDays: held.terms_days }
    await issueInvoice(tx, invoice, now)
  }
}
