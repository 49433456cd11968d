import { DomainError, type Locale, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock } from '../../platform/clock/clock.ts'
import type { Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { Customer } from './contract.ts'

export type CustomerRow = Selectable<DB['customer']>

export interface NewCustomer {
  email: string
  name: string | null
  phone: string | null
  locale: Locale
  passwordHash: string | null
  verified: boolean
}

/** Rows of customers: personal data goes in and out through encryption. */
@Injectable()
export class Customers {
  constructor(
    private readonly pii: Pii,
    private readonly clock: Clock,
  ) {}

  async byEmail(tx: Tx, email: string): Promise<CustomerRow | null> {
    const row = await tx.selectFrom('customer').selectAll().where('email_index', '=', this.pii.index('email', email)).executeTakeFirst()
    return row ?? null
  }

  async get(tx: Tx, id: string): Promise<CustomerRow> {
    const row = await tx.selectFrom('customer').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  /** The password hash of an account that may sign in, or null. */
  async passwordHash(tx: Tx, customerId: string): Promise<string | null> {
    const row = await tx
      .selectFrom('customer_identity')
      .select('secret_hash')
      .where('provider', '=', 'password')
      .where('subject', '=', customerId)
      .executeTakeFirst()
    return row?.secret_hash ?? null
  }

  async setPassword(tx: Tx, customerId: string, hash: string): Promise<void> {
    const now = this.clock.now()
    await tx
      .insertInto('customer_identity')
      .values({
        id: newId('cid'),
        customer_id: customerId,
        provider: 'password',
        subject: customerId,
        secret_hash: hash,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'subject']).doUpdateSet({ secret_hash: hash, updated_at: now }))
      .execute()
  }

  /** @returns the new row, or with `created: false` the one that has the address already */
  async create(tx: Tx, given: NewCustomer): Promise<{ row: CustomerRow; created: boolean }> {
    const now = this.clock.now()
    const inserted = await tx
      .insertInto('customer')
      .values({
        id: newId('cus'),
        email: this.pii.encrypt(given.email),
        email_index: this.pii.index('email', given.email),
        phone: this.pii.encryptOptional(given.phone),
        phone_index: given.phone && this.pii.index('phone', given.phone),
        name: this.pii.encryptOptional(given.name),
        locale: given.locale,
        status: given.verified ? 'verified' : 'registered',
        email_verified_at: given.verified ? now : null,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('email_index').where('email_index', 'is not', null).doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!inserted) return { row: (await this.byEmail(tx, given.email))!, created: false }
    if (given.passwordHash) await this.setPassword(tx, inserted.id, given.passwordHash)
    return { row: inserted, created: true }
  }

  email(row: CustomerRow): string | null {
    return this.pii.decryptOptional(row.email)
  }

  view(row: CustomerRow): Customer {
    return {
      id: row.id,
      email: this.email(row),
      phone: this.pii.decryptOptional(row.phone),
      name: this.pii.decryptOptional(row.name),
      locale: row.locale as Locale,
      email_verified: row.email_verified_at !== null,
      phone_verified: row.phone_verified_at !== null,
      created_at: row.created_at.toISOString(),
    }
  }
}
