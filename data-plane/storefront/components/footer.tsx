import { direction } from '@cityos/contract'
import type { Frame } from '../frame.ts'
import type { MessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { verticalLinks } from './header.tsx'
import { languageNames } from './language-menu.tsx'
import { targetHref } from './link-target.ts'

interface Column {
  label: string
  items: { label: string; href: string }[]
}

function columnsOf(visit: Visit, frame: Frame): Column[] {
  const { t } = visit
  const own: Column[] = [
    {
      label: t('footer.shop'),
      items: [
        ...verticalLinks(visit),
        ...(visit.hasCatalogue ? [{ label: t('header.all_products'), href: visit.href('/products') }] : []),
        { label: t('header.vendors'), href: visit.href('/vendors') },
        ...(visit.hasCatalogue ? [{ label: t('footer.new'), href: visit.href('/products', { sort: 'newest' }) }] : []),
      ],
    },
    {
      label: t('footer.help'),
      items: [
        { label: t('footer.track'), href: visit.href('/orders/track') },
        { label: t('header.account'), href: visit.href('/account') },
        ...frame.store.policies.map(({ kind }) => ({
          label: t(`policy.${kind}` satisfies MessageKey),
          href: visit.href(`/policies/${kind}`),
        })),
      ],
    },
  ]
  const declared = frame.navigation.footer.map((column) => ({
    label: column.label,
    items: column.items.map((item) => ({ label: item.label, href: visit.href(targetHref(item)) })),
  }))
  return declared.length > 0 ? declared : own
}

export function Footer({ visit, frame }: { visit: Visit; frame: Frame }) {
  const { t } = visit
  const { contact, legal } = frame.store
  return (
    <footer className="mt-20 bg-panel">
      <div className="frieze text-page" aria-hidden="true" />
      <div className="shell grid gap-x-8 gap-y-10 pt-10 pb-8 sm:grid-cols-2 lg:grid-cols-4">
        <div className="sm:col-span-2 lg:col-span-1">
          <p className="font-semibold text-xl">{visit.shopName}</p>
          <p className="quiet mt-2 max-w-xs">{frame.store.tagline}</p>
        </div>
        {columnsOf(visit, frame).map((column) => (
          <nav key={column.label} aria-label={column.label}>
            <p className="mb-2 font-semibold">{column.label}</p>
            <ul>
              {column.items.map((item) => (
                <li key={item.href}>
                  <a href={item.href} className="inline-flex min-h-9 items-center underline-offset-4 hover:underline">
                    {item.label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        ))}
        {(contact.email || contact.phone || contact.address) && (
          <div>
            <p className="mb-2 font-semibold">{t('footer.contact')}</p>
            <address className="grid gap-1.5 not-italic">
              {contact.phone && (
                <a href={`tel:${contact.phone}`}>
                  <bdi dir="ltr">{contact.phone}</bdi>
                </a>
              )}
              {contact.email && (
                <a href={`mailto:${contact.email}`}>
                  <bdi dir="ltr">{contact.email}</bdi>
                </a>
              )}
              {contact.address && <span>{contact.address}</span>}
            </address>
          </div>
        )}
      </div>
      <div className="shell flex flex-wrap items-center justify-between gap-x-8 gap-y-3 border-line border-t py-5 text-sm">
        <p className="quiet flex flex-wrap gap-x-4 gap-y-1">
          <span>{legal.legal_name || visit.shopName}</span>
          {legal.cr_no && (
            <span>
              {t('footer.cr')} <bdi dir="ltr">{legal.cr_no}</bdi>
            </span>
          )}
          {legal.vat_no && (
            <span>
              {t('footer.vat')} <bdi dir="ltr">{legal.vat_no}</bdi>
            </span>
          )}
          <span>{t('footer.prices')}</span>
        </p>
        <ul className="flex gap-5">
          {visit.tenant.locales.map((locale) => (
            <li key={locale}>
              <a
                href={visit.inLocale(locale)}
                lang={locale}
                dir={direction(locale)}
                hrefLang={locale}
                aria-current={locale === visit.locale ? 'true' : undefined}
                className="inline-flex min-h-8 items-center hover:underline aria-[current]:font-semibold"
              >
                {languageNames[locale]}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </footer>
  )
}
