import { DomainError, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { invoice, Prisma } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { dismiss, remindersOf } from './billing.due.ts'
import { wakeStanding } from './billing.wake.ts'
import type { Invoice, InvoiceDetail, InvoiceStatus } from './invoice.contract.ts'
import { creditInvoice } from './invoice.credit.ts'
import { balanceOf, lockInvoice, lockSubscription, receive, settle } from './invoice.settle.ts'
import { type InvoiceRow, viewDetail, viewInvoice, withParties } from './invoice.view.ts'

export interface InvoiceFilter {
  tenant?: string | undefined
  status?: InvoiceStatus | undefined
  kind?: 'invoice' | 'credit_note' | undefined
  overdue?: boolean | undefined
  from?: string | undefined
  to?: string | undefined
  q?: string | undefined
}

interface Sum {
  amount: number
  currency: string
}

const orders: Record<string, Prisma.invoiceOrderByWithRelationInput> = {
  created_at: { created_at: 'asc' },
  '-created_at': { created_at: 'desc' },
  due_at: { due_at: 'asc' },
  '-due_at': { due_at: 'desc' },
  total: { total_amount: 'asc' },
  '-total': { total_amount: 'desc' },
  number: { number: 'asc' },
  '-number': { number: 'desc' },
}

/** Invoices as finance works with them; every act is locked, booked once and audited. */
@Injectable()
export class InvoiceService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
  ) {}

  async list(
    ctx: RequestContext,
    filter: InvoiceFilter & { order?: string | undefined; limit: number; offset: number },
  ): Promise<Page<Invoice>> {
    const where = this.#where(ctx, filter, 'read')
    const orderBy = [orders[filter.order ?? ''] ?? { created_at: 'desc' as const }, { id: 'desc' as const }]
    const [rows, total] = await Promise.all([
      this.registry.db.invoice.findMany({ where, orderBy, take: filter.limit, skip: filter.offset, include: withParties }),
      this.registry.db.invoice.count({ where }),
    ])
    const mayAct = this.abilities.of(ctx.actor).can('operate', 'invoice')
    return { items: rows.map((row) => viewInvoice(row, this.clock.now(), mayAct)), total }
  }

  /** Rows for the export, in pages, oldest first. */
  async *rows(ctx: RequestContext, filter: InvoiceFilter): AsyncGenerator<Invoice> {
    const where = this.#where(ctx, filter, 'export')
    let after: string | null = null
    for (let page = 0; page < 100; page++) {
      const rows: InvoiceRow[] = await this.#page(where, after)
      for (const row of rows) yield viewInvoice(row, this.clock.now(), false)
      if (rows.length < 1000) return
      after = rows.at(-1)!.id
    }
  }

  #page(where: Prisma.invoiceWhereInput, after: string | null): Promise<InvoiceRow[]> {
    return this.registry.db.invoice.findMany({
      where,
      orderBy: [{ created_at: 'asc' }, { id: 'asc' }],
      take: 1000,
      ...(after === null ? {} : { cursor: { id: after }, skip: 1 }),
      include: withParties,
    })
  }

  async read(ctx: RequestContext, id: string): Promise<InvoiceDetail> {
    const row = await this.#visible(ctx, id, 'read')
    return this.#detail(ctx, this.registry.db as Tx, row.id)
  }

  /** @throws DomainError invalid_transition | amount_out_of_range | currency_mismatch | already_exists */
  async pay(ctx: RequestContext, id: string, asked: { reference: string; amount?: Sum | undefined; paid_at?: string | undefined }) {
    return this.#act(ctx, id, 'pay', async (tx, row, now) => {
      requireOffline(row)
      if (row.kind !== 'invoice' || !['open', 'uncollectible'].includes(row.status)) throw refused(row, 'paid')
      const amount = sumIn(row, asked.amount) ?? balanceOf(row)
      const at = asked.paid_at ? new Date(asked.paid_at) : now
      await receive(tx, row, { amount, method: 'bank_transfer', reference: asked.reference, by: auditOf(ctx).actor, at })
      await settle(tx, row.id, now)
      return { amount, reference: asked.reference }
    })
  }

  /** @throws DomainError invalid_transition | credit_exceeds_invoice | currency_mismatch */
  async credit(ctx: RequestContext, id: string, asked: { amount?: Sum | undefined; reason: string; reference?: string | undefined }) {
    return this.#act(
      ctx,
      id,
      asked.reference === undefined ? 'credit' : 'refund',
      async (tx, row, now) => {
        requireOffline(row)
        if (asked.reference !== undefined) {
          if (row.status !== 'paid') throw refused(row, 'refunded')
          await requireUnused(tx, asked.reference)
        }
        const amount = sumIn(row, asked.amount) ?? Number(row.total_amount - row.credited_amount)
        const note = {
          amount,
          cause: `credit:${row.id}:${row.credited_amount}:${ctx.idempotencyKey ?? ctx.requestId}`,
          reason: asked.reason,
          by: auditOf(ctx).actor,
          ...(asked.reference === undefined ? {} : { refundReference: asked.reference }),
        }
        await creditInvoice(tx, row, note, now)
        return { amount, ...(asked.reference ? { reference: asked.reference } : {}) }
      },
      asked.reason,
    )
  }

  /** @throws DomainError invalid_transition once anything was paid or credited */
  async void(ctx: RequestContext, id: string, reason: string) {
    return this.#act(
      ctx,
      id,
      'void',
      async (tx, row, now) => {
        requireOffline(row)
        if (row.status !== 'open' || row.paid_amount > 0n || row.credited_amount > 0n) throw refused(row, 'voided')
        await tx.invoice.update({ where: { id: row.id }, data: { status: 'void', closed_at: now } })
        await dismiss(tx, { kind: 'dunning', ref: { in: remindersOf(row.id) } }, 'void', now)
        return {}
      },
      reason,
    )
  }

  /** @throws DomainError invalid_transition */
  async writeOff(ctx: RequestContext, id: string, reason: string) {
    return this.#act(
      ctx,
      id,
      'uncollectible',
      async (tx, row, now) => {
        requireOffline(row)
        if (row.kind !== 'invoice' || row.status !== 'open') throw refused(row, 'written off')
        await tx.invoice.update({ where: { id: row.id }, data: { status: 'uncollectible', closed_at: now } })
        await dismiss(tx, { kind: 'dunning', ref: { in: remindersOf(row.id) } }, 'written off', now)
        return {}
      },
      reason,
    )
  }

  async #act(
    ctx: RequestContext,
    id: string,
    verb: string,
    work: (tx: Tx, row: invoice, now: Date) => Promise<Record<string, unknown>>,
    reason: string | null = null,
  ): Promise<InvoiceDetail> {
    const seen = await this.#visible(ctx, id, 'operate')
    return this.registry.within(ctx, async (tx) => {
      await lockSubscription(tx, seen.tenant_id)
      const row = await lockInvoice(tx, seen.id)
      const now = this.clock.now()
      const changes = await work(tx, row, now)
      await wakeStanding(tx, row.tenant_id, now)
      await audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: `invoice.${verb}`,
        tenantId: row.tenant_id,
        resource: { type: 'invoice', id: row.id },
        reason,
        changes: { number: row.number, ...changes },
      })
      return this.#detail(ctx, tx, row.id)
    })
  }

  async #detail(ctx: RequestContext, tx: Tx, id: string): Promise<InvoiceDetail> {
    const row = await tx.invoice.findUniqueOrThrow({ where: { id }, include: withParties })
    const lines = await tx.invoice_line.findMany({ where: { invoice_id: id }, orderBy: { position: 'asc' } })
    const payments = await tx.invoice_payment.findMany({ where: { invoice_id: id }, orderBy: { at: 'asc' } })
    const credits = await tx.invoice.findMany({ where: { refers_to_id: id }, orderBy: { created_at: 'asc' } })
    const reminders = await tx.billing_due.findMany({
      where: { kind: 'dunning', ref: { in: remindersOf(id) } },
      orderBy: { due_at: 'asc' },
    })
    const mayAct = this.abilities.of(ctx.actor).can('operate', 'invoice')
    return viewDetail(row, { lines, payments, credits, reminders }, this.clock.now(), mayAct)
  }

  /** @throws DomainError not_found also for an invoice of a tenant the caller may not see */
  async #visible(ctx: RequestContext, id: string, action: 'read' | 'operate'): Promise<invoice> {
    const scope = tenantScope(this.abilities.of(ctx.actor), action, 'invoice', 'tenant_id')
    const row = await this.registry.db.invoice.findFirst({ where: { AND: [scope, { OR: [{ id }, { number: id }] }] } })
    if (!row) throw new DomainError('not_found', { message: `there is no invoice "${id.slice(0, 60)}"` })
    return row
  }

  #where(ctx: RequestContext, filter: InvoiceFilter, action: 'read' | 'export'): Prisma.invoiceWhereInput {
    const text = filter.q?.trim()
    const day = (value: string) => new Date(`${value}T00:00:00Z`)
    return {
      AND: [
        tenantScope(this.abilities.of(ctx.actor), action, 'invoice', 'tenant_id'),
        ...(filter.tenant ? [{ OR: [{ tenant_id: filter.tenant }, { tenant: { slug: filter.tenant } }] }] : []),
        ...(filter.status ? [{ status: filter.status }] : []),
        ...(filter.kind ? [{ kind: filter.kind }] : []),
        ...(filter.overdue === true ? [{ status: 'open', due_at: { lt: this.clock.now() } }] : []),
        ...(filter.from ? [{ created_at: { gte: day(filter.from) } }] : []),
        ...(filter.to ? [{ created_at: { lt: day(filter.to) } }] : []),
        ...(text ? [{ OR: [{ number: { contains: text.toUpperCase() } }, { tenant: { slug: { contains: text.toLowerCase() } } }] }] : []),
      ],
    }
  }
}

/** @throws DomainError currency_mismatch */
function sumIn(row: invoice, sum: Sum | undefined): number | null {
  if (!sum) return null
  if (sum.currency === row.currency_code) return sum.amount
  throw new DomainError('currency_mismatch', { field: 'amount', message: `${row.number} is in ${row.currency_code}` })
}

function requireOffline(row: invoice): void {
  if (row.stripe_invoice_id === null) return
  throw new DomainError('invalid_transition', {
    message: `${row.number} is collected by the payment provider: act on it there, it is seen here at once`,
  })
}

async function requireUnused(tx: Tx, reference: string): Promise<void> {
  const where = { method_kind_reference: { method: 'bank_transfer', kind: 'refund', reference } }
  const seen = await tx.invoice_payment.findUnique({ where })
  if (seen) throw new DomainError('already_exists', { field: 'reference', message: `${reference} was booked already` })
}

function refused(row: invoice, verb: string): DomainError {
  const what = row.kind === 'credit_note' ? 'a credit note' : row.status
  return new DomainError('invalid_transition', {
    message: `${row.number ?? 'a draft'} is ${what}: it cannot be ${verb}`,
    details: { status: row.status },
  })
}
