import type { TenantDocument } from '@cityos/contract'
import { days, later } from '../platform/clock/clock.ts'
import { hashPassword } from '../platform/credential/password.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Pii } from '../platform/pii/pii.ts'
import { customers } from './data/people.ts'
import { vendors } from './data/vendors.ts'
import { insertMissing, seedId } from './rows.ts'

export const ownerEmail = (vendor: string): string => `owner@${vendor}.test`
export const customerEmail = (number: number, tenant: TenantDocument): string => `customer${number}@${tenant.slug}.test`

/**
 * The password of every demo account of a tenant: derived from the tenant's key, so it is no literal, differs per tenant
 * and can be printed again.
 */
export function demoPassword(pii: Pii): string {
  return `demo-${pii
    .index('token', 'demo accounts')
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(0, 14)}`
}

/** An owner for every vendor, staff for those that sell, and twenty verified customers with an address each. */
export async function seedPeople(tx: Tx, tenant: TenantDocument, pii: Pii, now: Date): Promise<number> {
  const known = await tx.selectFrom('customer').select('id').where('id', '=', seedId('cus', 'customer-1')).executeTakeFirst()
  const staffed = await tx.selectFrom('vendor_user').select('id').where('id', '=', seedId('vus', vendors[0]!.handle)).executeTakeFirst()
  if (known && staffed) return 0
  // One hash for all: argon2 is slow on purpose, and the accounts share the password anyway.
  const hash = await hashPassword(demoPassword(pii))
  const stamp = { version: 0, created_at: now, updated_at: now }
  const person = (key: string, vendor: string, email: string, name: string, role: string) => ({
    id: seedId('vus', key),
    vendor_id: seedId('ven', vendor),
    email_index: pii.index('email', email),
    email: pii.encrypt(email),
    name: pii.encrypt(name),
    role,
    password_hash: hash,
    status: 'active',
    ...stamp,
  })
  const users = vendors.flatMap((vendor) => [
    person(vendor.handle, vendor.handle, ownerEmail(vendor.handle), vendor.owner, 'owner'),
    ...(vendor.verticals.includes('catalogue')
      ? [person(`${vendor.handle}-staff`, vendor.handle, `staff@${vendor.handle}.test`, `${vendor.name[0]} staff`, 'staff')]
      : []),
  ])
  let added = await insertMissing(tx, 'vendor_user', users)
  const rows = customers.map((customer, index) => {
    const email = customerEmail(index + 1, tenant)
    const phone = phoneOf(index)
    const joined = later(now, -days(90 - index * 4))
    return {
      id: seedId('cus', `customer-${index + 1}`),
      email: pii.encrypt(email),
      email_index: pii.index('email', email),
      phone: pii.encrypt(phone),
      phone_index: pii.index('phone', phone),
      name: pii.encrypt(customer.name),
      locale: tenant.locales.includes(customer.locale) ? customer.locale : tenant.default_locale,
      status: 'verified',
      email_verified_at: joined,
      version: 0,
      metadata: {},
      created_at: joined,
      updated_at: joined,
    }
  })
  added += await insertMissing(tx, 'customer', rows)
  await insertMissing(
    tx,
    'customer_identity',
    rows.map((row, index) => ({
      id: seedId('cid', `customer-${index + 1}`),
      customer_id: row.id,
      provider: 'password',
      subject: row.id,
      secret_hash: hash,
      created_at: now,
      updated_at: now,
    })),
  )
  await insertMissing(
    tx,
    'customer_address',
    rows.map((row, index) => ({
      id: seedId('adr', `customer-${index + 1}`),
      customer_id: row.id,
      body: pii.encrypt(JSON.stringify(addressOf(index))),
      country: 'SA',
      outside_city: false,
      is_default_shipping: true,
      is_default_billing: true,
      created_at: now,
      updated_at: now,
    })),
  )
  return added
}

const phoneOf = (index: number): string => `+96655500${String(index + 1).padStart(4, '0')}`

/** The address of a customer as checkout takes it. */
export function addressOf(index: number) {
  const customer = customers[index]!
  return {
    name: customer.name,
    phone: phoneOf(index),
    line1: customer.street,
    line2: null,
    district: customer.district,
    city: customer.locale === 'ar' ? 'الرياض' : 'Riyadh',
    region: null,
    postal_code: customer.postal,
    country: 'SA',
    national_address: null,
  }
}
