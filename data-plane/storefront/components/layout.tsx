import type { ReactNode } from 'react'
import type { Frame } from '../frame.ts'
import type { MessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { Footer } from './footer.tsx'
import { Header, Mark } from './header.tsx'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

const toneIcons: Record<Tone, IconName> = { plain: 'info', good: 'check', warn: 'warning', bad: 'warning' }

/** A message with an icon: never colour alone. `role` is for what appears because of something just done. */
export function NoticeBox({ tone, role, children }: { tone: Tone; role?: 'status' | 'alert'; children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone} role={role}>
      <Icon name={toneIcons[tone]} size={22} />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}

/** Says above a page's content what went wrong with the last try; nothing when nothing did. */
export function ProblemNotice({ text }: { text: string | null | undefined }) {
  if (!text) return null
  return (
    <div className="mb-5">
      <NoticeBox tone="bad" role="alert">
        {text}
      </NoticeBox>
    </div>
  )
}

function Banners({ visit, frame }: { visit: Visit; frame: Frame }) {
  const { t } = visit
  return (
    <>
      {visit.suspended && (
        <div className="shell mt-4">
          <NoticeBox tone="warn">{t(visit.pauseNotice)}</NoticeBox>
        </div>
      )}
      {frame.notice && (
        <div className="shell mt-4">
          <NoticeBox tone="good" role="status">
            {t(`notice.${frame.notice}` satisfies MessageKey)}
          </NoticeBox>
        </div>
      )}
    </>
  )
}

/** Header, page, footer. */
export function FullLayout({ visit, frame, children }: { visit: Visit; frame: Frame; children: ReactNode }) {
  return (
    <>
      <SkipLink visit={visit} />
      <Header visit={visit} frame={frame} />
      <main id="content" tabIndex={-1} className="flex-1">
        <Banners visit={visit} frame={frame} />
        {children}
      </main>
      <Footer visit={visit} frame={frame} />
      <dialog id="drawer" className="sheet" data-side="end" aria-label={visit.t('cart.title')} />
      <Sheet visit={visit} />
    </>
  )
}

/** Where links of the page may open their target (`client/dialogs.ts`). */
function Sheet({ visit }: { visit: Visit }) {
  return (
    <>
      <dialog id="sheet" className="sheet" data-side="bottom">
        <button type="button" className="icon-button sheet-close" data-sheet-close="" aria-label={visit.t('action.close')}>
          <Icon name="close" size={24} />
        </button>
        <div data-sheet-body="" className="sheet-body" />
      </dialog>
      <p id="sheet-words" className="sr-only" aria-live="polite" />
    </>
  )
}

/** Checkout and sign-in: the mark leads home, nothing else distracts. */
export function PlainLayout({ visit, frame, children }: { visit: Visit; frame: Frame; children: ReactNode }) {
  return (
    <>
      <SkipLink visit={visit} />
      <header className="border-line border-b">
        <div className="shell flex items-center justify-between py-3">
          <a href={visit.href('/')} className="flex min-h-11 items-center gap-2.5">
            <Mark visit={visit} size={30} />
            <span className="font-semibold text-lg">{visit.shopName}</span>
          </a>
          <a href={visit.href('/cart')} className="icon-button px-3">
            <Icon name="bag" size={22} />
            {visit.t('header.cart')}
          </a>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="flex-1 pb-20">
        <Banners visit={visit} frame={frame} />
        {children}
      </main>
    </>
  )
}

function SkipLink({ visit }: { visit: Visit }) {
  return (
    <a href="#content" className="button sr-only focus:not-sr-only focus:fixed focus:start-4 focus:top-4 focus:z-50 focus:px-5!">
      {visit.t('header.skip')}
    </a>
  )
}

export interface Crumb {
  label: string
  href?: string
}

/** Where this page stands; the last entry is the page itself. */
export function Breadcrumb({ visit, crumbs }: { visit: Visit; crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label={visit.t('breadcrumb')} className="-my-2 text-sm">
      <ol className="flex flex-wrap items-center gap-x-1.5">
        {crumbs.map((crumb, index) => (
          <li key={crumb.label} className="flex items-center gap-1.5">
            {index > 0 && <Icon name="forward" size={14} />}
            {crumb.href ? (
              <a href={crumb.href} className="inline-flex min-h-11 items-center hover:underline">
                {crumb.label}
              </a>
            ) : (
              <span aria-current="page" className="quiet">
                {crumb.label}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

/** Nothing here yet: says what, and offers the way on. */
export function EmptyState({ icon, title, text, children }: { icon: IconName; title: string; text: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center py-16 text-center">
      <span className="arch mb-5 flex h-24 w-20 items-center justify-center pt-3 text-quiet">
        <Icon name={icon} size={32} />
      </span>
      <p className="font-semibold text-xl">{title}</p>
      <p className="quiet mt-2">{text}</p>
      {children && <div className="mt-6 flex flex-wrap justify-center gap-3">{children}</div>}
    </div>
  )
}
