import { currencyExponent, DomainError } from '@cityos/contract'
import type { plan, subscription_item } from '../../generated/client.ts'
import type { Tx } from '../registry/registry.ts'
import { type Interval, type Period, periodAt } from './billing.period.ts'
import { type Priced, type ProratedLine, priceChange, scopeOf } from './billing.proration.ts'
import { type Tax, taxFor } from './billing.tax.ts'
import { buyerOf, totalOf } from './invoice.issue.ts'
import { type LockedSubscription, priced } from './subscription.renew.ts'

/** What somebody wants to pay for from now on. */
export interface Terms {
  /** Code of a plan: another one, or the same at its present terms. */
  plan?: string | undefined
  /** Verticals to add to the plan. */
  add: readonly string[]
  /** Add-ons to give up. */
  remove: readonly string[]
}

/** One document a change makes: an invoice, a credit note, or a difference too small for either. */
export interface PricedDocument {
  scope: string
  kind: 'invoice' | 'credit_note' | 'carried'
  /** Net, tax, gross in minor units; a credit note's are positive. */
  net: number
  tax: number
  total: number
  lines: ProratedLine[]
}

export interface PricedChange {
  at: Date
  removed: subscription_item[]
  added: (Priced & { version: number })[]
  plan: plan | null
  next: { period: Period; interval: Interval } | null
  documents: PricedDocument[]
  /** What is charged in all, gross: credit notes count against it. */
  total: number
}

/**
 * Works out what a change costs at a moment, without writing anything: what is previewed is what is charged.
 * In a trial nothing is paid for yet, so nothing is prorated.
 * @throws DomainError unknown_plan | already_exists | not_found | currency_mismatch | validation_failed
 */
export async function priceTerms(tx: Tx, held: LockedSubscription, terms: Terms, at: Date): Promise<PricedChange> {
  const target = terms.plan === undefined ? null : await offeredPlan(tx, held, terms.plan)
  const current = held.items.find((item) => item.kind === 'plan')!
  const leaving = terms.remove.map((vertical) => ownAddOn(held, vertical))
  const removed = [...(target ? [current] : []), ...leaving]
  const added = [
    ...(target ? [{ kind: 'plan' as const, code: target.code, version: target.version, price_amount: Number(target.price_amount) }] : []),
    ...(await Promise.all(terms.add.map((vertical) => offeredAddOn(tx, held, vertical)))),
  ]
  const interval = held.interval as Interval
  const nextInterval = (target?.interval ?? held.interval) as Interval
  const isTrial = held.status === 'trialing'
  const next =
    nextInterval === interval || isTrial ? null : { period: periodAt(at, nextInterval, 0, held.period_no + 1), interval: nextInterval }
  const kept = held.items.filter((item) => !removed.includes(item) && !item.suspended_at).map(priced)
  const lines = isTrial
    ? []
    : priceChange({
        period: { no: held.period_no, start: held.period_start, end: held.period_end },
        interval,
        at,
        removed: removed.filter((item) => !item.suspended_at).map(priced),
        added,
        ...(next ? { next: { ...next, kept } } : {}),
      })
  const tax = taxFor(await buyerOf(tx, held.tenant_id))
  const scopes = [...new Set([...removed.map((item) => scopeOf(priced(item))), ...added.map(scopeOf), ...(next ? kept.map(scopeOf) : [])])]
  const documents = scopes
    .map((scope) =>
      documentOf(
        scope,
        lines.filter((line) => line.scope === scope),
        tax,
        held,
      ),
    )
    .filter((document) => document.net !== 0)
  const signed = (document: PricedDocument) =>
    document.kind === 'invoice' ? document.total : document.kind === 'credit_note' ? -document.total : 0
  return { at, removed, added, plan: target, next, documents, total: documents.reduce((sum, document) => sum + signed(document), 0) }
}

/** A net below one unit of the currency is carried to the plan's next invoice (docs/spec/core.md, subscription). */
function documentOf(scope: string, lines: ProratedLine[], tax: Tax, held: LockedSubscription): PricedDocument {
  const { subtotal, tax: taxed, total } = totalOf(lines, tax)
  const unit = 10 ** currencyExponent(held.currency_code)
  if (scope === 'plan' && Math.abs(subtotal) < unit) return { scope, kind: 'carried', net: subtotal, tax: 0, total: 0, lines }
  if (subtotal >= 0) return { scope, kind: 'invoice', net: subtotal, tax: taxed, total, lines }
  return { scope, kind: 'credit_note', net: -subtotal, tax: -taxed, total: -total, lines }
}

async function offeredPlan(tx: Tx, held: LockedSubscription, code: string): Promise<plan> {
  const found = await tx.plan.findUnique({ where: { code } })
  if (!found || found.archived_at) {
    throw new DomainError('unknown_plan', { field: 'plan', message: `plan "${code}" is not offered` })
  }
  if (found.currency_code !== held.currency_code) {
    throw new DomainError('currency_mismatch', {
      field: 'plan',
      message: `plan ${code} is paid in ${found.currency_code}, this subscription in ${held.currency_code}`,
    })
  }
  if (found.code === held.plan_code && found.version === held.plan_version) {
    throw new DomainError('validation_failed', { field: 'plan', message: `the tenant is on plan ${code} at its present terms already` })
  }
  return found
}

async function offeredAddOn(tx: Tx, held: LockedSubscription, vertical: string): Promise<Priced & { version: number }> {
  const found = await tx.add_on.findUnique({ where: { vertical } })
  if (!found?.offered) {
    throw new DomainError('unknown_vertical', { field: 'add', message: `${vertical} is not offered as an add-on` })
  }
  if (held.items.some((item) => item.kind === 'add_on' && item.code === vertical)) {
    throw new DomainError('already_exists', { field: 'add', message: `the tenant has the add-on ${vertical} already` })
  }
  if (found.currency_code !== held.currency_code) {
    throw new DomainError('currency_mismatch', { field: 'add', message: `the add-on ${vertical} is paid in ${found.currency_code}` })
  }
  return { kind: 'add_on', code: vertical, version: found.version, price_amount: Number(found.price_amount) }
}

function ownAddOn(held: LockedSubscription, vertical: string): subscription_item {
  const item = held.items.find((one) => one.kind === 'add_on' && one.code === vertical)
  if (!item) throw new DomainError('not_found', { field: 'remove', message: `the tenant has no add-on ${vertical}` })
  return item
}
