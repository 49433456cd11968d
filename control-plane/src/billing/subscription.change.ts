import { formatMoney, newId } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'
import { enqueueStripe } from '../stripe/stripe.jobs.ts'
import { dismiss, schedule } from './billing.due.ts'
import { creditInvoice } from './invoice.credit.ts'
import { issueInvoice, type LineToWrite } from './invoice.issue.ts'
import { lockInvoice, lockSubscription } from './invoice.settle.ts'
import { describe, nameOfItem } from './subscription.lines.ts'
import { type PricedChange, type PricedDocument, priceTerms, type Terms } from './subscription.plan-change.ts'
import type { LockedSubscription } from './subscription.renew.ts'

/**
 * Moves a subscription to other terms: items, period, invoices and credit notes, in one transaction and once per `change`
 * (an operation's id). Priced at `at`, the moment that was previewed.
 * @returns one line about it
 */
export async function applyTerms(tx: Tx, tenantId: string, change: string, terms: Terms, at: Date, now: Date): Promise<string> {
  const held = await lockSubscription(tx, tenantId)
  if (!held || held.ended_at) return 'it has no subscription'
  const { count } = await tx.billing_due.createMany({
    data: [{ kind: 'change', ref: change, tenant_id: tenantId, due_at: now, done_at: now, outcome: 'applied' }],
    skipDuplicates: true,
  })
  if (count === 0) return 'the subscription was changed before'
  const within = at > held.period_start && at <= now ? at : now
  const wanted = await stillWanted(tx, held, terms)
  if (wanted.plan === undefined && wanted.add.length + wanted.remove.length === 0) return 'the subscription stays'
  const priced = await priceTerms(tx, held, wanted, within)
  const made = await moveItems(tx, held, priced, change, now)
  await moveSubscription(tx, held, priced, now)
  if (held.collection === 'stripe') await tellProvider(tx, held, priced, made, now)
  else for (const document of priced.documents) await writeDocument(tx, held, priced, document, change, now)
  return summary(priced, held.currency_code)
}

/** The tenant may have got there by another way meanwhile: what is so already needs nothing. */
async function stillWanted(tx: Tx, held: LockedSubscription, terms: Terms): Promise<Terms> {
  const has = (vertical: string) => held.items.some((item) => item.kind === 'add_on' && item.code === vertical)
  const target = terms.plan === undefined ? null : await tx.plan.findUnique({ where: { code: terms.plan } })
  const isThere = target === null || (target.code === held.plan_code && target.version === held.plan_version)
  return {
    ...(isThere ? {} : { plan: terms.plan }),
    add: terms.add.filter((vertical) => !has(vertical)),
    remove: terms.remove.filter(has),
  }
}

async function moveItems(tx: Tx, held: LockedSubscription, change: PricedChange, cause: string, now: Date) {
  await tx.subscription_item.updateMany({ where: { id: { in: change.removed.map((item) => item.id) } }, data: { ended_at: now } })
  const made = change.added.map((item) => ({
    id: newId('sit'),
    tenant_id: held.tenant_id,
    kind: item.kind as string,
    code: item.code,
    version: item.version,
    price_amount: item.price_amount,
    currency_code: held.currency_code,
    cause,
    started_at: now,
  }))
  await tx.subscription_item.createMany({ data: made })
  return made
}

/** The provider invoices what changed, at the same moment: the plan's subscription moves, add-ons begin and end. */
async function tellProvider(tx: Tx, held: LockedSubscription, change: PricedChange, made: { id: string; kind: string }[], now: Date) {
  const at = Math.floor(change.at.getTime() / 1000)
  const formerPlan = change.removed.find((item) => item.kind === 'plan')
  for (const item of made) {
    const job =
      item.kind === 'plan' && formerPlan
        ? { kind: 'move' as const, from_item_id: formerPlan.id, item_id: item.id, at }
        : { kind: 'subscribe' as const, item_id: item.id }
    await enqueueStripe(tx, `${job.kind}:${item.id}`, held.tenant_id, job, now)
  }
  for (const item of change.removed.filter((one) => one.kind === 'add_on')) {
    await enqueueStripe(tx, `cancel:${item.id}`, held.tenant_id, { kind: 'cancel', item_id: item.id }, now)
  }
}

async function moveSubscription(tx: Tx, held: LockedSubscription, change: PricedChange, now: Date): Promise<void> {
  const { plan, next } = change
  await tx.subscription.update({
    where: { tenant_id: held.tenant_id },
    data: {
      version: { increment: 1 },
      ...(plan ? { plan_code: plan.code, plan_version: plan.version, price_amount: plan.price_amount, interval: plan.interval } : {}),
      ...(next
        ? {
            anchor_at: next.period.start,
            anchor_no: next.period.no,
            period_no: next.period.no,
            period_start: next.period.start,
            period_end: next.period.end,
          }
        : {}),
    },
  })
  if (!next) return
  const where = { tenant_id_no: { tenant_id: held.tenant_id, no: held.period_no } }
  await tx.subscription_period.update({ where, data: { ends_at: next.period.start } })
  await tx.subscription_period.create({
    data: { tenant_id: held.tenant_id, no: next.period.no, starts_at: next.period.start, ends_at: next.period.end },
  })
  await dismiss(tx, { kind: 'renewal', tenant_id: held.tenant_id }, 'the period was changed', now)
  await schedule(tx, [{ kind: 'renewal', ref: `${held.tenant_id}:${next.period.no + 1}`, tenantId: held.tenant_id, at: next.period.end }])
}

async function writeDocument(
  tx: Tx,
  held: LockedSubscription,
  change: PricedChange,
  document: PricedDocument,
  cause: string,
  now: Date,
): Promise<void> {
  const { scope } = document
  if (document.kind === 'carried') return carry(tx, held, document.net)
  if (document.kind === 'credit_note') return creditScope(tx, held, document, cause, now)
  const lines: LineToWrite[] = []
  for (const line of document.lines) {
    const kind = scope === 'plan' ? 'plan' : 'add_on'
    lines.push({
      kind: 'proration',
      code: line.code,
      description: describe(line.amount < 0 ? 'back' : 'rest', await nameOfItem(tx, { kind, code: line.code })),
      quantity: 1,
      unit_amount: line.amount,
      amount: line.amount,
      start: line.start,
      end: line.end,
    })
  }
  const period = change.next?.period ?? { start: change.at, end: held.period_end }
  const invoice = { tenantId: held.tenant_id, scope, cause: `change:${cause}:${scope}`, lines, period }
  await issueInvoice(tx, { ...invoice, currency: held.currency_code, termsDays: held.terms_days }, now)
}

/** Takes what goes back off the scope's invoices, the newest first; what no invoice holds is carried to the next. */
async function creditScope(tx: Tx, held: LockedSubscription, document: PricedDocument, cause: string, now: Date): Promise<void> {
  const rows = await tx.invoice.findMany({
    where: {
      tenant_id: held.tenant_id,
      scope: document.scope,
      kind: 'invoice',
      status: { in: ['open', 'paid', 'uncollectible'] },
      total_amount: { gt: tx.invoice.fields.credited_amount },
    },
    orderBy: [{ issued_at: 'desc' }, { id: 'desc' }],
    select: { id: true },
    take: 50,
  })
  let left = document.total
  for (const { id } of rows) {
    if (left === 0) return
    const row = await lockInvoice(tx, id)
    const amount = Math.min(left, Number(row.total_amount - row.credited_amount))
    if (amount <= 0) continue
    const note = { amount, cause: `change:${cause}:${document.scope}:${id}`, reason: 'unused time of the period', by: 'system:billing' }
    await creditInvoice(tx, row, note, now)
    left -= amount
  }
  if (left > 0) await carry(tx, held, -Math.round((left * document.net) / document.total))
}

async function carry(tx: Tx, held: LockedSubscription, net: number): Promise<void> {
  await tx.subscription.update({ where: { tenant_id: held.tenant_id }, data: { carried_amount: { increment: net } } })
}

function summary(change: PricedChange, currency: string): string {
  const parts = [
    ...(change.plan ? [`plan ${change.plan.code}`] : []),
    ...change.added.filter((item) => item.kind === 'add_on').map((item) => `add-on ${item.code}`),
    ...change.removed.filter((item) => item.kind === 'add_on').map((item) => `without add-on ${item.code}`),
  ]
  const sum = formatMoney({ amount: Math.abs(change.total), currency }, 'en')
  return `${parts.join(', ')} from now on: ${change.total < 0 ? `${sum} credited` : `${sum} charged`}`
}
