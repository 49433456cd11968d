import type { Input, Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../../platform/db/index.ts'
import { actionsFor, transition } from '../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { AddressService } from './address.service.ts'
import type { AdminCustomer, getAdminCustomer, listAdminCustomers } from './contract.ts'
import { customerLifecycle } from './customer.lifecycle.ts'
import { type CustomerRow, Customers } from './customers.ts'
import { Sessions } from './sessions.ts'

interface Buying {
  orders: number
  spent: { amount: number; currency: string }[]
  lastOrderAt: Date | null
}

/** Customers as tenant staff see them. */
@Injectable()
export class CustomerAdmin {
  constructor(
    private readonly database: Database,
    private readonly customers: Customers,
    private readonly addresses: AddressService,
    private readonly sessions: Sessions,
    private readonly pii: Pii,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listAdminCustomers>['query']): Promise<Output<typeof listAdminCustomers>> {
    let found = this.database.read.selectFrom('customer')
    if (query.status) found = found.where('status', '=', query.status)
    if (query.q) {
      const text = query.q
      found = text.includes('@')
        ? found.where('email_index', '=', this.pii.index('email', text))
        : found.where((eb) => eb.or([eb('phone_index', '=', this.pii.index('phone', text)), eb('id', '=', text)]))
    }
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .selectAll()
      .orderBy('created_at', query.order === 'created_at' ? 'asc' : 'desc')
      .orderBy('id')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    const buying = await this.buying(
      this.database.read,
      rows.map((row) => row.id),
    )
    return { total: Number(count), items: rows.map((row) => this.view(ctx, row, buying.get(row.id))) }
  }

  async get(ctx: RequestContext, id: string): Promise<Output<typeof getAdminCustomer>> {
    const row = await this.customers.get(this.database.read, id)
    const buying = await this.buying(this.database.read, [id])
    return { ...this.view(ctx, row, buying.get(id)), addresses: await this.addresses.of(id) }
  }

  /** Locks an account and ends its sessions at once. */
  async lock(ctx: RequestContext, id: string, reason: string): Promise<AdminCustomer> {
    await this.database.transaction(async (tx) => {
      await transition(tx, customerLifecycle, { id, name: 'lock', ctx, reason })
      await this.sessions.endAll(tx, 'customer', id)
    })
    return this.get(ctx, id)
  }

  async unlock(ctx: RequestContext, id: string): Promise<AdminCustomer> {
    await this.database.transaction((tx) => transition(tx, customerLifecycle, { id, name: 'unlock', ctx }))
    return this.get(ctx, id)
  }

  private async buying(tx: Tx, ids: string[]): Promise<Map<string, Buying>> {
    if (ids.length === 0) return new Map()
    const rows = await tx
      .selectFrom('order')
      .where('customer_id', 'in', ids)
      .where('checkout_failed_at', 'is', null)
      .groupBy(['customer_id', 'currency_code'])
      .select((eb) => [
        'customer_id',
        'currency_code',
        eb.fn.countAll<number>().as('orders'),
        eb.fn
          .sum<number>(eb('total_amount', '-', eb.ref('refunded_amount')))
          .filterWhere('payment_status', 'in', ['paid', 'partially_refunded', 'refunded'])
          .as('spent'),
        eb.fn.max('placed_at').as('last'),
      ])
      .execute()
    const byCustomer = new Map<string, Buying>()
    for (const row of rows) {
      const sum = byCustomer.get(row.customer_id!) ?? { orders: 0, spent: [], lastOrderAt: null }
      sum.orders += Number(row.orders)
      sum.spent.push({ amount: Number(row.spent ?? 0), currency: row.currency_code })
      if (!sum.lastOrderAt || row.last > sum.lastOrderAt) sum.lastOrderAt = row.last
      byCustomer.set(row.customer_id!, sum)
    }
    return byCustomer
  }

  private view(ctx: RequestContext, row: CustomerRow, buying: Buying | undefined): AdminCustomer {
    return {
      ...this.customers.view(row),
      status: row.status as AdminCustomer['status'],
      orders: buying?.orders ?? 0,
      spent: buying?.spent ?? [],
      last_order_at: buying?.lastOrderAt?.toISOString() ?? null,
      actions: actionsFor(customerLifecycle, row, ctx) as AdminCustomer['actions'],
    }
  }
}
