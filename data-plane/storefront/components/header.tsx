import { pickText } from '@cityos/contract'
import type { Frame } from '../frame.ts'
import { SearchBox } from '../islands/search-box.tsx'
import { searchTexts } from '../islands/search-texts.ts'
import type { Visit } from '../visit.ts'
import { Icon, type IconName } from './icon.tsx'
import { Island } from './island.tsx'
import { LanguageMenu } from './language-menu.tsx'
import { targetHref } from './link-target.ts'

/** The mark: an arch with the first letter of the shop's name, or the tenant's logo. */
export function Mark({ visit, size = 36 }: { visit: Visit; size?: number }) {
  const logo = visit.theme.logo ?? visit.tenant.theme.logo_url
  if (logo) return <img src={logo} alt="" width={size} height={size} />
  return (
    <svg viewBox="0 0 36 40" width={size} height={(size * 40) / 36} aria-hidden="true" className="shrink-0">
      <path d="M2 39V18a16 16 0 0 1 32 0v21z" fill="var(--brand)" stroke="var(--brand-border)" strokeWidth="1" />
      <text x="18" y="29" textAnchor="middle" fontSize="20" fontWeight="600" fill="var(--on-brand)">
        {[...visit.shopName][0]}
      </text>
    </svg>
  )
}

function Wordmark({ visit }: { visit: Visit }) {
  return (
    <a href={visit.href('/')} className="flex min-h-11 min-w-0 items-center gap-2.5 rounded-control">
      <Mark visit={visit} size={30} />
      <span className="truncate font-semibold text-xl">{visit.shopName}</span>
    </a>
  )
}

function CartLink({ visit, count }: { visit: Visit; count: number }) {
  return (
    <a href={visit.href('/cart')} className="icon-button" data-cart-link>
      <Icon name="bag" size={24} />
      <span className="sr-only">{visit.t('header.cart')}</span>
      <span
        className="absolute end-0 top-0 min-w-5 rounded-full bg-brand px-1 text-center font-semibold text-on-brand text-xs leading-5"
        data-cart-count
        hidden={count === 0}
      >
        {visit.formats.number(count)}
      </span>
    </a>
  )
}

/** Everything on a desk; mark, bag and a search row on a phone. The menu is a popover: it opens without scripts. */
export function Header({ visit, frame }: { visit: Visit; frame: Frame }) {
  const { t } = visit
  return (
    <header className="border-line border-b bg-page">
      <div className="shell flex flex-wrap items-center gap-x-2 gap-y-2 py-2.5 lg:flex-nowrap lg:gap-x-6 lg:py-4">
        <button type="button" className="icon-button -ms-2 lg:hidden" popoverTarget="menu" aria-label={t('header.menu')}>
          <Icon name="menu" size={24} />
        </button>
        <Wordmark visit={visit} />
        {visit.hasCatalogue && (
          <div className="order-last w-full lg:order-none lg:mx-auto lg:max-w-xl lg:flex-1">
            <Island
              name="search-box"
              when="touch"
              component={SearchBox}
              props={{ action: visit.href('/search'), query: visit.query.get('q') ?? '', locale: visit.locale, texts: searchTexts(t) }}
            />
          </div>
        )}
        <div className={`ms-auto flex items-center lg:gap-1 ${visit.hasCatalogue ? 'lg:ms-0' : ''}`}>
          <LanguageMenu visit={visit} />
          <a href={visit.href(visit.signedIn ? '/account' : '/account/sign-in')} className="icon-button lg:px-3">
            <Icon name="person" size={24} />
            <span className="sr-only lg:not-sr-only">{visit.signedIn ? t('header.account') : t('header.sign_in')}</span>
          </a>
          <CartLink visit={visit} count={frame.cartCount} />
        </div>
      </div>
      <Categories visit={visit} frame={frame} />
      <Menu visit={visit} frame={frame} />
    </header>
  )
}

interface HeaderLink {
  label: string
  href: string
  icon?: IconName
}

/** Verticals that are on, by their name in the page's language. */
export function verticalLinks(visit: Visit): HeaderLink[] {
  return visit.verticals.map(({ name, title, icon }) => ({ label: pickText(title, visit.locale), href: visit.href(`/${name}`), icon }))
}

function shopLinks(visit: Visit, frame: Frame): HeaderLink[] {
  if (frame.navigation.header.length > 0) {
    // Beside the verticals there is room for six on one line.
    const shown = frame.navigation.header.slice(0, visit.verticals.length > 0 ? 6 : undefined)
    return shown.map((item) => ({ label: item.label, href: visit.href(targetHref(item)) }))
  }
  return frame.categories
    .slice(0, visit.verticals.length > 0 ? 6 : 8)
    .map((category) => ({ label: category.name, href: visit.href(`/categories/${category.handle}`) }))
}

function Categories({ visit, frame }: { visit: Visit; frame: Frame }) {
  const here = visit.href(visit.path)
  const links = [...verticalLinks(visit), ...shopLinks(visit, frame)]
  if (links.length === 0) return null
  return (
    <nav aria-label={visit.t('header.categories')} className="shell hidden lg:block">
      <ul className="-mx-3 flex flex-wrap gap-x-1 pb-1.5">
        {links.map((link) => (
          <li key={link.href}>
            <a
              href={link.href}
              aria-current={link.href === here ? 'page' : undefined}
              className="flex min-h-10 items-center gap-1.5 rounded-control px-3 hover:bg-panel aria-[current]:font-semibold aria-[current]:text-brand-text"
            >
              {link.icon && <Icon name={link.icon} size={18} />}
              {link.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Menu({ visit, frame }: { visit: Visit; frame: Frame }) {
  const { t } = visit
  const more = [
    ...(visit.hasCatalogue ? [{ label: t('header.all_products'), href: visit.href('/products') }] : []),
    { label: t('header.vendors'), href: visit.href('/vendors') },
    { label: t('footer.track'), href: visit.href('/orders/track') },
    {
      label: visit.signedIn ? t('header.account') : t('header.sign_in'),
      href: visit.href(visit.signedIn ? '/account' : '/account/sign-in'),
    },
  ]
  return (
    <div id="menu" popover="auto" className="sheet m-0 h-dvh w-[min(22rem,88vw)] overflow-y-auto p-4">
      <div className="mb-3 flex items-center justify-between">
        <p className="font-semibold text-lg">{t('header.menu')}</p>
        <button type="button" className="icon-button" popoverTarget="menu" popoverTargetAction="hide" aria-label={t('action.close')}>
          <Icon name="close" size={24} />
        </button>
      </div>
      <nav aria-label={t('header.menu')}>
        <ul className="mb-4 empty:hidden">
          {verticalLinks(visit).map((link) => (
            <li key={link.href}>
              <a href={link.href} className="flex min-h-12 items-center gap-3 border-line border-b font-semibold">
                {link.icon && <Icon name={link.icon} size={22} />}
                {link.label}
              </a>
            </li>
          ))}
        </ul>
        <ul>
          {frame.categories.map((category) => (
            <li key={category.id}>
              <a
                href={visit.href(`/categories/${category.handle}`)}
                className="flex min-h-12 items-center justify-between border-line border-b"
              >
                {category.name}
                <Icon name="forward" size={18} />
              </a>
            </li>
          ))}
        </ul>
        <ul className="mt-6">
          {more.map((link) => (
            <li key={link.href}>
              <a href={link.href} className="flex min-h-11 items-center font-semibold">
                {link.label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  )
}
