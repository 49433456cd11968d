import { formatMoney, type I18nText, type Locale } from '@cityos/contract'
import type { invoice } from '../../generated/client.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { publicOrigin, type Settings } from '../settings.ts'
import { balanceOf } from './invoice.settle.ts'

export interface Notices {
  sealing: Sealing
  settings: Settings
}

async function ownerOf(tx: Tx, from: Notices, tenantId: string) {
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  const locale = tenant.default_locale as Locale
  const names = tenant.name as I18nText
  const { base_domain } = from.settings.binding.public
  return {
    gone: tenant.deleted_at !== null,
    to: from.sealing.open('personal', tenant.owner_sealed),
    locale,
    shop: names[locale] ?? names.en ?? tenant.slug,
    url: publicOrigin(from.settings, `admin.${tenant.slug}.${base_domain}`),
  }
}

/** Tells a tenant's owner about an invoice. */
export async function noticeInvoice(
  tx: Tx,
  from: Notices,
  row: invoice,
  template: 'invoice-issued' | 'invoice-reminder' | 'invoice-last-reminder',
  now: Date,
): Promise<void> {
  const { to, locale, shop, url, gone } = await ownerOf(tx, from, row.tenant_id)
  if (gone) return
  const parameters = {
    shop,
    url,
    number: row.number ?? '',
    total: formatMoney({ amount: balanceOf(row), currency: row.currency_code }, locale),
    due: dayOf(row.due_at ?? now),
  }
  await sendMail(tx, from.sealing, { to, locale, template, parameters, tenantId: row.tenant_id }, now)
}

/** Tells a tenant's owner that the trial ends. */
export async function noticeTrial(tx: Tx, from: Notices, tenantId: string, ends: Date, days: number, now: Date): Promise<void> {
  const { to, locale, shop, url, gone } = await ownerOf(tx, from, tenantId)
  if (gone) return
  const template = days > 0 ? 'trial-ending' : 'trial-ended'
  await sendMail(tx, from.sealing, { to, locale, template, parameters: { shop, url, days, ends: dayOf(ends) }, tenantId }, now)
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
