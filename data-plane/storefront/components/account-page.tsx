import { pickText } from '@cityos/contract'
import type { ReactNode } from 'react'
import type { MessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { Icon, type IconName } from './icon.tsx'

const entries: [path: string, icon: IconName, label: MessageKey][] = [
  ['/account', 'person', 'account.overview'],
  ['/account/orders', 'receipt', 'account.orders'],
  ['/account/addresses', 'pin', 'account.addresses'],
  ['/account/security', 'lock', 'account.security'],
  ['/account/privacy', 'shield', 'account.privacy'],
]

interface Entry {
  path: string
  icon: IconName
  label: string
}

/** Overview and orders first, then what the verticals keep for a customer, then the account itself. */
function entriesOf(visit: Visit): Entry[] {
  const own = entries.map(([path, icon, label]) => ({ path, icon, label: visit.t(label) }))
  const ofVerticals = visit.verticals.map(({ name, icon, mine }) => ({
    path: `/account/${name}`,
    icon,
    label: pickText(mine, visit.locale),
  }))
  return [...own.slice(0, 2), ...ofVerticals, ...own.slice(2)]
}

/** Every account page: the ways beside, the page in the middle. */
export function AccountPage({ visit, title, here, children }: { visit: Visit; title: string; here: string; children: ReactNode }) {
  return (
    <div className="shell grid gap-x-12 gap-y-6 pt-6 lg:grid-cols-[14rem_minmax(0,1fr)]">
      <nav aria-label={visit.t('header.account')} className="min-w-0">
        <ul className="-mx-1 flex gap-1.5 overflow-x-auto px-1 pb-2 lg:flex-col">
          {entriesOf(visit).map(({ path, icon, label }) => (
            <li key={path}>
              <a
                href={visit.href(path)}
                aria-current={path === here ? 'page' : undefined}
                className="flex min-h-11 items-center gap-2.5 whitespace-nowrap rounded-control px-3 hover:bg-panel aria-[current]:bg-panel aria-[current]:font-semibold"
              >
                <Icon name={icon} />
                {label}
              </a>
            </li>
          ))}
          <li>
            <form method="post" action={visit.href('/account/sign-out')}>
              <button type="submit" className="flex min-h-11 items-center whitespace-nowrap rounded-control px-3 hover:bg-panel">
                {visit.t('account.sign_out')}
              </button>
            </form>
          </li>
        </ul>
      </nav>
      <div className="min-w-0">
        <h1 className="mb-5 text-3xl">{title}</h1>
        {children}
      </div>
    </div>
  )
}
