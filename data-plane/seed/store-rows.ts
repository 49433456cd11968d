import type { TenantDocument } from '@cityos/contract'
import type { Tx } from '../platform/db/index.ts'
import { categories } from './data/categories.ts'
import { contact, description, footer, header, policies, tagline } from './data/store.ts'
import { i18n } from './data/text.ts'
import { insertMissing, seedId } from './rows.ts'

/** The store, its navigation and its four policies; live at once, with what going live needs. */
export async function seedStore(tx: Tx, tenant: TenantDocument, now: Date): Promise<number> {
  const storeId = seedId('sto', 'default')
  const exists = await tx.selectFrom('store').select('id').where('is_default', '=', true).where('deleted_at', 'is', null).executeTakeFirst()
  // A store somebody set up before the seed is theirs.
  if (exists && exists.id !== storeId) return 0
  const stamp = { created_at: now, updated_at: now }
  let added = await insertMissing(tx, 'store', [
    {
      id: storeId,
      handle: tenant.slug,
      name: tenant.name,
      tagline: i18n(tagline),
      kind: 'super_app',
      status: 'live',
      is_default: true,
      currencies: tenant.currencies,
      default_currency: tenant.default_currency,
      locales: tenant.locales,
      contact: { email: `care@${tenant.slug}.test`, phone: contact.phone, address: i18n(contact.address) },
      legal: { legal_name: tenant.name, cr_no: '1010900001', vat_no: '300000000000003', vat_registered: true },
      seo: { description: i18n(description) },
      version: 0,
      ...stamp,
    },
  ])
  added += await insertMissing(tx, 'store_navigation', [
    {
      id: seedId('nav', 'default'),
      store_id: storeId,
      header: header.map((handle) => ({
        kind: 'category',
        ref: handle,
        label: i18n(categories.find((category) => category.handle === handle)!.name),
      })),
      footer: footer.map((group) => ({
        label: i18n(group.label),
        items: group.items.map((item) => ({ ...item, label: i18n(item.label) })),
      })),
      version: 0,
      ...stamp,
    },
  ])
  added += await insertMissing(
    tx,
    'store_policy',
    policies.map((policy) => ({
      id: seedId('pol', policy.kind),
      store_id: storeId,
      kind: policy.kind,
      revision: 1,
      title: i18n(policy.title),
      body: i18n(policy.body),
      published_at: now,
      version: 0,
      ...stamp,
    })),
  )
  return added
}
