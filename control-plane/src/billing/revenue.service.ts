import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Prisma } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import { monthsAfter } from './billing.period.ts'

/** Figures for the dashboard, each one statement over indexed rows. */
@Injectable()
export class RevenueService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
  ) {}

  async read(ctx: RequestContext, currency: string) {
    const now = this.clock.now()
    const money = (amount: bigint | number | null) => ({ amount: Number(amount ?? 0), currency })
    const own = this.#scope(ctx)
    const [recurring, open, statuses, months] = await Promise.all([
      this.registry.db.$queryRaw<{ plan: string; subscriptions: bigint; mrr: bigint }[]>`
        SELECT s.plan_code AS plan, count(DISTINCT s.tenant_id) AS subscriptions,
          coalesce(sum(CASE WHEN i.kind = 'plan' AND s.interval = 'year' THEN round(i.price_amount / 12.0) ELSE i.price_amount END), 0)::bigint AS mrr
        FROM subscription s JOIN subscription_item i ON i.tenant_id = s.tenant_id AND i.ended_at IS NULL AND i.suspended_at IS NULL
        WHERE s.status IN ('active', 'past_due') AND s.currency_code = ${currency} AND ${own('s')}
        GROUP BY s.plan_code ORDER BY mrr DESC`,
      this.registry.db.$queryRaw<{ open: bigint; overdue: bigint; open_count: bigint; overdue_count: bigint }[]>`
        SELECT coalesce(sum(left_amount), 0)::bigint AS open, coalesce(sum(left_amount) FILTER (WHERE due_at < ${now}), 0)::bigint AS overdue,
          count(*) AS open_count, count(*) FILTER (WHERE due_at < ${now}) AS overdue_count
        FROM (SELECT due_at, total_amount - credited_amount - paid_amount + refunded_amount AS left_amount
          FROM invoice i WHERE i.status = 'open' AND i.kind = 'invoice' AND i.currency_code = ${currency} AND ${own('i')}) AS rows`,
      this.registry.db.$queryRaw<{ status: string; count: bigint }[]>`
        SELECT s.status, count(*) AS count FROM subscription s WHERE ${own('s')} GROUP BY s.status`,
      this.#months(currency, now, own),
    ])
    const count = (status: string) => Number(statuses.find((row) => row.status === status)?.count ?? 0)
    const sums = open[0]
    return {
      currency,
      mrr: money(recurring.reduce((sum, row) => sum + Number(row.mrr), 0)),
      open: money(sums?.open ?? 0),
      overdue: money(sums?.overdue ?? 0),
      open_count: Number(sums?.open_count ?? 0),
      overdue_count: Number(sums?.overdue_count ?? 0),
      subscriptions: {
        trialing: count('trialing'),
        active: count('active'),
        past_due: count('past_due'),
        unpaid: count('unpaid'),
        cancelled: count('cancelled'),
      },
      by_plan: recurring.map((row) => ({ plan: row.plan, subscriptions: Number(row.subscriptions), mrr: money(row.mrr) })),
      by_month: months.map((row) => ({
        month: row.month,
        invoiced: money(row.invoiced),
        credited: money(row.credited),
        paid: money(row.paid),
      })),
    }
  }

  /** The last twelve months, also those without a row. */
  #months(currency: string, now: Date, own: (alias: string) => Prisma.Sql) {
    const first = monthsAfter(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)), -11)
    return this.registry.db.$queryRaw<{ month: string; invoiced: bigint; credited: bigint; paid: bigint }[]>`
      SELECT to_char(m.month AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
        (SELECT coalesce(sum(i.subtotal_amount), 0)::bigint FROM invoice i WHERE i.kind = 'invoice' AND i.status NOT IN ('draft', 'void')
          AND i.currency_code = ${currency} AND i.created_at >= m.month AND i.created_at < m.month + interval '1 month' AND ${own('i')}) AS invoiced,
        (SELECT coalesce(sum(i.subtotal_amount), 0)::bigint FROM invoice i WHERE i.kind = 'credit_note'
          AND i.currency_code = ${currency} AND i.created_at >= m.month AND i.created_at < m.month + interval '1 month' AND ${own('i')}) AS credited,
        (SELECT coalesce(sum(CASE p.kind WHEN 'payment' THEN p.amount ELSE -p.amount END), 0)::bigint
          FROM invoice_payment p JOIN invoice i ON i.id = p.invoice_id WHERE p.method <> 'credit' AND i.currency_code = ${currency}
          AND p.at >= m.month AND p.at < m.month + interval '1 month' AND ${own('i')}) AS paid
      FROM generate_series(${first}::timestamptz, ${now}::timestamptz, interval '1 month') AS m(month) ORDER BY m.month`
  }

  /** Rows of the tenants the caller may see. */
  #scope(ctx: RequestContext): (alias: string) => Prisma.Sql {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'billing', 'tenant_id').tenant_id
    return (alias) => {
      const column = Prisma.raw(`${alias}.tenant_id`)
      if (!scope) return Prisma.sql`true`
      return 'in' in scope ? Prisma.sql`${column} = ANY(${scope.in})` : Prisma.sql`NOT ${column} = ANY(${scope.notIn})`
    }
  }
}
