import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { Address, type CustomerAddress, type createMyAddress, type listMyAddresses, type updateMyAddress } from './contract.ts'
import { customerOf } from './profile.service.ts'

const mostAddresses = 20

/** A customer's address book: encrypted as a whole, at most 20, one default of each kind. */
@Injectable()
export class AddressService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  async list(ctx: RequestContext, page: { limit: number; offset: number }): Promise<Output<typeof listMyAddresses>> {
    const all = await this.of(customerOf(ctx).id)
    return { items: all.slice(page.offset, page.offset + page.limit), total: all.length }
  }

  /** All addresses of a customer, default first. */
  async of(customerId: string): Promise<CustomerAddress[]> {
    const rows = await this.database.read
      .selectFrom('customer_address')
      .selectAll()
      .where('customer_id', '=', customerId)
      .orderBy('is_default_shipping', 'desc')
      .orderBy('created_at')
      .execute()
    return rows.map((row) => this.view(row))
  }

  async create(ctx: RequestContext, body: Input<typeof createMyAddress>['body']): Promise<CustomerAddress> {
    const customerId = customerOf(ctx).id
    const now = this.clock.now()
    return this.database.transaction(async (tx) => {
      // one row to queue behind, so that two tabs cannot pass the limit or set two defaults
      await tx.selectFrom('customer').select('id').where('id', '=', customerId).forUpdate().execute()
      const { count } = await tx
        .selectFrom('customer_address')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('customer_id', '=', customerId)
        .executeTakeFirstOrThrow()
      if (Number(count) >= mostAddresses) throw new DomainError('quota_exceeded', { details: { max: mostAddresses } })
      const first = Number(count) === 0
      const defaults = { shipping: body.is_default_shipping ?? first, billing: body.is_default_billing ?? first }
      await this.clearDefaults(tx, customerId, defaults)
      const row = await tx
        .insertInto('customer_address')
        .values({
          id: newId('adr'),
          customer_id: customerId,
          label: body.label ?? null,
          ...this.sealed(Address.parse(body)),
          is_default_shipping: defaults.shipping,
          is_default_billing: defaults.billing,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return this.view(row)
    })
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof updateMyAddress>['body']): Promise<CustomerAddress> {
    const customerId = customerOf(ctx).id
    return this.database.transaction(async (tx) => {
      await tx.selectFrom('customer').select('id').where('id', '=', customerId).forUpdate().execute()
      const row = await tx
        .selectFrom('customer_address')
        .selectAll()
        .where('id', '=', id)
        .where('customer_id', '=', customerId)
        .executeTakeFirst()
      if (!row) throw new DomainError('not_found')
      await this.clearDefaults(tx, customerId, { shipping: body.is_default_shipping === true, billing: body.is_default_billing === true })
      const merged = { ...this.open(row), ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) }
      const changed = await tx
        .updateTable('customer_address')
        .set({
          ...this.sealed(Address.parse(merged)),
          label: body.label === undefined ? row.label : body.label,
          is_default_shipping: body.is_default_shipping ?? row.is_default_shipping,
          is_default_billing: body.is_default_billing ?? row.is_default_billing,
          updated_at: this.clock.now(),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      return this.view(changed)
    })
  }

  async delete(ctx: RequestContext, id: string): Promise<{ id: string }> {
    const gone = await this.database.read
      .deleteFrom('customer_address')
      .where('id', '=', id)
      .where('customer_id', '=', customerOf(ctx).id)
      .executeTakeFirst()
    if (gone.numDeletedRows === 0n) throw new DomainError('not_found')
    return { id }
  }

  private async clearDefaults(tx: Tx, customerId: string, replaced: { shipping: boolean; billing: boolean }): Promise<void> {
    if (!replaced.shipping && !replaced.billing) return
    await tx
      .updateTable('customer_address')
      .set({ ...(replaced.shipping && { is_default_shipping: false }), ...(replaced.billing && { is_default_billing: false }) })
      .where('customer_id', '=', customerId)
      .execute()
  }

  private sealed(address: Address) {
    return {
      body: this.pii.encrypt(JSON.stringify(address)),
      country: address.country,
      outside_city: address.country !== this.tenant.document.country,
    }
  }

  private open(row: { body: string }): Address {
    return JSON.parse(this.pii.decrypt(row.body)) as Address
  }

  private view(row: Selectable<DB['customer_address']>): CustomerAddress {
    return {
      ...this.open(row),
      id: row.id,
      label: row.label,
      is_default_shipping: row.is_default_shipping,
      is_default_billing: row.is_default_billing,
      outside_city: row.outside_city,
    }
  }
}
